"""A new version of one limit of a vital sign."""

from crispy_forms.layout import Column, Layout, Row
from django import forms

from clinic.ui.forms import ClinicForm


class ChangeLimitForm(ClinicForm):
    """Bounds in the canonical unit, from which day on, and who approved them."""

    low = forms.DecimalField(label="Triggers below", required=False, max_digits=9, decimal_places=3)
    low_counts = forms.BooleanField(label="and at this value itself", required=False)
    high = forms.DecimalField(label="Triggers above", required=False, max_digits=9, decimal_places=3)
    high_counts = forms.BooleanField(label="and at that value itself", required=False)
    effective_from = forms.DateField(
        label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    approved_by = forms.CharField(
        max_length=120, help_text="The medical director, or whoever answers for this limit."
    )
    source = forms.CharField(
        max_length=120, required=False, help_text="A guideline, or why the clinic chose it."
    )
    layout_fields = Layout(
        Row(Column("low"), Column("high")),
        Row(Column("low_counts"), Column("high_counts")),
        Row(Column("effective_from"), Column("approved_by")),
        "source",
    )
