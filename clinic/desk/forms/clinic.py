"""The clinic's own data, at set-up and later."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from billing.rules.npi import npi_holds
from clinic.core.models import ClinicProfile
from clinic.core.phones import PhoneField
from clinic.desk.forms.hours import WeekHoursMixin
from clinic.desk.services.setup import PROFILE_FIELDS
from clinic.staff.models import Member
from clinic.ui.forms import ClinicForm, ClinicModelForm
from scheduling.models.places import usual_hours

US_ZONES = (
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Mountain, no daylight saving (Arizona)"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Puerto_Rico", "Atlantic (Puerto Rico)"),
    ("Pacific/Guam", "Guam"),
)
STATES = [
    "AL",
    "AK",
    "AZ",
    "AR",
    "CA",
    "CO",
    "CT",
    "DE",
    "DC",
    "FL",
    "GA",
    "HI",
    "ID",
    "IL",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "ME",
    "MD",
    "MA",
    "MI",
    "MN",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NJ",
    "NM",
    "NY",
    "NC",
    "ND",
    "OH",
    "OK",
    "OR",
    "PA",
    "PR",
    "RI",
    "SC",
    "SD",
    "TN",
    "TX",
    "UT",
    "VT",
    "VA",
    "WA",
    "WV",
    "WI",
    "WY",
    "AS",
    "GU",
    "MP",
    "VI",
]


def zone_choices(current: str = "") -> list[tuple[str, str]]:
    """US zones in words, and the current one when it is another."""
    choices = list(US_ZONES)
    if current and current not in dict(choices) and current in available_timezones():
        choices.append((current, current))
    return choices


class ProfileForm(ClinicModelForm):
    """The clinic's name, address, phone, zone, NPI and logo."""

    zone = forms.ChoiceField(label="Time zone")
    phone = PhoneField(label="Phone")
    state = forms.ChoiceField(label="State", choices=[("", "")] + [(s, s) for s in STATES])
    logo = forms.FileField(
        label="Logo", required=False, help_text="JPEG or PNG. Shown on receipts and letters."
    )

    class Meta:
        model = ClinicProfile
        fields = PROFILE_FIELDS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zone_choices(self.instance.zone)

    def clean_npi(self) -> str:
        npi = self.cleaned_data["npi"].strip()
        if npi and not npi_holds(npi):
            raise ValidationError("This is not a valid NPI. Check the ten digits.")
        return npi


class SetUpForm(WeekHoursMixin, ProfileForm):
    """Everything a first start needs, on one page."""

    code = forms.CharField(
        label="Set-up code",
        help_text="Run “manage.py setup_code” on the server to get it. It proves that you run this server.",
    )
    rooms = forms.CharField(
        label="Rooms",
        widget=forms.Textarea(attrs={"rows": 4}),
        initial="Exam 1\nExam 2\nExam 3\nProcedure\nLab",
        help_text="One a line. A name with “procedure” or “lab” becomes that kind of room.",
    )
    drawers = forms.CharField(
        label="Cash drawers",
        widget=forms.Textarea(attrs={"rows": 2}),
        initial="Front desk",
        help_text="One a line.",
    )
    first_name = forms.CharField(max_length=60, label="First name")
    last_name = forms.CharField(max_length=60, label="Last name")
    username = forms.CharField(
        max_length=40, label="User name", validators=Member._meta.get_field("username").validators
    )
    admin_email = forms.EmailField(label="E-mail")
    password = forms.CharField(
        label="Password",
        widget=forms.PasswordInput(render_value=True),
        max_length=128,
        strip=False,
        help_text="At least 15 characters; several words are easiest.",
    )
    password_again = forms.CharField(
        label="Password again", widget=forms.PasswordInput(render_value=True), max_length=128, strip=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_hours(usual_hours())

    def _lines(self, name: str) -> list[str]:
        lines = [line.strip()[:40] for line in self.cleaned_data[name].splitlines() if line.strip()]
        if not lines:
            raise ValidationError("Name at least one.")
        if len({line.casefold() for line in lines}) < len(lines):
            raise ValidationError("Each name once.")
        return lines

    def clean_rooms(self) -> list[str]:
        return self._lines("rooms")

    def clean_drawers(self) -> list[str]:
        return self._lines("drawers")

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["hours"] = self.clean_hours(cleaned)
        if cleaned.get("password") != cleaned.get("password_again"):
            self.add_error("password_again", "The two passwords differ.")
        elif cleaned.get("password"):
            member = Member(
                username=cleaned.get("username", ""),
                email=cleaned.get("admin_email", ""),
                first_name=cleaned.get("first_name", ""),
                last_name=cleaned.get("last_name", ""),
            )
            try:
                validate_password(cleaned["password"], member)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class LocationForm(WeekHoursMixin, ClinicForm):
    """One location's hours, as edited on the settings page."""

    name = forms.CharField(max_length=80)
    zone = forms.ChoiceField(label="Time zone")
    address = forms.CharField(max_length=200, required=False)
    phone = PhoneField(required=False)

    def __init__(self, *args, location=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zone_choices(location.zone if location else "")
        self.add_hours(location.hours if location else usual_hours())

    def clean(self) -> dict:
        cleaned = super().clean()
        cleaned["hours"] = self.clean_hours(cleaned)
        return cleaned
