"""Where visits happen: locations, their rooms, and the limits of the flow board."""

from datetime import time

from django.db import models
from django.utils import timezone

from clinic.core.models import Base, Versioned

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def usual_hours() -> dict[str, list[str]]:
    """Monday to Friday, eight to five; keys are weekday numbers, Monday is "0"."""
    return {str(day): ["08:00", "17:00"] for day in range(5)}


class Location(Versioned):
    """One address where patients are seen, with its own time zone and opening hours."""

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField("time zone", max_length=64)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    hours = models.JSONField(default=usual_hours)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def hours_on(self, weekday: int) -> tuple[time, time] | None:
        """Opening and closing time on a weekday (0 = Monday), None when closed."""
        pair = (self.hours or {}).get(str(weekday))
        return (time.fromisoformat(pair[0]), time.fromisoformat(pair[1])) if pair else None


class Room(Versioned):
    """A room with a state of its own: available, occupied, dirty, cleaning, and round again."""

    class Kind(models.TextChoices):
        EXAM = "exam", "Exam room"
        PROCEDURE = "procedure", "Procedure room"
        LAB = "lab", "Draw chair"

    class State(models.TextChoices):
        AVAILABLE = "available", "Available"
        OCCUPIED = "occupied", "Occupied"
        DIRTY = "dirty", "Needs cleaning"
        CLEANING = "cleaning", "Cleaning"
        OUT_OF_SERVICE = "out_of_service", "Out of service"

    location = models.ForeignKey(Location, models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)
    label = models.CharField("short label", max_length=8, help_text="Shown on the flow board: 1, 2, P, Lab")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.EXAM)
    state = models.CharField(max_length=16, choices=State.choices, default=State.AVAILABLE)
    state_since = models.DateTimeField(default=timezone.now)
    rank = models.PositiveSmallIntegerField("order", default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["rank", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "name"],
                name="scheduling_room_name_once",
                violation_error_message="This location has a room of that name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoomChange(Base):
    """A room's state from an instant on. Never changed: what the time between two patients is measured by."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="changes")
    state = models.CharField(max_length=16, choices=Room.State.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["room", "at"], name="scheduling_room_changes")]

    def __str__(self) -> str:
        return f"{self.state} from {self.at:%Y-%m-%d %H:%M}"


class FlowSettings(Versioned):
    """One row: when minutes on the boards turn amber and red, and how long grace and undo last."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    lobby_amber = models.PositiveSmallIntegerField("waiting room, amber after (min)", default=15)
    lobby_red = models.PositiveSmallIntegerField("waiting room, red after (min)", default=30)
    alone_amber = models.PositiveSmallIntegerField("alone in a room, amber after (min)", default=15)
    alone_red = models.PositiveSmallIntegerField("alone in a room, red after (min)", default=30)
    no_show_grace = models.PositiveSmallIntegerField("no-show after start plus (min)", default=15)
    undo_minutes = models.PositiveSmallIntegerField("moves can be undone for (min)", default=10)
    late_cancel_hours = models.PositiveSmallIntegerField("late cancellation under (hours)", default=24)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="scheduling_flowsettings_one_row"),
            models.CheckConstraint(
                condition=models.Q(
                    lobby_red__gt=models.F("lobby_amber"), alone_red__gt=models.F("alone_amber")
                ),
                name="scheduling_flowsettings_amber_first",
                violation_error_message="Amber has to come before red.",
            ),
        ]

    def __str__(self) -> str:
        return "Flow limits"


class Closure(Base):
    """A whole day on which a location (or, without one, the whole clinic) is closed."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="closures", null=True, blank=True)
    day = models.DateField()
    reason = models.CharField(max_length=120)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "day"],
                name="scheduling_closure_once",
                nulls_distinct=False,
                violation_error_message="That day is closed already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"
