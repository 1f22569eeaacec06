"""Booking, moving, cancelling, walking in: what is typed at the front desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from operator import attrgetter
from uuid import UUID

from django import forms

from clinic.core.profile import clinic_zone
from clinic.core.time import today, zone
from clinic.ui.forms import ClinicForm, RowField
from records.forms.patients import BirthDateField, PhoneField
from records.models import Patient
from records.queries.finder import find_patients
from records.queries.rows import patient_or_none
from scheduling.forms.fields import YEARS, DayField, Plain
from scheduling.forms.openings import SearchFields
from scheduling.models import CancelReason, Location, VisitType
from scheduling.queries.settings import bookable_members, visit_types
from scheduling.rules.wall_time import NoSuchTime, to_instant


def parse_slot(value: str) -> tuple[datetime, UUID | None]:
    """The instant and member of an opening's button. Refuses anything else."""
    try:
        at, _, rest = value.partition("|")
        who = rest.partition("|")[0]
        instant = datetime.fromisoformat(at)
        member = UUID(who) if who else None
    except ValueError as error:
        raise forms.ValidationError("Choose one of the times.") from error
    if instant.tzinfo is None or instant.year not in YEARS:
        raise forms.ValidationError("Choose one of the times.")
    return instant.astimezone(UTC), member


def place_of(slot: str, places: Sequence[Location]) -> Location | None:
    """The location that an opening's button names, None where it is the dialog's own."""
    named = slot.rpartition("|")[2] if slot.count("|") == 2 else ""
    return next((place for place in places if str(place.pk) == named), None) if named else None


class TimeFields(Plain):
    """A time by button, or any other day and time typed in, in the location's wall time."""

    slot = forms.CharField(required=False, widget=forms.HiddenInput)
    day = DayField(required=False, label="Or another day")
    clock = forms.TimeField(required=False, label="at", widget=forms.TimeInput)
    overbook_reason = forms.CharField(
        required=False, max_length=200, label="Overbook, because", help_text="Only for a person's time."
    )

    def when(self, location: Location) -> tuple[datetime, UUID | None] | None:
        """The chosen instant and, when a button named one, the member; None with an error on the form."""
        values = self.cleaned_data
        if values.get("day") and values.get("clock"):
            return self._typed(values["day"], values["clock"], location), None
        if values.get("slot"):
            try:
                return parse_slot(values["slot"])
            except forms.ValidationError as error:
                self.add_error("slot", error)
                return None
        self.add_error(None, "Choose a time: press 1 to 6, or type another day and time.")
        return None

    def _typed(self, day, clock: time, location: Location) -> datetime | None:
        try:
            return to_instant(day, clock, zone(location.zone))
        except NoSuchTime as error:
            self.add_error("clock", str(error))
            return None


class PatientField(Plain):
    """A patient chosen in the finder, typed so that only one fits, or registered in place with six fields."""

    NEW = ("new_first_name", "new_last_name", "new_birth_date", "new_sex")
    SHOWN_NEW = (*NEW, "new_phone", "new_may_text")

    patient = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"data-combobox-value": ""}))
    patient_search = forms.CharField(required=False, max_length=100, label="Patient")
    new_first_name = forms.CharField(required=False, max_length=80, label="First name")
    new_last_name = forms.CharField(required=False, max_length=80, label="Last name")
    new_birth_date = BirthDateField(required=False)
    new_sex = forms.ChoiceField(
        required=False, choices=[("", "Choose"), *Patient.Sex.choices], label="Sex at birth"
    )
    new_phone = PhoneField(required=False, label="Mobile phone")
    new_may_text = forms.BooleanField(required=False, label="Agrees to appointment texts")
    new_anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)

    found_patient: Patient | None = None
    is_new = False

    @property
    def has_new_values(self) -> bool:
        """Whether anything was typed about a new patient."""
        return any(self[name].value() for name in self.SHOWN_NEW)

    def clean(self):
        values = super().clean()
        self.found_patient = self._patient(values)
        self.is_new = self.found_patient is None and any(values.get(name) for name in self.NEW[:3])
        if self.is_new:
            for name in self.NEW:
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, "Needed to register a patient.")
        elif self.found_patient is None and not any(name in self.errors for name in self.NEW):
            self.add_error("patient_search", "Choose a patient, or register a new one.")
        return values

    def _patient(self, values) -> Patient | None:
        if values.get("patient"):
            return patient_or_none(values["patient"])
        typed = (values.get("patient_search") or "").strip()
        if len(typed) < 2:
            return None
        rows = find_patients(typed, today(clinic_zone())).rows
        return Patient.objects.get(pk=rows[0].id) if len(rows) == 1 else None


class VisitFields(PatientField):
    """What every new visit is made of: where, what kind, with whom, why."""

    location = RowField(required=False)
    visit_type = RowField(label="Visit type")
    provider = RowField(required=False, label="With", empty_label="Anyone", label_of=attrgetter("name"))
    reason = forms.CharField(required=False, max_length=300, label="Reason, in the patient's words")

    def __init__(self, *args, places: Sequence[Location], **kwargs):
        super().__init__(*args, **kwargs)
        self.places = places
        if len(places) == 1:
            self.fields["location"].widget = forms.HiddenInput()
        self.fields["location"].rows = places
        self.fields["visit_type"].rows = self.kinds()
        self.fields["provider"].rows = bookable_members()

    def kinds(self) -> Sequence[VisitType]:
        return visit_types()

    @property
    def place(self) -> Location:
        """Where the chosen opening is; an opening elsewhere names its location itself."""
        values = self.cleaned_data
        is_typed = values.get("day") and values.get("clock")
        named = None if is_typed else place_of(values.get("slot", ""), self.places)
        return named or values.get("location") or self.places[0]


class BookAppointmentForm(VisitFields, SearchFields, TimeFields):
    """The booking dialog."""

    text_me = forms.BooleanField(required=False, label="Text reminders to this number")
    text_known = forms.CharField(required=False, widget=forms.HiddenInput)


class WalkInForm(VisitFields):
    """A patient who is here now."""

    provider = RowField(
        required=False, label="With", empty_label="Whoever is free first", label_of=attrgetter("name")
    )

    def kinds(self) -> Sequence[VisitType]:
        return [kind for kind in visit_types() if kind.needs_room]


class MoveAppointmentForm(TimeFields):
    """Another time for a visit. `version` says which state of it the form was opened on."""

    provider = RowField(required=False, label="With", label_of=attrgetter("name"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["provider"].rows = bookable_members()


class CancelAppointmentForm(ClinicForm):
    """Why a visit is cancelled."""

    reason = forms.ChoiceField(
        choices=CancelReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason."},
    )
    note = forms.CharField(required=False, max_length=200, label="Note")
    version = forms.IntegerField(widget=forms.HiddenInput)
