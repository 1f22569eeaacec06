"""Payments of payers, and denials."""

from crispy_forms.layout import Div, Layout
from django import forms

from billing.models import Denial
from billing.rules.remittances import CATEGORIES
from clinic.ui.forms import ClinicForm

from .payments import AmountField


class RemittanceFileForm(ClinicForm):
    """A file as the clearinghouse delivers it."""

    file = forms.FileField(
        label="Remittance file (835)",
        help_text="As it was downloaded. What balances is posted at once; the rest waits for you.",
    )


class PostHeldForm(ClinicForm):
    """The claim that a held decision belongs to."""

    account = forms.CharField(
        label="Account number", max_length=20, help_text="As it stands on our claim, eight digits."
    )


class DepositForm(ClinicForm):
    """A line of the bank's statement."""

    amount = AmountField()
    deposited_on = forms.DateField(label="Day in the bank", widget=forms.DateInput)
    reference = forms.CharField(required=False, max_length=40, help_text="What the statement says. Optional.")


class DenialForm(ClinicForm):
    """Who works a denial, by when, and what was done."""

    category = forms.ChoiceField(choices=list(CATEGORIES.items()))
    deadline = forms.DateField(label="Last day", widget=forms.DateInput)
    owner = forms.ChoiceField(label="Worked by", required=False)
    action = forms.ChoiceField(
        label="What is done", required=False, choices=[("", "Not decided"), *Denial.Action.choices]
    )
    root_cause = forms.ChoiceField(
        label="What caused it", required=False, choices=[("", "Not known"), *Denial.Cause.choices]
    )
    note = forms.CharField(required=False, max_length=300)
    is_done = forms.BooleanField(label="Done: take it off the queue", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    layout_fields = Layout(
        Div("category", "deadline", css_class="form-grid"),
        Div("owner", "action", css_class="form-grid"),
        Div("root_cause", "note", css_class="form-grid"),
        "is_done",
        "version",
    )

    def __init__(self, *args, members=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Nobody yet"), *((str(m.pk), m.name) for m in members)]
