"""What the audit trail is narrowed by."""

from datetime import date, timedelta
from typing import Any

from django import forms

from clinic.audit.models import AuditEvent
from clinic.staff.models import Member

DEFAULT_DAYS = 7


class AuditFilterForm(forms.Form):
    """Days (the clinic's), member, kind, action and patient id. All optional; the default is the last week.

    The patient is named by id alone, so that no personal data stands in an address.
    """

    start = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    end = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    member = forms.ModelChoiceField(queryset=Member.objects.none(), required=False, empty_label="Everybody")
    kind = forms.ChoiceField(choices=[("", "Everything"), *AuditEvent.Kind.choices], required=False)
    action = forms.CharField(max_length=64, required=False, help_text="Such as appointment or chart.viewed")
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["member"].queryset = Member.objects.in_name_order()
        for name, field in self.fields.items():
            if name != "patient":
                css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                field.widget.attrs.update({"class": f"{css} {css}-sm", "autocomplete": "off"})
        self.fields["start"].initial = today - timedelta(days=DEFAULT_DAYS - 1)
        self.fields["end"].initial = today

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        start = data.get("start") or self.today - timedelta(days=DEFAULT_DAYS - 1)
        end = data.get("end") or max(self.today, start)
        if end < start:
            self.add_error("end", "The last day is before the first.")
        data["start"], data["end"] = start, end
        return data


class PatientByNumberForm(forms.Form):
    """Finds the patient whose trail is wanted, by the clinic's own number."""

    mrn = forms.CharField(
        label="MRN",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "form-control form-control-sm", "autocomplete": "off"}),
    )
