"""Two periods set against each other, in numbers and in words."""

import pytest

from clinic.reports.differences import compared, safe_outside
from clinic.reports.model import Kind, Measure, Reading

WAIT = Measure("wait", "Wait for a room", Kind.MINUTES, "", lambda scope: Reading(None, 0), better="lower")
FILL = Measure("fill", "Fill", Kind.PERCENT, "", lambda scope: Reading(None, 0), better="higher")


@pytest.mark.parametrize(
    ("measure", "before", "after", "sentence", "verdict"),
    [
        (WAIT, 12.5, 10.0, "Wait for a room: 12.5 minutes before, 10 minutes after: 2.5 minutes less (−20.0%).", "better"),
        (WAIT, 10.0, 12.0, "Wait for a room: 10 minutes before, 12 minutes after: 2 minutes more (+20.0%).", "worse"),
        (WAIT, 10.0, 10.0, "Wait for a room: 10 minutes before, 10 minutes after: no difference.", ""),
        (WAIT, 0.0, 3.0, "Wait for a room: 0 minutes before, 3 minutes after: 3 minutes more.", "worse"),
        (FILL, 0.5, 0.6, "Fill: 50.0% before, 60.0% after: 10.0 percentage points more (+20.0%).", "better"),
        (WAIT, None, 3.0, "Wait for a room: nothing to measure in the period before.", ""),
        (WAIT, 3.0, None, "Wait for a room: nothing to measure in the period after.", ""),
    ],
)  # fmt: skip
def test_the_sentence(measure, before, after, sentence, verdict):
    found = compared(measure, Reading(before, 40), Reading(after, 40))
    assert (found.sentence, found.verdict) == (sentence, verdict)


def test_few_readings_are_called_thin():
    assert compared(WAIT, Reading(1.0, 29), Reading(1.0, 400)).is_thin
    assert not compared(WAIT, Reading(1.0, 30), Reading(1.0, 400)).is_thin


@pytest.mark.parametrize(
    ("reading", "value"),
    [(Reading(5.0, 10), None), (Reading(5.0, 11), 5.0), (Reading(0.1, 100, part=10), None), (Reading(0.0, 100, part=0), 0.0)],
)  # fmt: skip
def test_outside_sees_nothing_that_rests_on_few(reading, value):
    assert safe_outside(reading).value == value


def test_points_that_rest_on_few_leave_a_gap():
    safe = safe_outside(
        Reading(5.0, 60, left_out={"a": 3, "b": 12}, points=(("Mon", 4.0, 50), ("Tue", 9.0, 10)))
    )
    assert safe.points == (("Mon", 4.0, 50), ("Tue", None, 0))
    assert safe.left_out == {"b": 12}
