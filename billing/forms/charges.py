"""Charge capture. Diagnoses are named by their letters, as on a claim: "BA" points at B first, then A."""

from django import forms

from billing.rules.pointers import read_letters
from clinic.ui.forms import ClinicForm


class LettersField(forms.CharField):
    """One to four letters of the visit's diagnoses, in order of importance."""

    def __init__(self, *, count: int, **kwargs):
        kwargs.setdefault("label", "Points at")
        kwargs.setdefault("max_length", 8)
        super().__init__(**kwargs)
        self.count = count

    def clean(self, value):
        text = super().clean(value)
        try:
            return read_letters(text, self.count)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class ChargeForm(ClinicForm):
    """A service by its code. `code_text` is what was typed, `code` what was chosen from the list."""

    code_text = forms.CharField(label="Service", required=False, max_length=200)
    code = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    units = forms.IntegerField(min_value=1, max_value=99, initial=1)

    def __init__(self, *args, count: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["letters"] = LettersField(count=count, required=False)

    def clean(self):
        values = super().clean()
        # A code typed in full needs no choosing.
        values["code"] = values.get("code") or (values.pop("code_text", "").split() or [""])[0].upper()
        if not values["code"]:
            self.add_error("code_text", "Choose a service.")
        return values


class ChangeChargeForm(ClinicForm):
    """Another code or number of units for a proposal."""

    code = forms.CharField(max_length=16)
    units = forms.IntegerField(min_value=1, max_value=99)
    version = forms.IntegerField(widget=forms.HiddenInput)


class PointForm(forms.Form):
    """Which diagnoses a charge points at."""

    def __init__(self, *args, count: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["letters"] = LettersField(count=count)


class DiagnosisForm(forms.Form):
    """A code chosen from the list of ICD-10-CM."""

    diagnosis = forms.UUIDField(
        error_messages={
            "required": "Choose a diagnosis from the list.",
            "invalid": "Choose a diagnosis from the list.",
        }
    )


class ReasonForm(ClinicForm):
    """Why something is voided or taken back."""

    reason = forms.CharField(max_length=200)
