"""Amounts, numbers and dates: exactly what stands there, or nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.edi.values import date, money, number, period, plain
from tests.billing.edi.mutations import NONSENSE

ODD_BUT_GOOD = {"5.": "5.00", ".5": "0.50", "-0": "0.00", "00012": "12.00", "20261399": "20261399.00"}


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_no_amount(text):
    found = money(text)
    assert plain(found) == ODD_BUT_GOOD.get(text)


@settings(max_examples=100, deadline=None)
@given(st.decimals("-9999999999.99", "9999999999.99", places=2))
def test_an_amount_is_read_to_the_cent(amount):
    assert money(f"{amount:f}") == amount
    assert money(f"{amount:f}00") == amount


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("0123456789.-+eE _,٣²"), max_size=16))
def test_whatever_is_read_as_a_number_is_that_number(text):
    found = number(text)
    if found is not None:
        assert text.isascii()
        assert found == Decimal(text)
        assert not set(text) & set("eE _,+")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260228", dt.date(2026, 2, 28)), ("260228", dt.date(2026, 2, 28)), ("991231", dt.date(1999, 12, 31)),
        ("20260229", None), ("20002316", None), ("2026022", None), ("٢٠٢٦٠٢٢٨", None), ("", None), ("00000101", None),
    ],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_none(text, day):
    assert date(text) == day


def test_periods():
    day = dt.date(2026, 2, 3)
    assert period("D8", "20260203") == (day, day)
    assert period("DT", "202602031530") == (day, day)
    assert period("RD8", "20260203-20260205") == (day, dt.date(2026, 2, 5))
    assert period("RD8", "20260203") == (day, None)
