"""What every process of a bulk load has to know: sizes, the calendar, and the keys of the clinic's own rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from clinic.demo.scale.text import DAY, Dice, key_of

CHUNK = 2_000  # patients that are made and written together
SLOTS = 24  # of 20 minutes: 8 to 12 and 13 to 17
SLOT = 20 * 60
REGISTERED_OVER = 700  # days before the first visit in which the patients were registered


@dataclass(frozen=True)
class Size:
    """What a bulk load is asked for; `visits` and `audit_rows` in all, the same `seed` makes the same clinic."""

    patients: int
    visits: int
    years: int
    audit_rows: int
    seed: str


@dataclass(frozen=True)
class Who:
    """A member of staff as rows name them."""

    id: str
    name: str


@dataclass(frozen=True)
class Fee:
    id: str
    code: str
    words: str
    price: str


@dataclass(frozen=True)
class OldLot:
    """A lot of a vaccine that was used up in its year."""

    id: str
    number: str
    item: str
    place: str
    cvx: str
    vaccine: str
    mvx: str
    expires_on: str
    edition_on: str


@dataclass(frozen=True)
class Plan:
    """One bulk load. Instants are whole seconds since 1970."""

    seed: str
    patients: int
    visits: int
    years: int
    audit_rows: int
    now: int
    zone: str
    location: str
    location_name: str
    desk: tuple[Who, ...]
    nurses: tuple[Who, ...]
    today: tuple[Who, ...]  # whose day is shown: three providers
    providers: tuple[Who, ...]  # who saw the patients of the past
    rooms: tuple[str, ...]
    visit_types: tuple[str, ...]
    fees: tuple[Fee, ...]
    drawers: tuple[str, ...]
    payers: dict[str, str]
    codes: tuple[tuple[str, str], ...]
    template: tuple[str, str]  # key and code
    lots: dict[int, tuple[OldLot, ...]]  # by year
    first_mrn: int

    @cached_property
    def days(self) -> list[int]:
        """Local midnight of every past workday, oldest first."""
        zone = ZoneInfo(self.zone)
        today = dt.datetime.fromtimestamp(self.now, zone).date()
        found = []
        for back in range(round(self.years * 365.25), 0, -1):
            day = today - dt.timedelta(days=back)
            if day.weekday() < 5:
                found.append(int(dt.datetime.combine(day, dt.time(0), zone).timestamp()))
        return found

    @cached_property
    def chunks(self) -> list[range]:
        """The patients' numbers, in the portions in which they are made."""
        return [range(a, min(a + CHUNK, self.patients)) for a in range(0, self.patients, CHUNK)]

    def dice(self, *name: object) -> Dice:
        return Dice(":".join([self.seed, *map(str, name)]))

    def registered(self, number: int) -> int:
        """When a patient was registered: before the first visit of all, one after the other."""
        start = self.now - round(self.years * 365.25 + REGISTERED_OVER) * DAY
        return start + number * (REGISTERED_OVER - 30) * DAY // max(self.patients, 1)

    def patient(self, number: int) -> str:
        """The key of a patient: the same wherever a row names them."""
        return key_of(self.registered(number), f"{self.seed}:patient:{number}")


def providers_needed(visits: int, years: int) -> int:
    """How many providers the past takes, if nobody is booked twice and a tenth of the slots stays free."""
    per_provider = max(years, 1) * 365.25 * 5 / 7 * SLOTS * 0.9
    return max(3, -(-visits // int(per_provider)))
