"""The table of visit states: what is legal, what is stepped over, and what undoing leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.visit_states import (
    IN_CLINIC,
    LABELS,
    MOVES,
    OWN_ACT,
    TERMINAL,
    UPCOMING,
    State,
    Stay,
    effective,
    legal_moves,
    usual_next,
    why_not_undo,
    why_refused,
)

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def stay(key, state, start, end=None, undo_of=None, recorded=None):
    return Stay(
        key,
        state,
        at(start),
        None if end is None else at(end),
        at(start if recorded is None else recorded),
        undo_of,
    )


def test_every_state_has_a_row_a_label_and_one_phase():
    assert set(MOVES) == set(State) == set(LABELS)
    assert set(State) == UPCOMING | IN_CLINIC | TERMINAL
    assert not UPCOMING & IN_CLINIC
    assert not TERMINAL & IN_CLINIC


def test_ended_visits_move_nowhere():
    assert {state for state, moves in MOVES.items() if not moves} == set(TERMINAL)


def test_usual_way_of_a_provider_visit():
    way = [State.SCHEDULED]
    while step := usual_next(way[-1]):
        way.append(step)
    assert way == [
        State.SCHEDULED, State.ARRIVED, State.ROOMED, State.INTAKE, State.READY, State.WITH_PROVIDER,
        State.DISCHARGE, State.CHECKOUT, State.COMPLETED,
    ]  # fmt: skip


def test_nurse_visit_steps_over_the_provider():
    way = [State.ARRIVED]
    while step := usual_next(way[-1], has_provider=False):
        way.append(step)
    assert way == [
        State.ARRIVED, State.ROOMED, State.INTAKE, State.ORDERS, State.DISCHARGE, State.CHECKOUT, State.COMPLETED,
    ]  # fmt: skip


def test_telephone_visit_takes_no_room():
    assert State.ROOMED not in legal_moves(State.ARRIVED, needs_room=False)
    assert usual_next(State.ARRIVED, needs_room=False) == State.INTAKE
    assert why_refused(State.ARRIVED, State.ROOMED, needs_room=False) == "This kind of visit takes no room."


@pytest.mark.parametrize(
    ("state", "to", "words"),
    [
        (State.SCHEDULED, State.WITH_PROVIDER, "A visit can't go from “Scheduled” to “With provider”."),
        (State.ROOMED, State.ROOMED, "This visit is already “Roomed”."),
        (
            State.CANCELLED,
            State.ARRIVED,
            "This visit has ended (cancelled) and can't be moved any more.",
        ),
        (State.ARRIVED, State.READY, "A visit can't go from “Arrived” to “Ready for provider”."),
    ],
)
def test_refusals_say_why(state, to, words):
    assert why_refused(state, to) == words


def test_provider_is_refused_where_there_is_none():
    assert why_refused(State.INTAKE, State.READY, has_provider=False) == (
        "This visit has no provider, so it can't be ready for one or with one."
    )


@given(st.sampled_from(State), st.booleans(), st.booleans())
def test_rooms_and_providers_only_ever_take_moves_away(state, has_provider, needs_room):
    moves = legal_moves(state, has_provider=has_provider, needs_room=needs_room)
    assert set(moves) <= set(MOVES[state])
    assert len(set(moves)) == len(moves)


@given(st.sampled_from(sorted(IN_CLINIC)), st.booleans(), st.booleans())
def test_every_visit_in_the_clinic_can_reach_its_end(state, has_provider, needs_room):
    seen, todo = set(), [state]
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        todo += legal_moves(here, has_provider=has_provider, needs_room=needs_room)
    assert State.COMPLETED in seen
    assert not seen & OWN_ACT


def test_undone_stay_counts_for_the_state_returned_to():
    rows = [
        stay(1, State.ARRIVED, 0, 10),
        stay(2, State.ROOMED, 10, 12),
        stay(3, State.ARRIVED, 12, 20, undo_of=2),
        stay(4, State.ROOMED, 20),
    ]
    line = effective(rows)
    assert [(s.id, s.state, s.started_at, s.ended_at) for s in line] == [
        (1, State.ARRIVED, at(0), at(20)),
        (4, State.ROOMED, at(20), None),
    ]


def test_two_undos_in_a_row_go_two_steps_back():
    rows = [
        stay(1, State.ARRIVED, 0, 5),
        stay(2, State.ROOMED, 5, 6),
        stay(3, State.INTAKE, 6, 7),
        stay(4, State.ROOMED, 7, 8, undo_of=3),
        stay(5, State.ARRIVED, 8, None, undo_of=2),
    ]
    assert [(s.id, s.ended_at) for s in effective(rows)] == [(1, None)]


@pytest.mark.parametrize(("minutes", "refused"), [(0, False), (10, False), (10.02, True)])
def test_undo_is_open_for_ten_minutes_after_it_was_recorded(minutes, refused):
    rows = [stay(1, State.ARRIVED, -60, 0), stay(2, State.ROOMED, -30, None, recorded=0)]
    words = why_not_undo(rows, at(minutes))
    assert (words is not None) == refused


def test_first_stay_and_rescheduled_visits_cannot_be_undone():
    assert why_not_undo([stay(1, State.SCHEDULED, 0)], at(1)) == "There is no move to undo."
    rows = [stay(1, State.SCHEDULED, 0, 1), stay(2, State.RESCHEDULED, 1)]
    assert why_not_undo(rows, at(2)) == "A rescheduled visit lives on under its new time; change that one."


@given(st.data())
def test_undoing_everything_leaves_the_first_stay_alone_and_open(data):
    count = data.draw(st.integers(1, 6))
    rows = [stay(i, State.ARRIVED, i, i + 1) for i in range(count)]
    key = count
    while len(line := effective(rows)) > 1:
        rows.append(stay(key, line[-2].state, key, key + 1, undo_of=line[-1].id))
        key += 1
    assert [s.id for s in effective(rows)] == [0]
    assert effective(rows)[0].ended_at == rows[-1].ended_at
