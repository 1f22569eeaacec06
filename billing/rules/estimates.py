"""Good-faith estimates: by when they are owed, and when a bill runs so far over that the patient may dispute it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

WATCH = Decimal(400)
DISPUTE_DAYS = 120
SOON, FAR = 3, 10  # business days between booking and visit
AFTER_SOON, AFTER_FAR, AFTER_REQUEST = 1, 3, 3  # business days to hand the estimate over

IsHoliday = Callable[[dt.date], bool]


def is_business_day(day: dt.date, is_holiday: IsHoliday) -> bool:
    """Monday to Friday, holidays left out."""
    return day.weekday() < 5 and not is_holiday(day)


def add_business_days(start: dt.date, count: int, is_holiday: IsHoliday) -> dt.date:
    """The day that is `count` business days after `start`, which is not counted itself."""
    day = start
    while count > 0:
        day += dt.timedelta(days=1)
        count -= is_business_day(day, is_holiday)
    return day


def business_days_until(start: dt.date, end: dt.date, is_holiday: IsHoliday, most: int = FAR) -> int:
    """Business days after `start` up to `end`, `end` included; counting stops at `most`."""
    day, count = start, 0
    while day < end and count < most:
        day += dt.timedelta(days=1)
        count += is_business_day(day, is_holiday)
    return count


def due_when_booked(booked_on: dt.date, visit_on: dt.date, is_holiday: IsHoliday) -> dt.date | None:
    """The last day to hand over the estimate of a booked visit: the next business day when it is 3 to 9 business
    days ahead, the third when it is 10 or more; None when it is nearer, unless the patient asks."""
    ahead = business_days_until(booked_on, visit_on, is_holiday)
    if ahead < SOON:
        return None
    return add_business_days(booked_on, AFTER_FAR if ahead >= FAR else AFTER_SOON, is_holiday)


def due_when_asked(asked_on: dt.date, is_holiday: IsHoliday) -> dt.date:
    """The third business day after the patient asked."""
    return add_business_days(asked_on, AFTER_REQUEST, is_holiday)


def is_over(estimated: Decimal, charged: Decimal) -> bool:
    """Whether charges are so far over the estimate ($400 or more) that the patient may dispute the bill."""
    return charged - estimated >= WATCH
