"""What the clinic has set up for its calendar, kept in memory: read it, never change the rows."""

from __future__ import annotations

from uuid import UUID

from clinic.core.errors import NotFound
from clinic.core.kept import kept
from clinic.staff.models import Member
from scheduling.models import FlowSettings, Location, ReminderPolicy, VisitType


@kept
def flow_settings() -> FlowSettings:
    """The one row of limits; before anyone saved it, the defaults."""
    return FlowSettings.objects.first() or FlowSettings()


@kept
def locations() -> tuple[Location, ...]:
    """Places where visits happen, by name."""
    return tuple(Location.objects.filter(is_active=True))


@kept
def visit_types() -> tuple[VisitType, ...]:
    """The kinds of visit that can be booked, in the clinic's order."""
    return tuple(VisitType.objects.filter(is_bookable=True))


@kept
def bookable_members() -> tuple[Member, ...]:
    """Active members who have sessions anywhere, by name."""
    members = Member.objects.filter(is_active=True, sessions__isnull=False).distinct()
    return tuple(members.order_by("last_name", "first_name"))


def bookable_member(pk: str | UUID | None) -> Member | None:
    """The one of them with this key, None for anybody else's or none."""
    return next((member for member in bookable_members() if str(member.pk) == str(pk)), None)


@kept
def reminder_policies() -> tuple[ReminderPolicy, ...]:
    """Every row of the reminder policy, whatever its dates."""
    return tuple(ReminderPolicy.objects.all())


def chosen_location(places: tuple[Location, ...], wanted: str | UUID | None) -> Location:
    """The location asked for, else the first. Refuses when there is none at all."""
    if not places:
        raise NotFound("No location is set up yet.", hint="Add one under Schedule settings.")
    return next((place for place in places if str(place.pk) == str(wanted)), places[0])
