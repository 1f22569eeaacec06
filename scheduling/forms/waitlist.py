"""Wishes for an earlier time, and a time offered by hand."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from django import forms

from clinic.ui.forms import ClinicForm, RowField
from scheduling.forms.booking import PatientField, TimeFields
from scheduling.forms.fields import DayField
from scheduling.models import WEEKDAYS, Location, WaitlistEntry
from scheduling.queries.settings import bookable_members, visit_types
from scheduling.rules.waitlist import PART_WORDS

NOTICE = (
    (30, "30 minutes"),
    (60, "1 hour"),
    (120, "2 hours"),
    (240, "4 hours"),
    (720, "half a day"),
    (1440, "1 day"),
    (2880, "2 days"),
)


class Wishes(ClinicForm):
    """What the patient would like; everything left empty means "any"."""

    urgency = forms.TypedChoiceField(
        choices=WaitlistEntry.Urgency.choices,
        coerce=int,
        initial=WaitlistEntry.Urgency.ROUTINE.value,
        label="How soon",
    )
    weekdays = forms.TypedMultipleChoiceField(
        required=False,
        choices=[(number, name[:3]) for number, name in enumerate(WEEKDAYS)],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        label="Days",
    )
    day_parts = forms.MultipleChoiceField(
        required=False,
        choices=[(part.value, words) for part, words in PART_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        label="Time of day",
    )
    with_whom = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="With")
    earliest_on = DayField(required=False, label="Not before")
    latest_on = DayField(required=False, label="Not after")
    notice_minutes = forms.TypedChoiceField(
        choices=NOTICE,
        coerce=int,
        initial=120,
        label="Can come within",
        help_text="How long ahead they have to know.",
    )
    note = forms.CharField(required=False, max_length=200, label="Note")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.members = bookable_members()
        self.fields["with_whom"].choices = [(str(member.pk), member.name) for member in self.members]
        for name in ("urgency", "notice_minutes"):
            self.fields[name].widget.attrs.setdefault("class", "form-select")
        for name in ("earliest_on", "latest_on", "note"):
            self.fields[name].widget.attrs.setdefault("class", "form-control")

    def clean(self):
        values = super().clean()
        first, last = values.get("earliest_on"), values.get("latest_on")
        if first and last and last < first:
            self.add_error("latest_on", "The last day is before the first.")
        return values

    def wishes(self) -> dict:
        """For the service."""
        values = self.cleaned_data
        chosen = set(values["with_whom"])
        names = (
            "urgency", "weekdays", "day_parts", "earliest_on", "latest_on", "notice_minutes", "note",
        )  # fmt: skip
        return {name: values[name] for name in names} | {
            "providers": [member for member in self.members if str(member.pk) in chosen]
        }


class WaitlistForm(Wishes, PatientField):
    """A patient who is put on the waitlist."""

    location = RowField(required=False)
    visit_type = RowField(label="Visit type")
    moves_visit = forms.BooleanField(required=False, label="A yes moves the visit that is booked already")

    def __init__(self, *args, places: Sequence[Location], **kwargs):
        super().__init__(*args, **kwargs)
        self.places = places
        self.fields["location"].rows = places
        self.fields["visit_type"].rows = visit_types()
        self.fields["moves_visit"].widget.attrs["class"] = "form-check-input"
        if len(places) == 1:
            self.fields["location"].widget = forms.HiddenInput()

    @property
    def place(self) -> Location:
        return self.cleaned_data.get("location") or self.places[0]


class EditWishesForm(Wishes):
    """Wishes that changed. `version` says which state of them the form was opened on."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class OfferTimeForm(TimeFields):
    """A time offered by hand to one patient of the waitlist."""

    provider = RowField(required=False, label="With", empty_label="Anyone", label_of=attrgetter("name"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["provider"].rows = bookable_members()


class WithdrawForm(ClinicForm):
    """Why a patient is taken off the waitlist."""

    note = forms.ChoiceField(
        label="Why",
        choices=[
            (words, words)
            for words in (
                "Booked in another way",
                "No longer needed",
                "Went elsewhere",
                "Can't be reached",
                "Added by mistake",
            )
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Say why."},
    )
