"""Forms of the reminder policy, of what patients prepare, and of the page behind a link."""

from datetime import timedelta

from django import forms

from clinic.core.profile import clinic_zone
from clinic.core.time import now, today
from clinic.ui.forms import ClinicForm
from scheduling.models import VisitType
from scheduling.queries.reminder_policy import wording_choices

AHEAD = timedelta(days=366)


class ReminderPolicyForm(ClinicForm):
    hours_before = forms.IntegerField(
        label="Hours before the visit", min_value=0, max_value=336, help_text="0 confirms at booking."
    )
    channel = forms.ChoiceField(
        choices=[("sms", "Text message"), ("voice", "Automated call"), ("email", "E-mail")]
    )
    template_code = forms.ChoiceField(label="Wording", choices=wording_choices)
    visit_type = forms.ModelChoiceField(
        label="For",
        queryset=VisitType.objects.order_by("name"),
        required=False,
        empty_label="Every visit",
        help_text="Reminders of one visit type replace the general ones for it.",
    )
    effective_from = forms.DateField(
        label="From", initial=lambda: today(clinic_zone()), widget=forms.DateInput()
    )
    is_active = forms.BooleanField(label="Send it", required=False, initial=True)


class PreparationForm(ClinicForm):
    """What patients read, in one language, from a day on."""

    body = forms.CharField(
        label="How to prepare",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Plain words, one instruction a line. Empty: nothing is sent for this kind of visit in this language.",
    )
    effective_from = forms.DateField(
        label="From", initial=lambda: today(clinic_zone()), widget=forms.DateInput()
    )


class BirthDateForm(forms.Form):
    """Month, day and year as the patient types them on a phone."""

    birth_date = forms.DateField(
        input_formats=["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"], widget=forms.DateInput(attrs={"type": "date"})
    )


class CadencePreviewForm(forms.Form):
    """For whom the preview of the reminders is made up."""

    visit_type = forms.ModelChoiceField(
        label="Visit",
        queryset=VisitType.objects.order_by("rank", "name"),
        required=False,
        empty_label="Any visit",
    )
    language = forms.ChoiceField(choices=[("en", "English"), ("es", "Spanish")], required=False)
    channel = forms.ChoiceField(
        label="Agreed to",
        choices=[("sms", "Texts"), ("voice", "Automated calls"), ("email", "E-mail only")],
        required=False,
    )
    starts = forms.DateTimeField(
        label="Visit at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def clean_starts(self):
        starts = self.cleaned_data["starts"]
        if starts and not (now() < starts < now() + AHEAD):
            raise forms.ValidationError("A time within the next year.")
        return starts

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = (
                "form-select form-select-sm" if is_select else "form-control form-control-sm"
            )
