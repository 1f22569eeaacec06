"""Weeks and months as a wall calendar shows them. Weeks begin on Monday."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


def week_of(day: date) -> tuple[date, ...]:
    """The seven days of the week that `day` is in."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=n) for n in range(7))


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month that `day` is in."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def month_shifted(day: date, months: int) -> date:
    """The same day of the month so many months on or back; the 31st becomes the last day of a shorter one."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def weeks_of_month(day: date) -> tuple[tuple[date, ...], ...]:
    """Whole weeks, so that the first and last may hold days of the neighbouring months."""
    first, last = month_of(day)
    start, weeks = week_of(first)[0], []
    while start <= last:
        weeks.append(week_of(start))
        start += timedelta(days=7)
    return tuple(weeks)


@dataclass(frozen=True, slots=True)
class Load:
    """How full a day is, in minutes. More than all of it can be booked, by overbooks."""

    booked: int
    bookable: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded half up; None where nothing can be booked."""
        return None if self.bookable <= 0 else (self.booked * 200 + self.bookable) // (2 * self.bookable)

    @property
    def free(self) -> int:
        return max(0, self.bookable - self.booked)

    @property
    def level(self) -> str:
        """Its word in the picture: none, low, usual, high, full or over."""
        percent = self.percent
        if percent is None:
            return "none"
        bounds = ((50, "low"), (80, "usual"), (95, "high"), (101, "full"))
        return next((word for limit, word in bounds if percent < limit), "over")
