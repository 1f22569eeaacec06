"""Registration, demographics, related persons, consents."""

import datetime as dt

from django import forms

from clinic.core.phones import e164
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.staff.queries import providers
from clinic.ui.forms import ClinicForm
from records.models import ContactPoint, Patient
from records.queries.banners import LANGUAGES
from records.rules.names import parse_birth_date

RELATIONS = (
    "Parent",
    "Mother",
    "Father",
    "Spouse",
    "Partner",
    "Child",
    "Sibling",
    "Grandparent",
    "Friend",
    "Legal guardian",
    "Caregiver",
)


class BirthDateField(forms.CharField):
    """A date of birth in any usual form: 3/4/1988, 03041988, Mar 4 1988."""

    def __init__(self, **options):
        options.setdefault("label", "Date of birth")
        options.setdefault("max_length", 30)
        super().__init__(**options)
        self.widget.attrs |= {"placeholder": "MM/DD/YYYY", "inputmode": "numeric", "data-birth-date": "1"}

    def prepare_value(self, value):
        return f"{value:%m/%d/%Y}" if isinstance(value, dt.date) else value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        found = parse_birth_date(text, today(clinic_zone()))
        if found is None:
            raise forms.ValidationError("Not a date of birth. Use month, day, year, such as 03/04/1988.")
        return found


class PhoneField(forms.CharField):
    """A US phone number in any usual writing, or one with a plus; cleaned to E.164."""

    def __init__(self, **options):
        options.setdefault("max_length", 30)
        super().__init__(**options)
        self.widget.attrs |= {"inputmode": "tel", "placeholder": "(312) 555-0142"}

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        found = e164(text)
        if found is None:
            raise forms.ValidationError("Not a phone number. Ten digits, area code first.")
        return found


class RegisterPatientForm(ClinicForm):
    """Six fields make a patient; the rest can wait until check-in."""

    first_name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autofocus": True}))
    last_name = forms.CharField(max_length=80)
    birth_date = BirthDateField()
    sex_at_birth = forms.ChoiceField(choices=[("", "Choose"), *Patient.Sex.choices])
    phone = PhoneField(label="Mobile phone", required=False)
    email = forms.EmailField(label="E-mail", required=False)
    middle_name = forms.CharField(max_length=80, required=False)
    suffix = forms.CharField(max_length=20, required=False)
    preferred_name = forms.CharField(max_length=80, required=False)
    pronouns = forms.CharField(max_length=40, required=False)
    language = forms.ChoiceField(choices=list(LANGUAGES.items()), initial="en")
    needs_interpreter = forms.BooleanField(required=False)
    address_line1 = forms.CharField(label="Address", max_length=120, required=False)
    city = forms.CharField(max_length=80, required=False)
    state = forms.CharField(max_length=40, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=12, required=False)
    may_text = forms.BooleanField(label="Agrees to appointment texts", required=False)
    duplicates_ok = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("may_text") and not cleaned.get("phone"):
            self.add_error("phone", "A number is needed to text to.")
        return cleaned


class PatientForm(ClinicForm):
    """Demographics as they are edited; contacts stand beside it as rows of their own."""

    first_name = forms.CharField(max_length=80)
    middle_name = forms.CharField(max_length=80, required=False)
    last_name = forms.CharField(max_length=80)
    suffix = forms.CharField(max_length=20, required=False)
    preferred_name = forms.CharField(max_length=80, required=False)
    pronouns = forms.CharField(max_length=40, required=False)
    birth_date = BirthDateField()
    sex_at_birth = forms.ChoiceField(choices=Patient.Sex.choices)
    gender_identity = forms.CharField(max_length=60, required=False)
    language = forms.ChoiceField(choices=[])
    needs_interpreter = forms.BooleanField(required=False)
    address_line1 = forms.CharField(label="Address", max_length=120, required=False)
    address_line2 = forms.CharField(label="Apartment, suite", max_length=120, required=False)
    city = forms.CharField(max_length=80, required=False)
    state = forms.CharField(max_length=40, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=12, required=False)
    zone = forms.CharField(
        label="Time zone",
        max_length=40,
        required=False,
        help_text="Only when it differs from the clinic’s, such as America/Denver.",
    )
    primary_provider_id = forms.ChoiceField(label="Primary provider", required=False)
    notes_for_desk = forms.CharField(max_length=300, required=False)
    is_sensitive = forms.BooleanField(label="Sensitive chart", required=False)
    deceased_on = forms.DateField(label="Deceased on", required=False)
    no_text = forms.BooleanField(label="No text messages", required=False)
    no_voicemail = forms.BooleanField(label="No voicemail", required=False)
    no_mail = forms.BooleanField(label="No mail", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        now = self.initial.get("language") or "en"
        self.fields["language"].choices = list(({now: now} | LANGUAGES).items())
        self.fields["primary_provider_id"].choices = [("", "None")] + [
            (str(member.pk), member.name) for member in providers()
        ]

    def values(self) -> dict:
        """The demographic fields by name, as the service takes them."""
        data = {k: v for k, v in self.cleaned_data.items() if k not in {"version", "base", "form_key"}}
        data["restrictions"] = {key: data.pop(key) for key in ("no_text", "no_voicemail", "no_mail")}
        data["primary_provider_id"] = data["primary_provider_id"] or None
        return data


class ContactRow:
    """One row of phones and e-mails on the edit page, as typed."""

    def __init__(
        self, key: str, kind: str = "mobile", value: str = "", is_preferred: bool = False, error: str = ""
    ):
        self.key, self.kind, self.value, self.is_preferred, self.error = key, kind, value, is_preferred, error

    @property
    def choices(self):
        return ContactPoint.Kind.choices


def contact_rows(post) -> dict[str, dict]:
    """Rows of phones and e-mails out of a POST, by their keys. A row ticked for removal is empty."""
    rows = {}
    for key in post.getlist("contact")[:12]:
        kind = post.get(f"contact_kind_{key}", "mobile")
        value = "" if post.get(f"contact_remove_{key}") else post.get(f"contact_value_{key}", "")
        rows[key] = {"kind": kind, "value": value, "is_preferred": post.get("contact_preferred") == key}
    return rows


class RelatedPersonForm(ClinicForm):
    name = forms.CharField(max_length=160)
    relation = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"list": "relations"}))
    phone = PhoneField(required=False)
    is_emergency = forms.BooleanField(label="Emergency contact", required=False)
    is_guardian = forms.BooleanField(label="Guardian", required=False)
    is_proxy = forms.BooleanField(label="Health care proxy", required=False)
    may_discuss = forms.BooleanField(
        label="We may discuss the patient’s care with this person", required=False
    )
    starts_on = forms.DateField(label="From", required=False)
    ends_on = forms.DateField(label="Until", required=False)


class ConsentForm(ClinicForm):
    """A yes or no to one way of contact."""

    channel = forms.ChoiceField(
        choices=[("sms", "Text message"), ("email", "E-mail"), ("voice", "Automated call")]
    )
    address = forms.ChoiceField(label="Number or address")
    is_granted = forms.ChoiceField(
        label="The patient says", choices=[("1", "Yes"), ("0", "No")], widget=forms.RadioSelect, initial="1"
    )
    how = forms.ChoiceField(
        label="How", choices=[("spoken", "In person or by phone"), ("written", "In writing")]
    )

    def __init__(self, *args, contacts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["address"].choices = [
            (one.value, f"{one.shown} ({one.get_kind_display()})") for one in contacts
        ]

    def clean(self):
        cleaned = super().clean()
        is_email = "@" in cleaned.get("address", "")
        if cleaned.get("address") and is_email != (cleaned.get("channel") == "email"):
            self.add_error("address", "Choose an address that fits the channel.")
        return cleaned


class PhotoForm(ClinicForm):
    photo = forms.FileField(label="Picture", widget=forms.ClearableFileInput(attrs={"accept": "image/*"}))
