"""Days on which a visit comes back, in the calendar of the clinic's wall. Source: domain specification 3.3, 3.6."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# A year of weekly visits and some more; what is longer is a new decision.
MOST = 60


class Every(StrEnum):
    """The unit that an interval counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def words(self) -> str:
        return f"{self.value}s"


class BadRule(ValueError):
    """A rule without an end, or one that gives too few or too many days."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `interval` days, weeks or months, `count` times or as long as the day is not after `until`."""

    every: Every
    interval: int
    count: int | None = None
    until: date | None = None

    @property
    def words(self) -> str:
        """Every 2 weeks, 12 times."""
        unit = self.every.value if self.interval == 1 else f"{self.interval} {self.every.words}"
        if self.until:
            return f"every {unit} until {self.until:%b} {self.until.day}, {self.until.year}"
        return f"every {unit}, {self.count} times"


def nth_day(first: date, rule: Rule, number: int) -> date:
    """The day of occurrence `number` (0 is `first`).

    Months keep the day of `first`; in a month that is too short it is the last day, and the next one is
    on the old day again (January 31, February 28, March 31). A February 29 stands on the 28th in other
    years for the same reason.
    """
    steps = rule.interval * number
    if rule.every == Every.DAY:
        return first + timedelta(days=steps)
    if rule.every == Every.WEEK:
        return first + timedelta(weeks=steps)
    months = first.month - 1 + steps
    year, month = first.year + months // 12, months % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def days_of(first: date, rule: Rule) -> list[date]:
    """Every day of the series, `first` included. Raises BadRule with words for the user."""
    if rule.interval < 1:
        raise BadRule("A series comes back after at least one day, week or month.")
    if (rule.count is None) == (rule.until is None):
        raise BadRule("Say either how many visits, or the last day.")
    if rule.count is not None:
        if not 2 <= rule.count <= MOST:
            raise BadRule(f"A series has 2 to {MOST} visits.")
        return [nth_day(first, rule, number) for number in range(rule.count)]
    found: list[date] = []
    while (day := nth_day(first, rule, len(found))) <= rule.until:
        if len(found) == MOST:
            raise BadRule(f"That would be more than {MOST} visits. Choose an earlier last day.")
        found.append(day)
    if len(found) < 2:
        raise BadRule("The last day leaves no second visit. Choose a later one.")
    return found
