"""Open time against a slow model that walks minute by minute; sessions in all US zones on both odd days."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.day_parts import DayPart, TimeWishes
from scheduling.rules.holds import Resource, Timing, spans_of
from scheduling.rules.limits import Booked, KindLimits, Limit, Limits
from scheduling.rules.rosters import Absence, Block, Part, Roster
from scheduling.rules.slots import Span, Timeline
from scheduling.rules.steps import Place, lay_out
from scheduling.rules.wall_time import day_bounds
from tests.scheduling.rules.test_recurrence import US_ZONES

ZERO = datetime(2026, 3, 10, 12, tzinfo=UTC)
WHO, KIND, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ODD_DAYS = [date(2026, 3, 8), date(2026, 11, 1), date(2028, 2, 29), date(2026, 7, 4), date(2027, 3, 14)]


def span(start, end) -> Span:
    return Span(ZERO + timedelta(minutes=start), ZERO + timedelta(minutes=end))


pieces = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda p: span(p[0], p[0] + p[1])), max_size=12
)
windows = st.tuples(st.integers(0, 200), st.integers(1, 90)).map(lambda p: span(p[0], p[0] + p[1]))


def minutes(one: Span) -> set[int]:
    start = int((one.start - ZERO).total_seconds() // 60)
    return set(range(start, start + one.minutes))


@given(pieces, windows)
def test_a_timeline_answers_as_minutes_do(taken, window):
    line = Timeline(taken)
    busy = set().union(*(minutes(one) for one in taken)) if taken else set()
    assert line.is_free(window) == (not busy & minutes(window))
    gaps = line.gaps(window)
    assert set().union(*(minutes(one) for one in gaps), set()) == minutes(window) - busy
    assert all(a.end < b.start for a, b in zip(gaps, gaps[1:], strict=False))
    assert line.minutes == len(busy)


clocks = st.integers(0, 23 * 12).map(lambda n: time(n // 12, n % 12 * 5))


@st.composite
def blocks(draw):
    """A session with up to three parts in it, none over another."""
    edges = sorted(draw(st.lists(clocks, min_size=2, max_size=8, unique=True)))
    starts, ends = edges[0], edges[-1]
    parts = []
    for a, b in list(zip(edges, edges[1:], strict=False))[::2][:3]:
        is_break = draw(st.booleans())
        hours = None if is_break else draw(st.sampled_from([None, 0, 24]))
        kept_for = frozenset() if is_break else draw(st.sampled_from([frozenset(), frozenset({KIND})]))
        parts.append(Part(is_break, a, b, "", hours, kept_for))
    return starts, ends, tuple(parts)


def roster_of(zone: str, block, away=(), day=None) -> Roster:
    starts, ends, parts = block
    made = [
        Block(
            UUID(int=n),
            WHO,
            n,
            starts,
            ends,
            date(2020, 1, 1),
            None,
            frozenset(),
            10,
            1,
            2,
            None,
            None,
            parts,
        )
        for n in range(7)
    ]
    return Roster(zone=ZoneInfo(zone), blocks=tuple(made), absences=tuple(away), closed={})


@pytest.mark.parametrize("zone", US_ZONES)
@given(
    day=st.sampled_from(ODD_DAYS), block=blocks(), leave=st.tuples(st.integers(0, 1300), st.integers(1, 300))
)
def test_open_time_is_the_session_without_breaks_leave_and_what_is_kept(zone, day, block, leave):
    midnight, next_midnight = day_bounds(day, ZoneInfo(zone))
    gone = Span(midnight + timedelta(minutes=leave[0]), midnight + timedelta(minutes=leave[0] + leave[1]))
    roster = roster_of(zone, block, [Absence(WHO, gone, "leave", "")])
    ((session, times),) = roster.open_time(day, WHO, KIND, LONG_AGO)
    assert midnight <= session.span.start < session.span.end <= next_midnight
    closed = [part for part in session.parts if part.part.is_break or KIND not in part.part.kept_for]
    step, at = timedelta(minutes=5), session.span.start
    while at < session.span.end:
        here = Span(at, min(at + step, session.span.end))
        shut = gone.overlaps(here) or any(part.span.overlaps(here) for part in closed)
        if not shut:
            assert any(one.holds(here) for one in times)
            assert roster.covers(day, WHO, KIND, here, LONG_AGO)
        inside = [one for one in times if one.overlaps(here)]
        if gone.holds(here) or any(part.span.holds(here) for part in closed):
            assert inside == []
            assert not roster.covers(day, WHO, KIND, here, LONG_AGO)
            assert roster.why_not(day, WHO, KIND, here, LONG_AGO)
        at += step
    later = session.span.start + timedelta(days=30)
    released = roster.open_time(day, WHO, KIND, later)[0][1]
    assert sum(one.minutes for one in released) >= sum(one.minutes for one in times)
    early = roster.open_time(day, WHO, KIND, LONG_AGO, with_kept=True)[0][1]
    assert sum(one.minutes for one in early) >= sum(one.minutes for one in released)


timings = st.builds(Timing, st.integers(1, 60), st.integers(0, 30), st.integers(0, 30))
steps = st.lists(
    st.tuples(st.sampled_from(Place), st.builds(Timing, st.just(0), st.integers(1, 30), st.integers(0, 15))),
    max_size=4,
)


@given(timings, steps)
def test_a_visit_s_steps_follow_one_another_and_lie_within_the_patient_s_stay(main, added):
    layout = lay_out(ZERO, main, added)
    assert layout.main == spans_of(ZERO, main)
    stays = sorted(
        [step.stay for step in layout.steps]
        + [Span(layout.main[Resource.PATIENT].start, layout.main[Resource.PROVIDER].end)]
    )
    assert all(a.end == b.start for a, b in zip(stays, stays[1:], strict=False))
    assert layout.patient.start == stays[0].start
    assert all(layout.patient.holds(step.things) and step.things.holds(step.stay) for step in layout.steps)
    before = [
        step.stay.end for (place, _), step in zip(added, layout.steps, strict=True) if place == Place.BEFORE
    ]
    assert all(end <= layout.main[Resource.PATIENT].start for end in before)
    for (_, timing), step in zip(added, layout.steps, strict=True):
        assert step.stay.minutes == timing.ma_before_minutes
        assert step.things.minutes == timing.ma_before_minutes + timing.buffer_after_minutes


@given(st.times(), st.sets(st.integers(0, 6)), st.sets(st.sampled_from(DayPart)), st.dates())
def test_a_wish_for_nothing_takes_anything_and_others_what_they_name(clock, weekdays, parts, day):
    wishes = TimeWishes(frozenset(weekdays), frozenset(parts))
    local = datetime.combine(day, clock)
    part = "morning" if clock.hour < 12 else "afternoon" if clock.hour < 17 else "evening"
    assert wishes.suits(local) == (
        (not weekdays or day.weekday() in weekdays) and (not parts or part in {one.value for one in parts})
    )


@given(
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from([KIND, OTHER])), max_size=8), st.integers(0, 4)
)
def test_caps_count_what_stands_in_the_session(rows, cap):
    block = Block(
        UUID(int=9), WHO, 1, time(8), time(11), date(2020, 1, 1), None, frozenset(), 10, 1, 2, None, cap, ()
    )
    roster = Roster(ZoneInfo("America/Chicago"), (block,), (), {})
    (session,) = roster.sessions(date(2026, 3, 10))
    booked = [Booked(WHO, None, kind, ZERO + timedelta(minutes=n)) for n, kind in rows]
    limits = Limits(KindLimits(KIND, cap, False, frozenset({KIND, OTHER})), booked, None, roster.zone)
    inside = [n for n, _ in rows if session.span.start <= ZERO + timedelta(minutes=n) < session.span.end]
    same = [kind for _, kind in rows if kind == KIND]
    expected = [Limit.DAILY_CAP] if len(same) >= cap else []
    expected += [Limit.SESSION_CAP] if len(inside) >= cap else []
    assert limits.broken(WHO, session.day, session) == expected
