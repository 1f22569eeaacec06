"""Background work that raises: it stops nobody else, is tried five times with pauses, and is then seen."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from clinic.core.failures import each, failing_tasks, given_up, note_failure, pause_after, try_again
from clinic.core.models import FailedWork, Heartbeat
from clinic.core.tasks import clean_up, clinic_task
from clinic.core.time import now

pytestmark = pytest.mark.django_db
TASK = "tests.sweep"


class Sweep:
    """Notes every row it is given; the rows in `poison` raise."""

    def __init__(self, *poison):
        self.poison, self.seen = set(poison), []

    def __call__(self, row):
        self.seen.append(row)
        Heartbeat.objects.create(name=f"{row}-{len(self.seen)}", at=now())
        if row in self.poison:
            raise ZeroDivisionError("Maria Ortiz, 1988-03-04")


def test_a_row_that_raises_stops_nobody_and_leaves_nothing_half_done(noon):
    sweep = Sweep("b")
    assert each(TASK, "abc", sweep) == 2
    assert sweep.seen == ["a", "b", "c"]
    assert list(Heartbeat.objects.order_by("name").values_list("name", flat=True)) == ["a-1", "c-3"]
    row = FailedWork.objects.get()
    assert (row.task, row.item, row.times, row.error) == (TASK, "b", 1, "ZeroDivisionError")


def test_it_rests_between_tries_and_ends_after_five(noon):
    sweep = Sweep("b")
    for _ in range(40):
        each(TASK, ["b"], sweep)
        noon.shift(timedelta(minutes=10))
    assert len(sweep.seen) == 5
    assert FailedWork.objects.get().times == 5
    assert given_up().count() == 1


def test_a_second_run_at_once_does_not_count_as_a_try(noon):
    sweep = Sweep("b")
    each(TASK, ["b"], sweep)
    each(TASK, ["b"], sweep)
    assert FailedWork.objects.get().times == 1


def test_success_removes_it_from_the_list(noon):
    sweep = Sweep("b")
    each(TASK, ["b"], sweep)
    sweep.poison.clear()
    noon.shift(timedelta(minutes=2))
    assert each(TASK, ["b"], sweep) == 1
    assert not FailedWork.objects.exists()


def test_somebody_gives_it_another_five_tries(noon):
    sweep = Sweep("b")
    for _ in range(6):
        each(TASK, ["b"], sweep)
        noon.shift(timedelta(hours=2))
    assert len(sweep.seen) == 5
    try_again(FailedWork.objects.get().pk)
    each(TASK, ["b"], sweep)
    assert len(sweep.seen) == 6
    assert FailedWork.objects.get().times == 1
    assert try_again(0) is None


def test_a_database_that_is_away_is_no_rows_fault(noon):
    def away(row):
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        each(TASK, ["a"], away)
    assert not FailedWork.objects.exists()


def test_pauses_double_up_to_an_hour():
    for times, longest in ((1, 60), (2, 120), (5, 960), (9, 3600)):
        for _ in range(20):
            assert longest / 2 <= pause_after(times).total_seconds() <= longest


def test_a_whole_task_that_raises_is_listed_until_it_succeeds(noon):
    moods = [RuntimeError, RuntimeError, None]

    @clinic_task(name="tests.moody")
    def moody():
        mood = moods.pop(0)
        if mood:
            raise mood("no detail leaves")

    for times in (1, 2):
        with pytest.raises(RuntimeError):
            moody.run()
        assert FailedWork.objects.get().times == times
    moody.run()
    assert not FailedWork.objects.exists()


def test_readyz_names_a_task_that_keeps_failing(noon):
    for _ in range(4):
        note_failure("tests.moody", "", ValueError())
    note_failure("tests.sweep", "one row", ValueError())
    assert failing_tasks() == ""
    note_failure("tests.moody", "", ValueError())
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["tasks"] == "failing again and again: tests.moody"


def test_what_nobody_has_tried_for_a_month_is_forgotten(noon):
    note_failure(TASK, "old", ValueError())
    noon.shift(timedelta(days=29))
    clean_up()
    assert FailedWork.objects.count() == 1
    noon.shift(timedelta(days=2))
    clean_up()
    assert not FailedWork.objects.exists()
