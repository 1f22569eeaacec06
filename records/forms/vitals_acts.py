"""Answers to red flags."""

from django import forms

from clinic.ui.forms import ClinicForm


class AcknowledgeForm(ClinicForm):
    """What the provider did about it."""

    action = forms.CharField(
        label="What was done?", max_length=300, widget=forms.TextInput(attrs={"list": "flag-actions"})
    )
