"""Times given back: each has one end, and only those that are settled are in a share."""

from datetime import timedelta

import pytest

from clinic.core.errors import NotFound
from clinic.reports.scope import Scope
from scheduling.models import FreedTime
from scheduling.queries.report_scope import VisitScope
from scheduling.queries.report_waitlist import freed_rows, refill_groups
from scheduling.reports import waitlist
from tests.factories.scheduling import TUESDAY, at

DAY = VisitScope(TUESDAY, TUESDAY)


def freed(clinic, state, *, minutes=None, hours_before=5, clock="9:00", cause="cancelled", **fields):
    """A time given back on Tuesday at `clock` so many hours before it begins, settled after `minutes`."""
    when = at(clock)
    starts = when + timedelta(hours=hours_before)
    values = {
        "location": clinic.location, "member": clinic.provider, "starts_at": starts, "ends_at": starts + timedelta(minutes=20),
        "cause": cause, "freed_at": when, "state": state,
        "settled_at": None if state == "open" else when + timedelta(minutes=minutes or 300),
    }  # fmt: skip
    return FreedTime.objects.create(**{**values, **fields})


@pytest.fixture
def day(clinic):
    freed(clinic, "filled", minutes=12)
    freed(clinic, "filled", minutes=40, hours_before=30)
    freed(clinic, "taken", minutes=90, hours_before=100)
    freed(clinic, "lapsed", clock="10:00")
    freed(clinic, "open", clock="11:00")
    freed(clinic, "stopped", clock="11:30")
    freed(clinic, "filled", minutes=1, cause="desk")
    freed(clinic, "filled", minutes=1, freed_at=at("23:59") + timedelta(minutes=1), settled_at=at("23:59") + timedelta(hours=1),
          starts_at=at("23:59") + timedelta(days=2), ends_at=at("23:59") + timedelta(days=2, minutes=20))  # fmt: skip
    return clinic


def test_every_time_has_one_end(day):
    found = refill_groups(DAY)
    whole = found[("", "")]
    assert whole.became == {"filled": 2, "taken": 1, "lapsed": 1, "open": 1, "stopped": 1}
    assert (whole.freed, whole.refilled, whole.median, whole.p90) == (4, 3, 40, 90)
    assert found[("provider", str(day.provider.pk))].became == whole.became
    assert {key: one.freed for (name, key), one in found.items() if name == "notice"} == {
        "0": 2,
        "1": 1,
        "3": 1,
    }
    assert refill_groups(VisitScope(TUESDAY, TUESDAY, provider_id=day.by.member_id))[("", "")].freed == 0


def test_the_report_leaves_out_what_is_open_or_was_stopped(day):
    found = waitlist.build(Scope(TUESDAY, TUESDAY))
    assert [tile.value for tile in found.tiles] == [3 / 4, 2, 40]
    assert [(one.words, one.count) for one in found.excluded] == [
        ("still open: they may yet be filled", 1),
        ("stopped by staff, or given back again", 1),
    ]
    assert found.sections[0].table.total.cells == ("All", 4, 2, 1, 3, 0.75, 40)
    assert waitlist.reading("refilled", Scope(TUESDAY, TUESDAY)).value == 0.75
    assert waitlist.reading("minutes", Scope(TUESDAY, TUESDAY)).value == 40


def test_rows_behind_a_number(day):
    assert len(freed_rows(DAY)[0:50]) == 6
    assert [row[8] for row in freed_rows(DAY, became="filled", notice="1")[0:50]] == ["filled"]
    with pytest.raises(NotFound):
        waitlist.REPORT.detail.read(Scope(TUESDAY, TUESDAY), ("became:x",))
    with pytest.raises(NotFound):
        waitlist.REPORT.detail.read(Scope(TUESDAY, TUESDAY), ("type:1",))
