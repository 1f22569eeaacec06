"""When the payments of a plan are due, and whether one was missed. Dollars and days; no clock."""

import calendar
import datetime as dt
from decimal import Decimal

# So many days after a payment was due it counts as missed: a check in the mail is not a missed payment.
GRACE_DAYS = 5


def due_days(first: dt.date, until: dt.date) -> list[dt.date]:
    """The days on which payments are due from the first one on, once a month, up to `until`.

    A plan that begins on the 31st is due on the last day of a shorter month.
    """
    days, month = [], 0
    while True:
        year, number = divmod(first.month - 1 + month, 12)
        last = calendar.monthrange(first.year + year, number + 1)[1]
        day = dt.date(first.year + year, number + 1, min(first.day, last))
        if day > until:
            return days
        days.append(day)
        month += 1


def payments_needed(total: Decimal, amount: Decimal) -> int:
    """How many payments pay the total; the last one may be smaller."""
    # Not -(-total // amount): Decimals divide towards zero.
    whole, rest = divmod(total, amount)
    return int(whole) + (rest > 0)


def missed_on(
    total: Decimal, amount: Decimal, first: dt.date, paid: Decimal, today: dt.date
) -> dt.date | None:
    """The due day that the money paid so far does not reach, once the days of grace are over; None when all is well."""
    days = due_days(first, today - dt.timedelta(days=GRACE_DAYS + 1))
    for number, day in enumerate(days, 1):
        if paid < min(total, amount * number):
            return day
    return None
