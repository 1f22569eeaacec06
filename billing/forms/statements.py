"""Holds, collections and appeal letters."""

from crispy_forms.layout import Div, Layout
from django import forms

from billing.models import BillingHold
from clinic.ui.forms import ClinicForm


class HoldForm(ClinicForm):
    """Why and how long a patient gets no statement."""

    kind = forms.ChoiceField(label="Why", choices=BillingHold.Kind.choices)
    reason = forms.CharField(
        label="In words", max_length=160, help_text="What somebody who looks at it later should know."
    )
    starts_on = forms.DateField(label="From", widget=forms.DateInput)
    ends_on = forms.DateField(
        label="Until", required=False, widget=forms.DateInput, help_text="Empty: until somebody lifts it."
    )
    layout_fields = Layout(
        Div("kind", "reason", css_class="form-grid"), Div("starts_on", "ends_on", css_class="form-grid")
    )


class CollectionDecisionForm(ClinicForm):
    """Whether a debt goes to a collector."""

    decision = forms.ChoiceField(
        choices=[("approve", "Approve: it may be placed"), ("refuse", "Refuse")], widget=forms.RadioSelect
    )
    note = forms.CharField(required=False, max_length=160, help_text="Needed when you refuse.")


class PlaceForm(ClinicForm):
    """To whom a debt was handed, and when."""

    agency = forms.CharField(label="Agency", max_length=120)
    placed_on = forms.DateField(label="Handed over on", widget=forms.DateInput)
    layout_fields = Layout(Div("agency", "placed_on", css_class="form-grid"))


class ReturnForm(ClinicForm):
    """When and why a debt came back."""

    returned_on = forms.DateField(label="Returned on", widget=forms.DateInput)
    reason = forms.CharField(
        max_length=160, help_text="For example: paid in full, not found, taken back by us."
    )
    layout_fields = Layout(Div("returned_on", "reason", css_class="form-grid"))


class AppealForm(ClinicForm):
    """The words of an appeal letter."""

    body = forms.CharField(
        label="Letter",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Proposed by the kind of denial. Say why this service was needed and covered, and what you enclose.",
    )
