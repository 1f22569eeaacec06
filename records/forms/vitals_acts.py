"""Answers to red flags."""

from django import forms

from clinic.ui.forms import ClinicForm

ACTIONS = ("Seen; repeat in 5 minutes", "Seen; I am going to the room", "Seen; treatment given", "Seen; sent to the "
           "emergency department", "Seen; known and stable")


class AcknowledgeForm(ClinicForm):
    """What the provider did about it."""

    action = forms.CharField(label="What was done?", max_length=300,
                             widget=forms.TextInput(attrs={"list": "flag-actions"}))
