"""When coverage is to be checked anew, and how often a payer is asked who does not answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

# Waits after the first, second ... try without an answer. A payer's nightly pause is over by the last.
WAITS = (
    dt.timedelta(minutes=2),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=1),
    dt.timedelta(hours=4),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the clinic decided: days ahead of a visit, days that a check holds, kinds of payer that are checked each
    month, whether everybody is checked each January, and how often a silent payer is asked."""

    days_ahead: int = 3
    stale_days: int = 30
    monthly_kinds: Collection[str] = ("medicaid",)
    is_yearly: bool = True
    most_tries: int = 4


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The newest check of a coverage: the day it was made, the day of service it was about, whether the coverage was
    edited since, and whether the payer was silent then."""

    checked_on: dt.date
    about_on: dt.date
    is_edited_since: bool = False
    was_silent: bool = False

    @property
    def tells_of(self) -> dt.date:
        """The latest day that it says something about."""
        return max(self.checked_on, self.about_on)


def why_check(
    last: LastCheck | None, payer_kind: str, service_on: dt.date, today: dt.date, policy: Policy
) -> str:
    """Why a coverage has to be checked for a visit on `service_on`: new, changed, again, yearly, monthly, stale; "" if not.

    Who pays alone (`payer_kind` self) is never checked. A check made on December 30 about January 2 counts for
    January: plans change with the year (and some with the month), so the day that was asked about decides. A payer
    who was silent is asked again the next day.
    """
    if payer_kind == "self":
        return ""
    if last is None:
        return "new"
    if last.is_edited_since:
        return "changed"
    if last.was_silent and last.checked_on < today:
        return "again"
    if policy.is_yearly and last.tells_of.year < service_on.year:
        return "yearly"
    if payer_kind in policy.monthly_kinds and _month(last.tells_of) < _month(service_on):
        return "monthly"
    if (service_on - last.checked_on).days > policy.stale_days:
        return "stale"
    return ""


def next_try(tries: int, policy: Policy) -> dt.timedelta | None:
    """How long to wait after `tries` questions without an answer; None when it is enough."""
    if tries >= policy.most_tries:
        return None
    return WAITS[min(tries, len(WAITS)) - 1]


def _month(day: dt.date) -> tuple[int, int]:
    return day.year, day.month
