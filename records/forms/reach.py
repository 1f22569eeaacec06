"""Where a patient asks to be reached."""

from django import forms

from clinic.ui.forms import ClinicForm


class ReachForm(ClinicForm):
    """Choices are what is on file; empty means anywhere on file."""

    only_phone = forms.ChoiceField(label="Texts and calls only to", required=False)
    only_email = forms.ChoiceField(label="E-mail only to", required=False)
    mail_to = forms.CharField(
        label="Letters to",
        required=False,
        max_length=300,
        help_text="Another address than the home address; lines parted by a semicolon.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, phones=(), emails=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["only_phone"].choices = [("", "Any number on file"), *phones]
        self.fields["only_email"].choices = [("", "Any address on file"), *emails]
