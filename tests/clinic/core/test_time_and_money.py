"""Days are the location's, money is exact."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.core.money import cents, dollars
from clinic.core.time import format_local, local_day

CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 7, 4), 24)]
)
def test_a_local_day_has_the_hours_it_has(day, hours):
    start, end = local_day(day, CHICAGO)
    assert end - start == timedelta(hours=hours)


def test_times_carry_the_weekday():
    assert format_local(datetime(2026, 3, 3, 15, 5, tzinfo=UTC), CHICAGO) == "Tue, Mar 3, 2026, 9:05 AM"
    assert format_local(datetime(2026, 3, 3, 18, 0, tzinfo=UTC), CHICAGO) == "Tue, Mar 3, 2026, 12:00 PM"


@pytest.mark.parametrize(("given", "kept"), [("0.005", "0.01"), ("1.004", "1.00"), ("-2.345", "-2.35")])
def test_cents_round_half_up(given, kept):
    assert cents(given) == Decimal(kept)


def test_dollars_are_readable():
    assert dollars(Decimal("1234.5")) == "$1,234.50"
    assert dollars(Decimal("-0.75")) == "-$0.75"
