"""Which days, which place and whose visits a report is asked about, read from an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

LONGEST_DAYS = 731  # two years with a leap day
USUAL_DAYS = 28

Options = Callable[[], Iterable[tuple[str, str]]]
_options: dict[str, Options] = {}


def offer(name: str, options: Options) -> None:
    """Registers the choices of the filters `location` and `provider`, as (key, name); the same name again replaces."""
    _options[name] = options


def options(name: str) -> list[tuple[str, str]]:
    """The choices of a filter, none where nobody registered any."""
    return list(_options[name]()) if name in _options else []


@dataclass(frozen=True)
class Scope:
    """Local days `first` to `last`, both included. `location` and `provider` are keys, None for all."""

    first: date
    last: date
    location: UUID | None = None
    provider: UUID | None = None
    choices: dict[str, str] = field(default_factory=dict)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def over(self, first: date, last: date) -> Scope:
        """The same place and provider over other days."""
        return replace(self, first=first, last=last)

    def query(self) -> dict[str, str]:
        """The scope as parts of an address."""
        parts = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        if self.location:
            parts["location"] = str(self.location)
        if self.provider:
            parts["provider"] = str(self.provider)
        return parts | self.choices

    def words(self) -> str:
        """Mar 1 to Mar 28, 2026, all locations, Dr. Shah."""
        said = [day_range(self.first, self.last)]
        for name, key, all_words in (
            ("location", self.location, "all locations"),
            ("provider", self.provider, "everybody"),
        ):
            known = options(name)
            if key or len(known) > 1:
                said.append(dict(known).get(str(key), all_words))
        return ", ".join(said)


def day_range(first: date, last: date) -> str:
    """Mar 1 to Mar 28, 2026; the year twice where there are two."""
    start = f"{first:%b} {first.day}"
    if first.year != last.year:
        start += f", {first.year}"
    end = f"{last:%b} {last.day}, {last.year}"
    return end if first == last else f"{start} to {end}"


def usual(today: date) -> tuple[date, date]:
    """The last four weeks up to and with today."""
    return today - timedelta(days=USUAL_DAYS - 1), today


def presets(today: date) -> list[tuple[str, date, date]]:
    """Ranges on one click: name, first day, last day."""
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    monday = today - timedelta(days=today.weekday())
    return [
        ("This week", monday, today),
        ("4 weeks", *usual(today)),
        ("This month", month, today),
        ("Last month", last_month, month - timedelta(days=1)),
        ("12 weeks", today - timedelta(days=83), today),
        ("This year", today.replace(month=1, day=1), today),
    ]
