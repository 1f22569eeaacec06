"""Insurance."""

from django import forms

from clinic.ui.forms import ClinicForm
from records.forms.patients import BirthDateField
from records.models import Coverage, Payer


class CoverageForm(ClinicForm):
    payer = forms.ModelChoiceField(Payer.objects.none(), empty_label="Choose")
    new_payer = forms.CharField(
        label="Payer not listed", max_length=120, required=False, help_text="Only if it is not in the list."
    )
    plan_name = forms.CharField(label="Plan", max_length=120, required=False)
    rank = forms.TypedChoiceField(choices=Coverage.Rank.choices, coerce=int, initial=1)
    member_id = forms.CharField(label="Member ID", max_length=60, required=False)
    group_number = forms.CharField(max_length=60, required=False)
    relationship = forms.ChoiceField(choices=Coverage.Relationship.choices, initial="self")
    subscriber_name = forms.CharField(max_length=160, required=False)
    subscriber_birth_date = BirthDateField(label="Subscriber’s date of birth", required=False)
    starts_on = forms.DateField(label="Effective from", required=False)
    ends_on = forms.DateField(label="Effective to", required=False)
    copay_office = forms.DecimalField(
        label="Office copay ($)", required=False, min_value=0, max_digits=8, decimal_places=2
    )
    card_front = forms.FileField(
        label="Card, front",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    card_back = forms.FileField(
        label="Card, back",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["payer"].queryset = Payer.objects.filter(is_active=True).order_by("name")
        self.fields["payer"].required = False

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("payer") and not cleaned.get("new_payer"):
            self.add_error("payer", "Who pays?")
        return cleaned
