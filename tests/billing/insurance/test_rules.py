"""When coverage is checked, what an answer means, and when an estimate is due."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.card import summary
from billing.rules.cost_share import share_of
from billing.rules.estimates import (
    add_business_days,
    business_days_until,
    due_when_asked,
    due_when_booked,
    is_business_day,
    is_over,
)
from billing.rules.exceptions import OnFile, findings
from billing.rules.rejections import rejections
from billing.rules.verification import LastCheck, Policy, next_try, why_check

MONDAY = dt.date(2026, 3, 9)
VISIT = dt.date(2026, 3, 12)
POLICY = Policy()
ON_FILE = OnFile("Blue Prairie Health", "Choice", "BPX1", is_first=True)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def seen(checked: str, about: str = "", **more) -> LastCheck:
    return LastCheck(day(checked), day(about or checked), **more)


@pytest.mark.parametrize(
    ("last", "kind", "visit", "why"),
    [
        (None, "commercial", "2026-03-12", "new"),
        (None, "self", "2026-03-12", ""),
        (seen("2026-03-01"), "commercial", "2026-03-12", ""),
        (seen("2026-02-10"), "commercial", "2026-03-12", ""),  # thirty days
        (seen("2026-02-09"), "commercial", "2026-03-12", "stale"),  # thirty-one
        (seen("2026-02-27"), "medicaid", "2026-03-02", "monthly"),
        (seen("2026-02-27", "2026-03-02"), "medicaid", "2026-03-02", ""),
        (seen("2026-02-27"), "commercial", "2026-03-02", ""),
        (seen("2025-12-30"), "commercial", "2026-01-02", "yearly"),
        (seen("2025-12-30", "2026-01-02"), "commercial", "2026-01-02", ""),
        (seen("2026-03-01", is_edited_since=True), "commercial", "2026-03-12", "changed"),
        (seen("2026-03-08", was_silent=True), "commercial", "2026-03-12", "again"),
        (seen("2026-03-09", was_silent=True), "commercial", "2026-03-12", ""),
    ],
)
def test_when_a_coverage_is_checked_anew(last, kind, visit, why):
    assert why_check(last, kind, day(visit), MONDAY, POLICY) == why


def test_the_clinic_may_decide_otherwise():
    lax = Policy(stale_days=90, monthly_kinds=(), is_yearly=False)
    assert why_check(seen("2025-12-30"), "medicaid", day("2026-03-02"), MONDAY, lax) == ""


@given(
    checked=st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)),
    ahead=st.integers(0, 3),
    kind=st.sampled_from(["commercial", "medicare", "medicaid"]),
)
def test_what_was_just_asked_about_a_visit_is_not_asked_again(checked, ahead, kind):
    visit = checked + dt.timedelta(days=ahead)
    assert why_check(LastCheck(checked, visit), kind, visit, checked, POLICY) == ""


def test_a_silent_payer_is_asked_less_and_less_often_and_then_no_more():
    waits = [next_try(tries, POLICY) for tries in range(1, 5)]
    assert waits[:3] == [dt.timedelta(minutes=2), dt.timedelta(minutes=15), dt.timedelta(hours=1)]
    assert waits[3] is None


def holidays(*days: str):
    return lambda one: one.isoformat() in days


def test_an_estimate_for_thursday_booked_on_monday_is_due_on_tuesday():
    assert due_when_booked(day("2026-03-09"), day("2026-03-12"), holidays()) == day("2026-03-10")


@pytest.mark.parametrize(
    ("booked", "visit", "off", "due"),
    [
        ("2026-03-09", "2026-03-11", (), None),  # two business days ahead
        ("2026-03-06", "2026-03-11", (), "2026-03-09"),  # over a weekend, three ahead
        ("2026-03-09", "2026-03-20", (), "2026-03-10"),  # nine ahead
        ("2026-03-09", "2026-03-23", (), "2026-03-12"),  # ten ahead
        ("2026-03-13", "2026-04-20", (), "2026-03-18"),  # booked on a Friday
        ("2026-11-25", "2026-12-15", ("2026-11-26",), "2026-12-01"),  # Thanksgiving does not count
        ("2026-11-24", "2026-11-27", ("2026-11-26",), None),  # and takes a day from the distance
        ("2026-03-14", "2026-03-18", (), "2026-03-16"),  # booked on a Saturday
    ],
)
def test_when_an_estimate_is_due(booked, visit, off, due):
    assert due_when_booked(day(booked), day(visit), holidays(*off)) == (day(due) if due else None)


def test_an_estimate_that_was_asked_for_is_due_in_three_business_days():
    assert due_when_asked(day("2026-03-12"), holidays()) == day("2026-03-17")


@given(start=st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)), count=st.integers(1, 10))
def test_business_days_counted_and_added_agree(start, count):
    off = holidays("2025-07-04", "2025-12-25", "2026-01-01", "2026-07-03")
    end = add_business_days(start, count, off)
    assert is_business_day(end, off)
    assert business_days_until(start, end, off) == count


@pytest.mark.parametrize(("charged", "over"), [("599.99", False), ("600.00", True)])
def test_four_hundred_dollars_over_is_watched(charged, over):
    assert is_over(Decimal("200.00"), Decimal(charged)) is over


def share(price, copay=None, left=None, part=None, most=None):
    def of(value):
        return None if value is None else Decimal(value)

    found = share_of(
        Decimal(price),
        copay=of(copay),
        deductible_left=of(left),
        coinsurance=of(part),
        out_of_pocket_left=of(most),
    )
    return str(found.total), found.is_capped


@pytest.mark.parametrize(
    ("given_", "total"),
    [
        ({"price": "120.00", "copay": "25.00", "left": "900.00"}, ("25.00", False)),
        ({"price": "20.00", "copay": "25.00"}, ("20.00", False)),
        ({"price": "120.00", "left": "900.00", "part": "0.2"}, ("120.00", False)),
        ({"price": "120.00", "left": "50.00", "part": "0.2"}, ("64.00", False)),
        ({"price": "120.00", "part": "0.2"}, ("24.00", False)),
        ({"price": "120.00", "left": "900.00", "most": "30.00"}, ("30.00", True)),
        ({"price": "120.00"}, ("0.00", False)),
    ],
)
def test_the_patients_part(given_, total):
    assert share(**given_) == total


@given(
    price=st.decimals(0, 5000, places=2),
    copay=st.none() | st.decimals(0, 500, places=2),
    left=st.none() | st.decimals(0, 9000, places=2),
    part=st.none() | st.decimals(0, 1, places=2),
    most=st.none() | st.decimals(0, 9000, places=2),
)
def test_the_patient_never_pays_more_than_the_price_or_the_maximum(price, copay, left, part, most):
    found = share_of(price, copay=copay, deductible_left=left, coinsurance=part, out_of_pocket_left=most)
    assert 0 <= found.total <= price
    assert most is None or found.total <= most


CARD = {
    "status": "active",
    "payer": "Blue Prairie Health",
    "plan": "Choice",
    "member_id": "BPX1",
    "dates": {"begin": "2026-01-01", "end": None},
    "patient": {"name": "Maria Ortiz", "relationship": "self"},
    "copays": [
        {"amount": "40.00", "service_types": ["98"], "network": "out", "messages": []},
        {"amount": "25.00", "service_types": ["98"], "network": "in", "messages": []},
        {"amount": "60.00", "service_types": ["UC"], "network": None, "messages": []},
    ],
    "deductibles": [
        {"amount": "1500.00", "scope": "individual", "period": "calendar_year", "network": "in"},
        {"amount": "375.00", "scope": "individual", "period": "remaining", "network": "in"},
        {"amount": "3000.00", "scope": "family", "period": "calendar_year", "network": "in"},
        {"amount": "1200.00", "scope": "family", "period": "year_to_date", "network": "in"},
        {
            "amount": "50.00",
            "scope": "individual",
            "period": "calendar_year",
            "network": "in",
            "service_types": ["35"],
        },
    ],
    "coinsurance": [{"percent": "20", "service_types": ["30"], "network": "in"}],
    "out_of_pocket": [{"amount": "4000.00", "scope": "individual", "period": "remaining", "network": "in"}],
    "primary_care": {"name": "Halvorsen"},
    "authorization": [],
    "other_coverage": [],
    "errors": [],
    "benefits": [],
}


def test_a_card_says_what_is_met_and_what_is_left():
    card = summary(CARD)
    shown = [(b.words, str(b.total), str(b.met), str(b.remaining)) for b in card.deductibles]
    assert shown == [
        ("Individual", "1500.00", "1125.00", "375.00"),
        ("Family", "3000.00", "1200.00", "1800.00"),
    ]
    assert card.copay_for(("98", "30")) == Decimal("25.00")
    assert card.coinsurance_for(("98", "30")) == Decimal("0.2")
    assert card.left(card.deductibles) == Decimal("375.00")
    assert (card.starts_on, card.ends_on, card.primary_care) == (day("2026-01-01"), None, "Halvorsen")
    assert card.coinsurance[0].percent == "20%"


ODD = [None, True, 7, "", "x", "NaN", "1e400", [], ["98"], [None], {}, {"name": 3}, [{"amount": "Infinity"}]]


@given(st.dictionaries(st.sampled_from(list(CARD)), st.sampled_from([*ODD, [CARD], "active"]), max_size=8))
def test_no_json_breaks_a_card_and_none_makes_it_active(card):
    found = summary(card)
    assert (found.status == "active") is (card.get("status") == "active")
    assert all(copay.amount.is_finite() for copay in found.copays)


def kinds(change: dict, on_file: OnFile = ON_FILE) -> list[str]:
    return [one.kind for one in findings(summary(CARD | change), on_file, VISIT)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"status": "inactive"}, ["inactive"]),
        ({"dates": {"begin": None, "end": "2026-03-11"}}, ["inactive"]),
        ({"dates": {"begin": None, "end": "2026-03-12"}}, []),
        ({"plan": "Value"}, ["plan_changed"]),
        ({"plan": "CHOICE"}, []),
        ({"member_id": "bpx-1"}, []),
        ({"member_id": "BPX2"}, ["plan_changed"]),
        ({"authorization": ["98"]}, ["authorization"]),
        ({"authorization": ["35"]}, []),
        ({"other_coverage": [{"payer": "River Mutual"}]}, ["other_payer"]),
        ({"status": "not_verified", "errors": [{"level": "subscriber", "code": "75"}]}, ["fix_fields"]),
        (
            {"status": "not_verified", "errors": [{"level": "payer", "code": "42", "follow_up": "R"}]},
            ["no_answer"],
        ),
        ({"status": "not_verified", "errors": []}, ["no_answer"]),
    ],
)
def test_what_somebody_has_to_look_at(change, found):
    assert kinds(change) == found


def test_an_authorization_on_file_and_a_second_payer_are_nothing_to_look_at():
    assert kinds({"authorization": ["98"]}, OnFile("B", "Choice", "BPX1", True, has_authorization=True)) == []
    assert kinds({"other_coverage": [{"payer": "R"}]}, OnFile("B", "Choice", "BPX1", is_first=False)) == []


@pytest.mark.parametrize(
    ("code", "fields"),
    [("72", "member ID"), ("58", "patient’s date of birth, subscriber’s date of birth"), ("42", "")],
)
def test_a_rejection_names_the_fields_to_look_at(code, fields):
    (found,) = rejections([{"code": code, "follow_up": "C" if fields else "R"}])
    assert found.look_at == fields


def test_an_unknown_code_still_says_something():
    (found,) = rejections([{"code": "QQ"}, {"code": "QQ"}])
    assert found.words == "The payer could not answer (QQ)."
