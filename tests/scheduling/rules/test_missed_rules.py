"""What follows from missed visits, and the order of triage, as vectors."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduling.rules.missed import Risk, letter_of, months_before, needs_decision, risks_of, takes_any
from scheduling.rules.triage import is_alerting, queue_key

DAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("number", "letter", "decides"),
    [(0, 0, False), (1, 1, False), (2, 2, False), (3, 0, True), (4, 0, True)],
)
def test_letters_after_one_and_two_and_the_provider_after_three(number, letter, decides):
    assert (letter_of(number, 3), needs_decision(number, 3)) == (letter, decides)


def test_a_clinic_that_decides_at_the_second_sends_one_letter():
    assert [letter_of(number, 2) for number in (1, 2, 3)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (DAY, 12, date(2025, 3, 10)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 3, 10), -3, date(2026, 6, 10)),
    ],
)
def test_months_are_calendar_months(day, months, before):
    assert months_before(day, months) == before


@pytest.mark.parametrize(
    ("medications", "found"),
    [
        (["Warfarin 5 mg"], True),
        (["metformin", "APIXABAN tablets"], True),
        (["pseudowarfarin"], False),
        (["lisinopril"], False),
        ([], False),
    ],
)
def test_anticoagulants_by_the_start_of_a_word(medications, found):
    assert takes_any(medications, ["warfarin", "apixaban", " "]) is found


def test_no_names_find_nothing():
    assert takes_any(["warfarin"], []) is False


@pytest.mark.parametrize(
    ("born", "abnormal", "medications", "risks"),
    [
        (date(1960, 1, 1), False, [], []),
        (date(1960, 1, 1), True, ["warfarin"], [Risk.RESULT, Risk.ANTICOAGULANT]),
        (date(2025, 3, 11), False, [], [Risk.INFANT]),
        (date(2025, 3, 10), False, [], []),  # one year old today
    ],
)
def test_high_risk(born, abnormal, medications, risks):
    found = risks_of(
        born=born,
        on=DAY,
        infant_months=12,
        has_abnormal_result=abnormal,
        medications=medications,
        anticoagulants=["warfarin"],
    )
    assert found == risks


def test_the_order_of_the_queue():
    """Red flags, then levels 1 and 2, then who was not assessed, then 3 to 5; in each who came first."""
    came = datetime(2026, 3, 10, 14, tzinfo=UTC)

    def key(level, minutes, flag=False):
        return queue_key(level=level, has_red_flag=flag, arrived_at=came + timedelta(minutes=minutes))

    wanted = [
        key(4, 9, flag=True),
        key(1, 8),
        key(2, 7),
        key(None, 6),
        key(3, 0),
        key(3, 1),
        key(4, 2),
        key(5, 0),
    ]
    assert sorted(wanted) == wanted


@pytest.mark.parametrize(
    ("level", "flag", "alerts"), [(1, False, True), (2, False, True), (3, False, False), (5, True, True)]
)
def test_what_alerts_the_providers(level, flag, alerts):
    assert is_alerting(level, flag) is alerts
