"""Locations, rooms, visit types, sessions, patients and appointments for tests.

The default clinic day is Tuesday, March 10, 2026, in Chicago; tests freeze time there.
"""

from datetime import UTC, date, datetime, time
from itertools import count

from clinic.core.time import zone
from clinic.staff.permissions import Permission
from clinic.staff.roles import Role
from inventory.models import Equipment
from records.models import Patient
from scheduling.models import Location, ProviderSession, Room, VisitType
from scheduling.rules.wall_time import to_instant
from scheduling.services.booking import book_appointment
from scheduling.services.visits import move_visit
from tests.factories.staff import actor_for, make_member

ZONE = "America/Chicago"
TUESDAY = date(2026, 3, 10)
# Six in the morning in Chicago, before anyone is at work.
EARLY = datetime(2026, 3, 10, 11, tzinfo=UTC)
_numbers = count(1)


def at(clock: str, day: date = TUESDAY) -> datetime:
    """The instant at which the clinic's wall clock shows "9:05"."""
    hour, minute = clock.split(":")
    return to_instant(day, time(int(hour), int(minute)), zone(ZONE))


def make_patient(**fields) -> Patient:
    number = next(_numbers)
    values = {
        "mrn": f"900-{number:03d}-0",
        "first_name": "Maria",
        "last_name": f"Ortiz{number}",
        "birth_date": date(1988, 3, 4),
        "search": f" maria ortiz{number}",
    }
    return Patient.objects.create(**{**values, **fields})


def make_location(**fields) -> Location:
    values = {"name": f"Maple Street {next(_numbers)}", "zone": ZONE, "phone": "+13125550100"}
    return Location.objects.create(**{**values, **fields})


def make_room(location: Location, **fields) -> Room:
    number = next(_numbers)
    return Room.objects.create(
        **{"location": location, "name": f"Room {number}", "label": str(number), **fields}
    )


def make_equipment(kind: str = "ecg", **fields) -> Equipment:
    return Equipment.objects.create(**{"name": f"{kind} {next(_numbers)}", "kind": kind, **fields})


def visit_type(code: str = "follow-up", **changes) -> VisitType:
    """One of the shipped types; `changes` are saved on it."""
    row = VisitType.objects.get(code=code)
    for name, value in changes.items():
        setattr(row, name, value)
    if changes:
        row.save()
    return row


def make_session(
    member, location: Location, starts: str = "08:00", ends: str = "12:00", **fields
) -> ProviderSession:
    """A block on every Tuesday unless `weekday` says otherwise."""
    values = {
        "provider": member,
        "location": location,
        "weekday": TUESDAY.weekday(),
        "starts": time.fromisoformat(starts),
        "ends": time.fromisoformat(ends),
        "effective_from": date(2026, 1, 1),
    }
    return ProviderSession.objects.create(**{**values, **fields})


def make_provider(location: Location, **fields):
    """A provider who works Tuesdays eight to twelve."""
    member = make_member(Role.PROVIDER, credential="MD", **fields)
    make_session(member, location)
    return member


def desk():
    """An actor of the front desk."""
    return actor_for(make_member(Role.FRONT_DESK))


def whole_staff():
    """An actor who may do everything in the schedule, overbooking included."""
    return actor_for(make_member(Role.MANAGER), also=[permission.value for permission in Permission])


class Clinic:
    """A small clinic for one test: a location, two clean rooms, a provider and an actor."""

    def __init__(self, **location):
        self.location = make_location(**location)
        self.rooms = [make_room(self.location), make_room(self.location)]
        self.provider = make_provider(self.location, last_name="Shah")
        self.by = whole_staff()

    def book(self, clock: str = "9:00", *, day: date = TUESDAY, **options):
        values = {
            "by": self.by,
            "visit_type": visit_type(),
            "starts_at": at(clock, day),
            "location": self.location,
            "provider": self.provider,
        }
        values.update(options)
        if "patient" not in values:
            values["patient"] = make_patient()
        return book_appointment(**values)

    def move(self, appointment, *states, room=None):
        """Takes a visit through states; rooming uses the first room unless one is named."""
        for state in states:
            here = (room or self.rooms[0]) if state == "roomed" else None
            appointment = move_visit(by=self.by, appointment=appointment, to=state, room=here)
        return appointment
