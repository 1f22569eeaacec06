"""Interval arithmetic, properties included."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.slots import Span, is_free, lanes, merged, starts_in, third_next_available, without

ZERO = datetime(2026, 3, 10, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    return Span(ZERO + timedelta(minutes=start), ZERO + timedelta(minutes=end))


spans = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda p: span(p[0], p[0] + p[1])), max_size=12
)


def minutes_of(items) -> set[int]:
    return {
        minute
        for item in items
        for minute in range(
            int((item.start - ZERO).total_seconds() // 60), int((item.end - ZERO).total_seconds() // 60)
        )
    }


def test_a_span_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after it starts"):
        span(10, 10)


def test_touching_spans_do_not_overlap():
    assert not span(0, 20).overlaps(span(20, 40))
    assert span(0, 21).overlaps(span(20, 40))


@given(spans)
def test_merged_keeps_the_minutes_and_leaves_gaps_between(items):
    out = merged(items)
    assert minutes_of(out) == minutes_of(items)
    assert all(a.end < b.start for a, b in zip(out, out[1:], strict=False))


@given(spans, spans)
def test_without_is_set_difference(items, busy):
    out = without(items, busy)
    assert minutes_of(out) == minutes_of(items) - minutes_of(busy)
    assert all(is_free(part, busy) for part in out)


@given(
    st.integers(0, 100),
    st.integers(1, 100),
    st.sampled_from([5, 10, 15, 20]),
    st.sampled_from([10, 15, 20, 40]),
)
def test_starts_fill_the_gap_without_overlapping(start, length, step, visit):
    gap = span(start, start + length)
    found = list(
        starts_in(
            gap, timedelta(minutes=visit), anchor=ZERO, step=timedelta(minutes=step), not_before=gap.start
        )
    )
    taken = [Span(at, at + timedelta(minutes=visit)) for at in found]
    assert all(gap.holds(one) for one in taken)
    assert all(a.end <= b.start for a, b in zip(taken, taken[1:], strict=False))
    assert all((at - ZERO) % timedelta(minutes=step) == timedelta() for at in found)


def test_starts_begin_on_the_grid_after_the_earliest_time():
    found = starts_in(
        span(0, 60),
        timedelta(minutes=20),
        anchor=ZERO,
        step=timedelta(minutes=10),
        not_before=ZERO + timedelta(minutes=7),
    )
    assert [(at - ZERO).total_seconds() / 60 for at in found] == [10, 30]


@pytest.mark.parametrize(
    ("days", "expected"),
    [([1, 1, 4], 4), ([0, 0, 0], 0), ([3, 1], None), ([-1, 2, 2, 2], 2), ([5, 3, 9, 4], 5)],
)
def test_third_next_available_counts_calendar_days(days, expected):
    today = date(2026, 3, 10)
    assert third_next_available(today, [today + timedelta(days=n) for n in days]) == expected


@given(spans)
def test_lanes_never_put_two_visits_on_top_of_each_other(items):
    placed = lanes(items)
    for i, (lane, count) in enumerate(placed):
        assert 0 <= lane < count
        for j in range(i):
            if items[i].overlaps(items[j]):
                assert placed[j][0] != lane
                assert placed[j][1] == count
