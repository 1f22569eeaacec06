"""Holidays of a year, offered to the clinic: nothing is closed until somebody says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import holidays

from clinic.core.profile import clinic
from clinic.core.time import format_day
from scheduling.models import Appointment, Closure, Location

COUNTRY = "US"


@dataclass(frozen=True, slots=True)
class Offered:
    """A holiday with what stands in its way. A state's own is marked: not every office keeps it."""

    day: date
    name: str
    is_federal: bool
    is_closed: bool
    visits: int

    @property
    def words(self) -> str:
        """Fri, Dec 25, 2026."""
        return format_day(self.day)


def holidays_of(year: int, state: str = "") -> dict[date, tuple[str, bool]]:
    """Name and whether it is a federal one, by day, in order.

    A day on which a weekend's holiday is observed (Friday, July 3) is a day of its own. `state` is the
    two letters of a state; anything else gives the federal ones only.
    """
    federal = holidays.country_holidays(COUNTRY, years=year)
    known = state if state in federal.subdivisions else None
    whole = holidays.country_holidays(COUNTRY, subdiv=known, years=year)
    return {
        day: (federal.get(day) or whole[day], day in federal)
        for day in sorted({*federal, *whole})
        if day.year == year
    }


def offered_holidays(year: int, location: Location | None) -> list[Offered]:
    """The holidays of a year in the clinic's state: which are closed, and how many visits stand there. Two statements.

    With a location, its own closures and those of all locations count; without one only the latter.
    """
    days = holidays_of(year, clinic().state)
    closures = Closure.objects.filter(day__in=list(days)).values_list("day", "location_id")
    closed = {day for day, where in closures if where is None or (location and where == location.pk)}
    visits = Appointment.objects.holding_time().filter(local_day__in=list(days))
    if location:
        visits = visits.filter(location=location)
    booked = Counter(visits.values_list("local_day", flat=True))
    return [Offered(day, name, federal, day in closed, booked[day]) for day, (name, federal) in days.items()]
