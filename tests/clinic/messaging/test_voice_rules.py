"""An automated call by itself: forward only, a repeat teaches nothing, 9 is always obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.messaging.rules import voice
from clinic.messaging.rules.voice import Call, Outcome, outcome_of

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("status"), st.sampled_from([*voice.RANK, *voice.ENDS, "unheard-of"])),
        st.tuples(st.just("answer"), st.sampled_from(["human", "machine_end_beep", "unknown", "fax", ""])),
        st.tuples(st.just("key"), st.sampled_from(["1", "2", "9", "5", "#", "none"])),
    ),
    max_size=12,
)


def after(steps, call: Call | None = None) -> Call:
    call = call or Call()
    for kind, value in steps:
        if kind == "status":
            call = voice.with_status(call, value)
        elif kind == "answer":
            call = voice.with_answer(call, value, leaves_voicemail=True)
        else:
            call = voice.with_key(call, value)
    return call


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([("status", "ringing")], None),
        ([("answer", "human")], None),
        ([("answer", "human"), ("key", "1")], Outcome.WELL),
        ([("answer", "human"), ("key", "5"), ("key", "2"), ("status", "completed")], Outcome.CALL_ME),
        ([("answer", "unknown"), ("key", "9")], Outcome.STOP),
        ([("key", "1"), ("key", "2")], Outcome.WELL),
        ([("key", "1"), ("key", "9")], Outcome.STOP),
        ([("status", "completed"), ("key", "2")], Outcome.CALL_ME),
        ([("answer", "human"), ("status", "completed")], Outcome.NO_KEY),
        ([("answer", "machine_end_beep"), ("status", "completed")], Outcome.VOICEMAIL),
        ([("answer", "fax"), ("status", "completed")], Outcome.MACHINE),
        ([("status", "no-answer")], Outcome.NO_ANSWER),
        ([("status", "busy"), ("status", "ringing")], Outcome.NO_ANSWER),
        ([("status", "failed")], Outcome.FAILED),
        ([("status", "canceled")], Outcome.FAILED),
        ([("status", "no-answer"), ("status", "completed")], Outcome.NO_KEY),
    ],
)
def test_what_a_call_comes_to(steps, outcome):
    assert outcome_of(after(steps)) == outcome


def test_without_words_for_a_machine_nothing_is_left():
    call = voice.with_answer(Call(), "machine_start", leaves_voicemail=False)
    assert outcome_of(voice.with_status(call, "completed")) is Outcome.MACHINE


@given(STEPS)
def test_a_repeat_of_the_whole_story_changes_nothing(steps):
    once = after(steps)
    assert after(steps, once) == once


@given(STEPS, STEPS)
def test_nothing_ever_goes_backward(before, more):
    rank = {**voice.RANK, **voice.ENDS}
    first, then = after(before), after([*before, *more])
    assert rank[then.status] >= rank[first.status]
    assert not first.key or then.key in (first.key, "9")
    assert not first.answered_by or then.answered_by == first.answered_by


@given(STEPS)
def test_nine_is_obeyed_wherever_it_stands(steps):
    pressed = any(step == ("key", "9") for step in steps)
    assert (outcome_of(after(steps)) is Outcome.STOP) == pressed
