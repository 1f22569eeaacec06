"""Allergies, problems, medications."""

from django import forms

from clinic.ui.forms import ClinicForm
from records.models import Allergy, Medication, Problem

ROUTES = (
    "by mouth",
    "inhaled",
    "on the skin",
    "under the skin",
    "into the muscle",
    "eye",
    "ear",
    "nose",
    "rectal",
    "vaginal",
    "under the tongue",
    "patch",
)
FREQUENCIES = (
    "once a day",
    "twice a day",
    "three times a day",
    "four times a day",
    "every morning",
    "at bedtime",
    "every 6 hours",
    "every 8 hours",
    "every 12 hours",
    "once a week",
    "as needed",
)
REACTIONS = (
    "anaphylaxis",
    "hives",
    "rash",
    "swelling",
    "trouble breathing",
    "nausea",
    "vomiting",
    "diarrhea",
    "dizziness",
    "cough",
    "headache",
)


class AllergyForm(ClinicForm):
    substance = forms.CharField(max_length=160)
    reaction = forms.CharField(
        max_length=160, required=False, widget=forms.TextInput(attrs={"list": "reactions"})
    )
    severity = forms.ChoiceField(choices=Allergy.Severity.choices, initial="unknown")
    kind = forms.ChoiceField(label="Type", choices=Allergy.Kind.choices, initial="allergy")
    category = forms.ChoiceField(choices=Allergy.Category.choices, initial="medication")
    note = forms.CharField(max_length=300, required=False)


class AllergyEditForm(AllergyForm):
    status = forms.ChoiceField(choices=Allergy.Status.choices)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ProblemForm(ClinicForm):
    """A problem by code, found as one types, or in words."""

    text = forms.CharField(label="Problem", max_length=300)
    code = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"data-combobox-value": "1"}))
    onset_on = forms.DateField(label="Since", required=False)
    status = forms.ChoiceField(choices=Problem.Status.choices, initial="active")
    note = forms.CharField(max_length=300, required=False)

    def __init__(self, *args, search_url: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {
            "data-combobox": search_url,
            "data-combobox-for": "code",
            "placeholder": "Type a diagnosis or a code",
        }


class ProblemEditForm(ClinicForm):
    text = forms.CharField(label="Problem", max_length=300)
    onset_on = forms.DateField(label="Since", required=False)
    status = forms.ChoiceField(choices=Problem.Status.choices)
    resolved_on = forms.DateField(label="Resolved on", required=False)
    note = forms.CharField(max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class MedicationForm(ClinicForm):
    name = forms.CharField(label="Medication", max_length=200)
    dose = forms.CharField(
        max_length=80, required=False, widget=forms.TextInput(attrs={"placeholder": "10 mg"})
    )
    route = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"list": "routes"}))
    frequency = forms.CharField(
        max_length=80, required=False, widget=forms.TextInput(attrs={"list": "frequencies"})
    )
    status = forms.ChoiceField(
        choices=[c for c in Medication.Status.choices if c[0] != "stopped"], initial="taking"
    )
    started_on = forms.DateField(label="Since", required=False)
    is_over_the_counter = forms.BooleanField(label="Over the counter", required=False)
    note = forms.CharField(max_length=300, required=False)


class MedicationEditForm(MedicationForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class StopForm(ClinicForm):
    on = forms.DateField(label="Stopped on")
    reason = forms.CharField(max_length=200, required=False)


class RetractForm(ClinicForm):
    """Why something was entered in error."""

    reason = forms.CharField(label="Why is it wrong?", max_length=200)
