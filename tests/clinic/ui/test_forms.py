"""What every form carries."""

from crispy_forms.utils import render_crispy_form
from django import forms

from clinic.ui.forms import ClinicForm, PlainSelect


class SampleForm(ClinicForm):
    name = forms.CharField(help_text="As on the card")
    weight = forms.DecimalField()
    count = forms.IntegerField(required=False)
    born_on = forms.DateField(required=False, widget=forms.DateInput())


def test_a_blank_form_has_a_new_key_and_a_returned_one_keeps_its_own():
    first, second = SampleForm(), SampleForm()
    assert first["form_key"].value() != second["form_key"].value()
    returned = SampleForm({"form_key": "abc"})
    assert returned["form_key"].value() == "abc"
    assert 'name="form_key" value="abc"' in render_crispy_form(returned)


def test_errors_are_summed_up_with_links_and_tied_to_their_fields():
    form = SampleForm({"name": "", "weight": "abc"})
    assert not form.is_valid()
    html = render_crispy_form(form)
    assert html.count("data-form-summary") == 1
    assert '<a href="#id_name">Name</a>: This field is required.' in html
    assert '<a href="#id_weight">Weight</a>: Enter a number.' in html
    weight = html.split('name="weight"')[1].split(">")[0]
    assert 'aria-invalid="true"' in weight


def test_the_first_wrong_field_takes_the_focus():
    form = SampleForm({"name": "Maria", "weight": ""})
    html = render_crispy_form(form)
    assert html.count("autofocus") == 1
    assert "autofocus" in html.split('name="weight"')[1].split(">")[0]


def test_a_form_without_errors_has_no_summary():
    assert "data-form-summary" not in render_crispy_form(SampleForm())


def test_numbers_are_text_fields_with_a_number_pad():
    html = render_crispy_form(SampleForm())
    weight, count = (html.split(f'name="{name}"')[1].split(">")[0] for name in ("weight", "count"))
    assert 'inputmode="decimal"' in weight
    assert 'inputmode="numeric"' in count
    assert 'type="number"' not in html


def test_days_are_date_fields_and_nothing_is_filled_in_by_the_browser():
    html = render_crispy_form(SampleForm())
    assert '<input type="date" name="born_on"' in html
    assert html.count('autocomplete="off"') == 4


def test_there_is_no_form_tag_and_no_token_of_its_own():
    html = render_crispy_form(SampleForm())
    assert "<form" not in html
    assert "csrfmiddlewaretoken" not in html


def test_a_plain_select_is_what_django_writes():
    choices = [("", "Any <place>"), ("a", "North & South"), ("b&", "“East”")]
    mine, usual = (kind({"class": "form-select"}, choices=choices) for kind in (PlainSelect, forms.Select))
    for value in ("", "a", "b&", None, "strange"):
        expected = usual.render("place", value, {"id": "id_place", "required": True})
        assert mine.render("place", value, {"id": "id_place", "required": True}).split() == expected.split()
