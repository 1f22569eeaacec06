"""What is added to a signed note."""

from django import forms

from clinic.ui.forms import ClinicForm


class AddendumForm(ClinicForm):
    text = forms.CharField(label="Addendum", max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
