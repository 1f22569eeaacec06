"""Who is held for how long."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.holds import Resource, Timing, spans_of, told_span

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)


def clock(span):
    return f"{span.start:%H:%M}-{span.end:%H:%M}"


def test_provider_visit_has_the_ma_before_and_the_room_through_the_buffer():
    spans = spans_of(NINE, Timing(40, 15, 5))
    assert {kind.value: clock(span) for kind, span in spans.items()} == {
        "provider": "09:00-09:40",
        "ma": "08:45-09:00",
        "room": "08:45-09:45",
        "equipment": "08:45-09:45",
        "patient": "08:45-09:45",
    }


def test_nurse_visit_starts_with_the_ma_and_holds_no_provider():
    spans = spans_of(NINE, Timing(0, 15, 15))
    assert Resource.PROVIDER not in spans
    assert clock(spans[Resource.MA]) == "09:00-09:15"
    assert clock(spans[Resource.ROOM]) == clock(spans[Resource.PATIENT]) == "09:00-09:30"
    assert clock(told_span(NINE, Timing(0, 15, 15))) == "09:00-09:15"


def test_interpreter_time_goes_to_the_main_part():
    assert Timing(20, 10, 0).longer_by(10) == Timing(30, 10, 0)
    assert Timing(0, 15, 5).longer_by(10) == Timing(0, 25, 5)


@given(st.integers(0, 90), st.integers(1, 30), st.integers(0, 30))
def test_patient_is_held_for_everything_that_is_done(provider, before, after):
    timing = Timing(provider, before, after)
    spans = spans_of(NINE, timing)
    whole = spans[Resource.PATIENT]
    assert all(whole.holds(span) for span in spans.values())
    assert whole.end - whole.start == timedelta(minutes=provider + before + after)
