"""Who is asked first when a time comes free, and for how long an offer stands. Pure: no clock, no database.

Source: domain specification 3.3. The order is urgency, then who has waited longest (by the day they were
added), then who fits the time best. A fit is only asked for between patients of one day, so that nobody is
passed over for ever by somebody who happens to fit better.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

NOON, FIVE = time(12), time(17)
# Too short to read a text and answer it.
LEAST_ANSWER = timedelta(minutes=5)


class DayPart(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PART_WORDS = {
    DayPart.MORNING: "Morning (before noon)",
    DayPart.AFTERNOON: "Afternoon (noon to 5)",
    DayPart.EVENING: "Evening (from 5)",
}


def part_of(clock: time) -> DayPart:
    """The part of the day that a wall-clock time falls into."""
    if clock < NOON:
        return DayPart.MORNING
    return DayPart.AFTERNOON if clock < FIVE else DayPart.EVENING


@dataclass(frozen=True)
class Time:
    """A time that came free: the instant, what the wall shows then, how long, and whose."""

    starts_at: datetime
    day: date
    clock: time
    minutes: int
    member_id: UUID | None


@dataclass(frozen=True)
class Wishes:
    """What one patient of the waitlist asked for. `minutes` is how long their kind of visit takes."""

    id: UUID
    urgency: int
    added_at: datetime
    added_on: date
    minutes: int
    notice: timedelta
    providers: frozenset[UUID] = field(default_factory=frozenset)
    weekdays: frozenset[int] = field(default_factory=frozenset)
    parts: frozenset[str] = field(default_factory=frozenset)
    earliest_on: date | None = None
    latest_on: date | None = None
    # When the visit that a yes would move begins: an offer has to be earlier.
    booked_at: datetime | None = None


def why_not(wishes: Wishes, freed: Time, now: datetime) -> str | None:
    """Why a time does not suit, in words for staff; None when it does."""
    reasons = (
        (wishes.providers and freed.member_id not in wishes.providers, "wants another provider"),
        (wishes.weekdays and freed.day.weekday() not in wishes.weekdays, "can't come on that weekday"),
        (wishes.parts and part_of(freed.clock) not in wishes.parts, "can't come at that time of day"),
        (wishes.earliest_on and freed.day < wishes.earliest_on, "too early"),
        (wishes.latest_on and freed.day > wishes.latest_on, "too late"),
        (wishes.booked_at and freed.starts_at >= wishes.booked_at, "no earlier than the visit they have"),
        (freed.starts_at - now < wishes.notice, "needs to know longer before"),
    )
    return next((words for is_so, words in reasons if is_so), None)


def fit(wishes: Wishes, freed: Time) -> int:
    """How well a suitable time is used, higher is better: the whole time is used (4), the provider was asked
    for by name (2), the day or the part of the day was (1)."""
    return (
        4 * (wishes.minutes == freed.minutes)
        + 2 * bool(wishes.providers)
        + 1 * bool(wishes.weekdays or wishes.parts)
    )


def in_order(candidates: Iterable[Wishes], freed: Time, now: datetime) -> list[Wishes]:
    """Those whom the time suits, the first to be asked first."""
    suited = [one for one in candidates if why_not(one, freed, now) is None]
    return sorted(suited, key=lambda one: (one.urgency, one.added_on, -fit(one, freed), one.added_at, one.id))


def expires_at(
    now: datetime, freed: Time, *, today: date, notice: timedelta, same_day: timedelta, later: timedelta
) -> datetime | None:
    """Until when an offer made now stands: the clinic's time to answer, but never so long that the patient
    could not come any more. None when there is no time left to ask."""
    stands = same_day if freed.day == today else later
    end = min(now + stands, freed.starts_at - notice)
    return end if end - now >= LEAST_ANSWER else None
