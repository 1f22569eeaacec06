"""What a gesture on the calendar asks for: another time, person, room or device; another length."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter

from django import forms

from clinic.ui.forms import ClinicForm, RowField
from inventory.models import Equipment
from scheduling.forms.booking import parse_slot
from scheduling.forms.fields import YEARS
from scheduling.models import Location, Room
from scheduling.queries.settings import bookable_members


class InstantField(forms.CharField):
    """2026-03-10T14:05Z: an instant to the minute, as the calendar writes it."""

    widget = forms.HiddenInput

    def clean(self, value) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            instant = datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise forms.ValidationError("That is no time of the calendar.") from error
        if instant.year not in YEARS:
            raise forms.ValidationError("Check the year.")
        return instant


class ShiftAppointmentForm(ClinicForm):
    """A visit dropped somewhere else. Left out: as it is. `slot` is a button of the alternatives after a conflict."""

    start = InstantField(required=False)
    member = RowField(required=False, label="With", label_of=attrgetter("name"), widget=forms.HiddenInput)
    room = forms.ModelChoiceField(Room.objects.none(), required=False, widget=forms.HiddenInput)
    device = forms.ModelChoiceField(Equipment.objects.none(), required=False, widget=forms.HiddenInput)
    slot = forms.CharField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    overbook_reason = forms.CharField(required=False, max_length=200, label="Overbook, because")

    def __init__(self, *args, location: Location, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].rows = bookable_members()
        self.fields["room"].queryset = Room.objects.filter(location=location, is_active=True)
        self.fields["device"].queryset = Equipment.objects.all()

    def clean_slot(self):
        value = self.cleaned_data["slot"]
        return parse_slot(value) if value else None


class ResizeAppointmentForm(ClinicForm):
    """Another length, in minutes."""

    minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=240)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    overbook_reason = forms.CharField(required=False, max_length=200, label="Overbook, because")
