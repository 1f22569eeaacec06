"""Bases of every form: crispy helper, key against double submits, and fields that name their errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms
from django.db.models import Model
from django.forms.utils import flatatt
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from clinic.core.ids import uuid7
from clinic.ui.markup import fill, joined

SUMMARY = "components/form_summary.html"
_INPUTMODES = (
    (forms.EmailField, "email"),
    (forms.IntegerField, "numeric"),
    (forms.DecimalField, "decimal"),
    (forms.FloatField, "decimal"),
)
# What a browser may fill in on a staff PC: nothing about a patient, ever.
_AUTOCOMPLETE = "off"


_SELECT = '<select name="{name}"{attributes}>{options}\n</select>'
_SELECTED = fill(" selected")
_OPTION = '\n  <option value="{value}"{selected}>{label}</option>\n'


class PlainSelect(forms.Select):
    """A select without groups, written in one go: the usual one is a template for each of its options."""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        chosen = set(self.format_value(value))
        options = (
            fill(
                _OPTION,
                value=key,
                label=label,
                selected=_SELECTED if str(key) in chosen else "",
            )
            for key, label in self.choices
        )
        return fill(_SELECT, name=name, attributes=attributes, options=joined(options))


class RowField(forms.ChoiceField):
    """A choice among rows that are at hand already: shown and checked without a query. Cleans to the row or None."""

    widget = PlainSelect

    def __init__(self, *, empty_label: str | None = None, label_of: Callable[[Model], str] = str, **kwargs):
        self.empty_label, self.label_of = empty_label, label_of
        self._rows: dict[str, Model] = {}
        super().__init__(**kwargs)

    @property
    def rows(self) -> Iterable[Model]:
        return self._rows.values()

    @rows.setter
    def rows(self, rows: Iterable[Model]) -> None:
        self._rows = {str(row.pk): row for row in rows}
        blank = [("", self.empty_label)] if self.empty_label is not None else []
        self.choices = blank + [(key, self.label_of(row)) for key, row in self._rows.items()]

    def prepare_value(self, value: object) -> str:
        return str(getattr(value, "pk", value) or "")

    def to_python(self, value: object) -> Model | None:
        if value in self.empty_values:
            return None
        row = self._rows.get(self.prepare_value(value))
        if row is None:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return row

    def validate(self, value: Model | None) -> None:
        forms.Field.validate(self, value)

    def has_changed(self, initial: object, data: object) -> bool:
        return self.prepare_value(initial) != self.prepare_value(data)


class ClinicFormMixin:
    """Adds what the layouts and scripts expect.

    - `form_key`: hidden, new with each blank form, kept when the form comes back with errors. The
      service layer stores it with the result, so that a repeated submit returns that result.
    - `helper`: no form tag of its own, Bootstrap 5, an error summary that links to the fields.
    - Meta-free options: `layout_fields` may hold a crispy Layout; without one the fields come in order.
    - `use_required_attribute` is off: the server's words are better than the browser's.
    """

    layout_fields: Layout | None = None
    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "form_key" not in self.fields:
            self.fields["form_key"] = forms.CharField(
                required=False, max_length=64, widget=forms.HiddenInput, initial=lambda: str(uuid7())
            )
        for name, field in self.fields.items():
            self._prepare(name, field)

    def full_clean(self) -> None:
        """Validates, then marks what is wrong. Not at construction: a form may still add choices then."""
        super().full_clean()
        if self.is_bound and self._errors:
            self._mark_errors()

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        helper.form_show_errors = True
        # Non-field errors stand in the summary with the others.
        helper.form_error_title = ""
        fields = list(helper.layout.fields) if helper.layout else list(self.fields)
        chosen = list(self.layout_fields.fields) if self.layout_fields else fields
        if "form_key" not in chosen:
            chosen.append("form_key")
        helper.layout = Layout(HTML(f"{{% include '{SUMMARY}' %}}"), *chosen)
        return helper

    def _prepare(self, name: str, field: forms.Field) -> None:
        attrs = field.widget.attrs
        if isinstance(field.widget, forms.HiddenInput):
            return
        attrs.setdefault("autocomplete", _AUTOCOMPLETE)
        if isinstance(field.widget, forms.NumberInput):
            # A text field with a numeric keypad: no wheel, no spinner, and the server words the error.
            attrs.setdefault("inputmode", "numeric" if type(field) is forms.IntegerField else "decimal")
            field.widget.input_type = "text"
        else:
            for kind, mode in _INPUTMODES:
                if isinstance(field, kind) and not isinstance(field.widget, forms.Select):
                    attrs.setdefault("inputmode", mode)
                    break
        if isinstance(field.widget, forms.DateInput):
            field.widget.input_type = "date"
            field.widget.format = "%Y-%m-%d"
        if isinstance(field.widget, forms.TimeInput):
            field.widget.input_type = "time"
            field.widget.format = "%H:%M"

    def _mark_errors(self) -> None:
        first = True
        for name in self.fields:
            if name not in self.errors:
                continue
            attrs = self.fields[name].widget.attrs
            attrs["aria-invalid"] = "true"
            if first:
                attrs["autofocus"] = True
                first = False


class ClinicForm(ClinicFormMixin, forms.Form):
    """A form that is not about one row."""


class ClinicModelForm(ClinicFormMixin, forms.ModelForm):
    """A form about one row; saving is the service's work, so `save()` is not for views."""
