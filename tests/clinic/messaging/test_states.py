"""The state table: forward only, whatever reports come in whatever order."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.messaging.rules.states import FINAL, MOVES, REPORT_RANK, REPORTED, State, after_report, may_move

WORDS = list(REPORTED)


def play(state: State, words) -> State:
    for word in words:
        state = after_report(state, word) or state
    return state


@pytest.mark.parametrize("state", sorted(FINAL))
def test_final_states_lead_nowhere(state):
    assert MOVES[state] == frozenset()


def test_a_message_in_doubt_never_goes_back_to_sending_without_due():
    assert not may_move(State.UNCERTAIN, State.SENDING)
    assert not may_move(State.SENT, State.DUE)
    assert not may_move(State.DELIVERED, State.FAILED)


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])))
def test_reports_in_any_order_end_delivered(order):
    assert play(State.UNCERTAIN, order) is State.DELIVERED


def test_a_late_failure_does_not_undo_a_delivery():
    assert play(State.SENDING, ["delivered", "failed", "sent"]) is State.DELIVERED


def test_a_report_settles_a_message_that_waits_for_its_second_try():
    assert after_report(State.DUE, "delivered", was_tried=True) is State.DELIVERED
    assert after_report(State.DUE, "delivered", was_tried=False) is None
    assert after_report(State.VOID, "delivered") is None


@given(st.lists(st.sampled_from([*WORDS, "canceled", "nonsense", "SENT "]), max_size=8), st.randoms())
def test_order_and_repeats_change_nothing(words, chance):
    shuffled = [*words, *words]
    chance.shuffle(shuffled)
    known = [REPORTED[w.strip().lower()] for w in words if w.strip().lower() in REPORTED]
    expected = max(known, key=REPORT_RANK.__getitem__, default=State.UNCERTAIN)
    assert play(State.UNCERTAIN, shuffled) is expected
