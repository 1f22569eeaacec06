"""Every visit has one outcome, and the classes that rates are made of."""

import pytest

from scheduling.rules.outcomes import ARRIVED, BOOKED, KEPT_TIME, WORDS, Outcome, lead_class, outcome_of
from scheduling.rules.visit_states import State


def test_every_state_has_an_outcome_and_every_outcome_words():
    for state in State:
        for late in (True, False):
            for past in (True, False):
                assert outcome_of(state, is_late_cancel=late, is_past_day=past) in WORDS
    assert set(WORDS) == set(Outcome)


@pytest.mark.parametrize(
    ("state", "late", "past", "outcome"),
    [
        ("cancelled", True, True, "late_cancel"), ("cancelled", False, True, "cancel"), ("no_show", False, False, "no_show"),
        ("scheduled", False, False, "to_come"), ("confirmed", False, True, "unmarked"), ("checkout", False, True, "unclosed"),
        ("roomed", False, False, "in_clinic"), ("left", False, True, "left"), ("rescheduled", False, True, "rescheduled"),
    ],
)  # fmt: skip
def test_outcomes(state, late, past, outcome):
    assert outcome_of(state, is_late_cancel=late, is_past_day=past) == outcome


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-3, "0"), (0, "0"), (1, "1"), (2, "2-7"), (7, "2-7"), (8, "8-14"), (15, "15-30"), (30, "15-30"), (31, "31+"), (400, "31+")],
)  # fmt: skip
def test_lead_classes(days, expected):
    assert lead_class(days) == expected
    assert lead_class(days, is_walk_in=True) == "walk-in"


def test_classes_do_not_overlap_where_they_must_not():
    assert not KEPT_TIME & {Outcome.CANCEL, Outcome.RESCHEDULED, Outcome.TO_COME}
    assert ARRIVED < BOOKED
