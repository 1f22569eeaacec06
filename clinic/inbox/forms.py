"""Forms of the inbox and of patient messages."""

from django import forms
from django.apps import apps
from django.urls import reverse

from clinic.core.phones import PhoneField
from clinic.core.refs import PATIENT
from clinic.inbox.models import PhoneCall, Task
from clinic.inbox.models.work import POOLS
from clinic.inbox.rules.targets import CLASS_WORDS, CallClass
from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.models.consent import ContactConsent
from clinic.messaging.models.policy import SendSettings
from clinic.staff.models import Member
from clinic.staff.roles import Role
from clinic.ui.forms import ClinicForm, ClinicModelForm


def people_and_roles() -> list[tuple]:
    """Who a task can be given to: roles first, then members by name."""
    members = Member.objects.filter(is_active=True).order_by("last_name", "first_name")
    return [
        ("", "Choose"),
        ("Whoever takes it", [(f"role:{value}", words) for value, words in POOLS]),
        ("One person", [(f"member:{member.pk}", member.name) for member in members]),
    ]


def clinicians():
    """Whose advice may be passed on: active providers, by name."""
    rows = Member.objects.filter(is_active=True, roles__contains=[Role.PROVIDER.value])
    return rows.order_by("last_name", "first_name")


class ToWhomField(forms.ChoiceField):
    """A member or a role, as one choice; `split` turns it into what services take."""

    def __init__(self, **kwargs):
        kwargs.setdefault("choices", people_and_roles)
        super().__init__(**kwargs)

    @staticmethod
    def split(value: str) -> dict:
        kind, _, key = value.partition(":")
        if kind == "member":
            return {"owner": Member.objects.get(pk=key)}
        return {"pool": key} if kind == "role" else {}


class AboutPatient(forms.Form):
    """Adds a finder for the patient, unless the page is about one already."""

    patient_search = forms.CharField(label="Patient", required=False, max_length=120)
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, about=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.about = about
        if about is not None:
            del self.fields["patient_search"], self.fields["patient"]
            return
        self.fields["patient_search"].widget.attrs |= {
            "data-combobox": reverse("records:patient-options"),
            "data-combobox-for": "patient",
            "placeholder": "Name, date of birth, phone or MRN; empty for nobody in particular",
        }

    def clean(self):
        values = super().clean()
        if self.about is not None:
            values["patient"] = self.about
            return values
        key, typed = values.get("patient"), values.pop("patient_search", "")
        values["patient"] = apps.get_model(PATIENT).objects.filter(pk=key).first() if key and typed else None
        if typed and values["patient"] is None:
            self.add_error("patient_search", "Choose the patient from the list, or leave it empty.")
        return values


class AddTaskForm(AboutPatient, ClinicForm):
    title = forms.CharField(label="What is to be done", max_length=120)
    to_whom = ToWhomField(label="For")
    priority = forms.ChoiceField(choices=Task.Priority.choices, initial=Task.Priority.NORMAL)
    due_at = forms.DateTimeField(
        label="Due",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    detail = forms.CharField(label="Details", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class CompleteTaskForm(ClinicForm):
    outcome = forms.CharField(label="How it ended", required=False, max_length=300)


class GiveTaskForm(ClinicForm):
    to_whom = ToWhomField(label="To")
    words = forms.CharField(label="Why, or what is still to do", required=False, max_length=200)


class NoteTaskForm(ClinicForm):
    words = forms.CharField(label="Note", max_length=300)


class AcknowledgeAlertForm(ClinicForm):
    action = forms.CharField(label="What did you do?", max_length=300)


class LogCallForm(AboutPatient, ClinicForm):
    """The call record; red flags are added from the script in force, each yes or no."""

    direction = forms.ChoiceField(choices=PhoneCall.Direction.choices, widget=forms.RadioSelect, initial="in")
    caller = forms.CharField(label="Caller's name", max_length=120)
    relation = forms.ChoiceField(label="Who is calling", choices=PhoneCall.Relation.choices)
    identifiers = forms.ChoiceField(label="Checked", choices=PhoneCall.Identifiers.choices, initial="none")
    callback_number = PhoneField(label="Callback number", required=False)
    may_leave_voicemail = forms.BooleanField(label="May leave a voicemail", required=False)
    caller_location = forms.CharField(label="Where is the caller now", required=False, max_length=120)
    reason = forms.CharField(label="Reason, in their own words", widget=forms.Textarea(attrs={"rows": 3}))
    onset = forms.CharField(label="Since when", required=False, max_length=80)
    call_class = forms.ChoiceField(
        label="How soon",
        choices=[(c.value, w) for c, w in CLASS_WORDS.items()],
        initial=CallClass.ADMINISTRATIVE.value,
    )
    outcome = forms.ChoiceField(choices=[("", "Choose"), *PhoneCall.Outcome.choices])
    to_whom = ToWhomField(label="Message for", required=False)
    outcome_note = forms.CharField(label="What was agreed", required=False, max_length=300)
    clinical_context = forms.CharField(
        label="Allergies, pregnancy, medicines that matter", required=False, max_length=300
    )
    words_used = forms.CharField(label="The caller's words in an emergency", required=False, max_length=500)
    advice = forms.CharField(
        label="What a clinician asked you to say, word for word", required=False, max_length=500
    )
    advice_by = forms.ModelChoiceField(
        label="Whose words", queryset=Member.objects.none(), required=False, empty_label="Nobody's"
    )
    agreement = forms.ChoiceField(
        label="The caller", required=False, choices=[("", "Not asked"), *PhoneCall.Agreement.choices]
    )
    started_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, script=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["advice_by"].queryset = clinicians()
        self.groups = script.groups if script else []
        for group in self.groups:
            self.fields[self.flag_name(group["code"])] = forms.ChoiceField(
                label=group["name"],
                choices=[("no", "No"), ("yes", "Yes")],
                initial="no",
                widget=forms.RadioSelect,
                required=False,
            )

    @staticmethod
    def flag_name(code: str) -> str:
        return f"flag_{code}"

    def flag_rows(self) -> list[tuple[dict, forms.BoundField]]:
        """Each group of the script with its yes or no."""
        return [(group, self[self.flag_name(group["code"])]) for group in self.groups]

    def values(self) -> dict:
        """What `log_call` takes."""
        data = dict(self.cleaned_data)
        data.pop("form_key", None)
        names = {self.flag_name(group["code"]): group["code"] for group in self.groups}
        flags = {code: data.pop(name) == "yes" for name, code in names.items()}
        whom = ToWhomField.split(data.pop("to_whom") or "")
        return {**data, **whom, "red_flags": flags}


class HandleReplyForm(ClinicForm):
    outcome = forms.CharField(label="What did you do?", max_length=200)


class CallOffForm(ClinicForm):
    reason = forms.CharField(label="Why should it not leave?", max_length=120)


class HoldForm(ClinicForm):
    reason = forms.CharField(label="Why should nothing leave?", max_length=200)


class ConsentForm(ClinicForm):
    """One decision about one address."""

    # The number or address that the question was about, so that an answer is never kept for another one.
    asked_about = forms.CharField(widget=forms.HiddenInput, required=False, max_length=254)
    is_granted = forms.TypedChoiceField(
        label="The patient says",
        choices=[("yes", "Yes, use it"), ("no", "No, don't use it")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    purpose = forms.ChoiceField(
        label="For",
        choices=[
            ("all", "Everything"),
            (Purpose.REMINDER.value, "Visit reminders, confirmations, how to prepare"),
            (Purpose.FOLLOWUP.value, "Follow-up"),
        ],
    )
    how = forms.ChoiceField(
        label="How",
        choices=[(how.value, how.label) for how in (ContactConsent.How.SPOKEN, ContactConsent.How.WRITTEN)],
    )
    wording = forms.CharField(label="In their words", required=False, max_length=300)


class TemplateForm(ClinicForm):
    heading = forms.CharField(label="Subject line", required=False, max_length=120)
    body = forms.CharField(label="Wording", widget=forms.Textarea(attrs={"rows": 6}))
    effective_from = forms.DateField(
        label="From", required=False, widget=forms.DateInput(), help_text="Empty: from now on."
    )

    def __init__(self, *args, channel="sms", **kwargs):
        super().__init__(*args, **kwargs)
        if channel in ("sms", "voice"):
            del self.fields["heading"]
        else:
            self.fields["body"].widget.attrs["rows"] = 12


class SendSettingsForm(ClinicModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    limited_purposes = forms.MultipleChoiceField(
        label="These count toward the limits",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (p.value, p.label)
            for p in (Purpose.REMINDER, Purpose.PREPARATION, Purpose.CONFIRMATION, Purpose.FOLLOWUP)
        ],
    )
    consent_channels = forms.MultipleChoiceField(
        label="Needs a recorded yes",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Channel.choices,
    )

    class Meta:
        model = SendSettings
        fields = (
            "short_name",
            "window_opens",
            "window_closes",
            "per_day",
            "per_week",
            "limited_purposes",
            "consent_channels",
            "is_stop_for_all",
        )
        widgets = {"window_opens": forms.TimeInput(), "window_closes": forms.TimeInput()}
        help_texts = {
            "short_name": "At most 24 characters. Empty: the clinic's full name, shortened where it must be.",
            "window_opens": "By the patient's own clock. A message outside comes earlier, or not at all.",
        }
