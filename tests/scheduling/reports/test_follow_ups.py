"""Follow-up calls in number: due when the window opens, each counted once however often it was tried."""

from datetime import timedelta

import pytest

from clinic.core.errors import NotFound
from clinic.reports.scope import Scope
from scheduling.models import FollowUp, FollowUpAttempt
from scheduling.queries.follow_ups import figures
from scheduling.queries.report_follow_ups import Calls, call_groups, call_rows
from scheduling.queries.report_scope import VisitScope
from scheduling.reports import follow_up_calls
from tests.factories.follow_ups import make_follow_up
from tests.factories.scheduling import TUESDAY, at

DAY = VisitScope(TUESDAY, TUESDAY)
WEEK = Scope(TUESDAY, TUESDAY)


def due(clinic, *outcomes, opens="8:00", late=False):
    row = make_follow_up()
    FollowUp.objects.filter(pk=row.pk).update(
        opens_at=at(opens), closes_at=at(opens) + timedelta(hours=48), provider=clinic.provider
    )
    row.refresh_from_db()
    for number, outcome in enumerate(outcomes, 1):
        FollowUpAttempt.objects.create(
            follow_up=row, number=number, kind="staff", outcome=outcome, by_label="x",
            at=row.closes_at + timedelta(hours=1) if late else row.opens_at + timedelta(hours=number),
        )  # fmt: skip
    return row


@pytest.fixture
def day(clinic, early):
    early.move_to(at("20:00"))
    due(clinic, "no_answer", "well")
    due(clinic, "red_flag")
    due(clinic, "no_answer", late=True)
    due(clinic)
    due(clinic, opens="23:00")
    return clinic


def test_each_follow_up_is_counted_once(day):
    found, rules = call_groups(DAY)
    whole = Calls(due=4, attempted=3, on_time=2, reached=2, red=1, escalated=1, early=1)
    assert found[("", "")] == whole
    assert found[("provider", str(day.provider.pk))] == whole
    assert len(rules) == 1
    assert call_groups(VisitScope(TUESDAY, TUESDAY, location_id=day.location.pk))[0][("", "")] == Calls()


def test_the_same_as_the_page_of_calls_says(day, early):
    early.move_to(at("23:30"))
    whole, page = call_groups(DAY)[0][("", "")], figures((at("0:00"), at("0:00") + timedelta(days=1)))
    assert (whole.due, whole.attempted, whole.reached, whole.red, whole.escalated) == (
        page.due, page.attempted, page.reached, page.red_flags, page.escalated
    )  # fmt: skip


def test_the_report_adds_up(day):
    found = follow_up_calls.build(WEEK)
    assert [tile.value for tile in found.tiles] == [4, 3 / 4, 2 / 4, 1, 1]
    assert (found.population, found.left_out) == (5, 1)
    assert found.sections[0].table.total.cells == ("All", 4, 3, 2, 0.5, 2, 0.5, 1, 1)
    assert follow_up_calls.reading("on_time", WEEK).value == 0.5


@pytest.mark.parametrize(
    ("flag", "count"), [("", 4), ("attempted", 3), ("missed", 1), ("red", 1), ("early", 1)]
)
def test_rows_behind_a_number(day, flag, count):
    assert len(call_rows(DAY, flag=flag)[0:50]) == count


def test_unknown_picks_are_refused():
    with pytest.raises(NotFound):
        follow_up_calls.REPORT.detail.read(WEEK, ("flag:x",))
