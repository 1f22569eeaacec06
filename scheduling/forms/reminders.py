"""The form of the reminder policy."""

from django import forms

from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.ui.forms import ClinicForm
from scheduling.models import VisitType
from scheduling.queries.reminder_policy import wording_choices


class ReminderPolicyForm(ClinicForm):
    hours_before = forms.IntegerField(
        label="Hours before the visit", min_value=0, max_value=336, help_text="0 confirms at booking."
    )
    channel = forms.ChoiceField(choices=[("sms", "Text message"), ("email", "E-mail")])
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
