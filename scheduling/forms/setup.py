"""What the clinic sets up: places, rooms, visit types, sessions, absences, closures, limits."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from django import forms

from clinic.core.time import zone
from clinic.staff.models import Member
from clinic.ui.forms import ClinicForm, ClinicModelForm
from scheduling.forms.fields import DayField
from scheduling.models import (
    WEEKDAYS,
    Closure,
    FlowSettings,
    Location,
    ProviderSession,
    Room,
    SessionException,
    VisitType,
)
from scheduling.rules.wall_time import NoSuchTime, day_bounds, to_instant

COLORS = [
    ("c1", "Blue"),
    ("c2", "Green"),
    ("c3", "Violet"),
    ("c4", "Amber"),
    ("c5", "Pink"),
    ("c6", "Teal"),
    ("c7", "Orange"),
    ("c8", "Slate"),
]


class VersionedForm(ClinicModelForm):
    """An edit of one row; `version` says which state of it was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields["version"]
        else:
            self.fields["version"].initial = self.instance.version

    def values(self) -> dict:
        """What was typed, for the service."""
        own = {field.name for field in self.Meta.model._meta.get_fields()}
        return {name: value for name, value in self.cleaned_data.items() if name in own and name != "version"}


class LocationForm(VersionedForm):
    zone = forms.ChoiceField(label="Time zone")

    class Meta:
        model = Location
        fields = ["name", "zone", "address", "phone", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        usual = sorted(name for name in available_timezones() if name.startswith(("America/", "Pacific/")))
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in usual]
        for number, name in enumerate(WEEKDAYS):
            pair = (self.instance.hours or {}).get(str(number), ["", ""])
            self.fields[f"open_{number}"] = forms.TimeField(
                required=False, label=f"{name} from", initial=pair[0], widget=_time()
            )
            self.fields[f"close_{number}"] = forms.TimeField(
                required=False, label=f"{name} until", initial=pair[1], widget=_time()
            )

    def clean(self):
        values = super().clean()
        hours = {}
        for number, name in enumerate(WEEKDAYS):
            starts, ends = values.get(f"open_{number}"), values.get(f"close_{number}")
            if starts and ends and starts < ends:
                hours[str(number)] = [f"{starts:%H:%M}", f"{ends:%H:%M}"]
            elif starts or ends:
                self.add_error(f"close_{number}", f"{name} needs an opening time and a later closing time.")
        values["hours"] = hours
        return values

    def hour_rows(self) -> list[tuple]:
        """Weekday and its two fields, for the template."""
        return [(name, self[f"open_{n}"], self[f"close_{n}"]) for n, name in enumerate(WEEKDAYS)]


class RoomForm(VersionedForm):
    class Meta:
        model = Room
        fields = ["location", "name", "label", "kind", "rank", "is_active"]


class VisitTypeForm(VersionedForm):
    color = forms.ChoiceField(choices=COLORS)

    class Meta:
        model = VisitType
        fields = [
            "name",
            "code",
            "needs_provider",
            "provider_minutes",
            "ma_before_minutes",
            "buffer_after_minutes",
            "interpreter_extra_minutes",
            "modality",
            "needs_room",
            "room_kind",
            "equipment_kind",
            "add_on",
            "is_for_new_patients",
            "for_sex",
            "min_age",
            "max_age",
            "min_notice_minutes",
            "max_horizon_days",
            "daily_cap",
            "prep_note",
            "color",
            "rank",
            "is_bookable",
        ]


class SessionForm(VersionedForm):
    """One weekly block. Several weekdays can be ticked when it is added."""

    class Meta:
        model = ProviderSession
        fields = [
            "provider",
            "location",
            "weekday",
            "starts",
            "ends",
            "effective_from",
            "effective_to",
            "visit_types",
            "slot_minutes",
            "overbook_per_slot",
            "overbook_per_session",
            "release_hours",
            "new_patient_cap",
        ]
        widgets = {
            "visit_types": forms.CheckboxSelectMultiple,
            "starts": forms.TimeInput,
            "ends": forms.TimeInput,
        }
        field_classes = {"effective_from": DayField, "effective_to": DayField}
        help_texts = {"visit_types": "None ticked: all kinds of visit."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["provider"].queryset = Member.objects.filter(is_active=True).order_by("last_name")
        self.fields["provider"].label_from_instance = lambda member: member.name
        self.fields["provider"].label = "Member"
        if self.instance._state.adding:
            del self.fields["weekday"]
            days = [(str(n), name) for n, name in enumerate(WEEKDAYS)]
            self.fields["weekdays"] = forms.TypedMultipleChoiceField(
                choices=days, coerce=int, label="Weekdays", widget=forms.CheckboxSelectMultiple
            )
            self.order_fields(["provider", "location", "weekdays"])


def _time() -> forms.TimeInput:
    """The browser's own time field."""
    widget = forms.TimeInput(format="%H:%M", attrs={"class": "form-control"})
    widget.input_type = "time"
    return widget


class AbsenceForm(ClinicForm):
    """Leave, a meeting or a break, in the wall time of a location."""

    provider = forms.ModelChoiceField(queryset=Member.objects.none(), label="Member", empty_label=None)
    kind = forms.ChoiceField(choices=SessionException.Kind.choices)
    first_day = DayField()
    last_day = DayField(required=False, help_text="Empty: the same day.")
    starts = forms.TimeField(widget=forms.TimeInput, required=False, help_text="Empty: the whole day.")
    ends = forms.TimeField(widget=forms.TimeInput, required=False)
    reason = forms.CharField(max_length=120, required=False)

    def __init__(self, *args, location: Location, **kwargs):
        super().__init__(*args, **kwargs)
        self.location = location
        self.fields["provider"].queryset = (
            Member.objects.filter(is_active=True, sessions__isnull=False).distinct().order_by("last_name")
        )
        self.fields["provider"].label_from_instance = lambda member: member.name

    def clean(self):
        values = super().clean()
        if self.errors:
            return values
        last = values.get("last_day") or values["first_day"]
        try:
            values["starts_at"] = self._instant(values["first_day"], values.get("starts"), 0)
            values["ends_at"] = self._instant(last, values.get("ends"), 24)
        except NoSuchTime as error:
            self.add_error("starts", str(error))
            return values
        if values["ends_at"] <= values["starts_at"]:
            self.add_error("ends", "It has to end after it starts.")
        return values

    def _instant(self, day, clock, hour: int) -> datetime:
        tz = zone(self.location.zone)
        return to_instant(day, clock, tz) if clock else day_bounds(day, tz)[1 if hour else 0]


class ClosureForm(ClinicModelForm):
    class Meta:
        model = Closure
        fields = ["location", "day", "reason"]
        field_classes = {"day": DayField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["location"].empty_label = "All locations"


class FlowSettingsForm(VersionedForm):
    class Meta:
        model = FlowSettings
        fields = [
            "lobby_amber",
            "lobby_red",
            "alone_amber",
            "alone_red",
            "no_show_grace",
            "undo_minutes",
            "late_cancel_hours",
        ]
