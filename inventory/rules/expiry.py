"""When a lot may still be used."""

import calendar
import datetime as dt
import re

_MONTH_ONLY = re.compile(r"^(?:(?P<month>\d{1,2})[/-](?P<year>\d{4})|(?P<year2>\d{4})-(?P<month2>\d{1,2}))$")


def last_day(year: int, month: int) -> dt.date:
    """The last calendar day of a month."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def is_usable_on(expires_on: dt.date | None, day: dt.date) -> bool:
    """Whether a lot may be used on `day`: through its expiry day, not after. No date never expires."""
    return expires_on is None or day <= expires_on


def days_left(expires_on: dt.date, today: dt.date) -> int:
    """Whole days from `today` to the expiry day; 0 on the day itself, negative after it."""
    return (expires_on - today).days


def parse_expiry(text: str) -> dt.date:
    """Read a typed expiry: a full date, or month and year only, which means the last day of that month.

    Takes 2027-03-31, 03/31/2027, 3/31/27, 03/2027, 2027-03. Raises ValueError for anything else.
    """
    text = text.strip()
    if match := _MONTH_ONLY.match(text):
        year = int(match["year"] or match["year2"])
        month = int(match["month"] or match["month2"])
        if not 1 <= month <= 12:
            raise ValueError("There is no such month.")
        return last_day(year, month)
    for pattern in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"):
        try:
            return dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise ValueError("Enter the expiry as 03/31/2027, or 03/2027 when only the month is printed.")
