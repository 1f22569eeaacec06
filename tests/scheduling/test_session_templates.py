"""Provider templates: breaks and kept time within sessions, holidays that are offered and never closed by themselves."""

from datetime import date, time, timedelta

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused
from clinic.staff.roles import Role
from scheduling.models import Closure, SessionPart
from scheduling.queries.holidays import holidays_of, offered_holidays
from scheduling.queries.setup import templates_page
from scheduling.queries.slots import open_slots
from scheduling.services.closures import close_days
from scheduling.services.session_parts import add_part, remove_part
from scheduling.services.setup import save_session
from tests.factories.scheduling import TUESDAY, visit_type
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted


def session_of(clinic):
    return clinic.provider.sessions.get()


def add(clinic, starts, ends, **options) -> SessionPart:
    values = {"kind": "break", "label": "Huddle", **options}
    return add_part(by=clinic.by, session=session_of(clinic), starts=starts, ends=ends, **values)


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        (time(9, 20), time(9, 20), "end after it starts"),
        (time(7), time(8, 30), "session is from 08:00 to 12:00"),
        (time(11, 30), time(12, 30), "session is from 08:00 to 12:00"),
        (time(9, 10), time(9, 40), "There is a break part 09:00–09:20 already"),
    ],
)
def test_a_part_lies_within_its_session_and_over_no_other(clinic, starts, ends, words):
    add(clinic, time(9), time(9, 20))
    with pytest.raises(Refused, match=words):
        add(clinic, starts, ends)
    assert SessionPart.objects.count() == 1


def test_a_session_can_not_shrink_past_its_parts(clinic):
    part = add(clinic, time(8), time(8, 20))
    with pytest.raises(Refused, match="Its break 08:00–08:20 would lie outside"):
        save_session(by=clinic.by, session=session_of(clinic), starts=time(9))
    assert session_of(clinic).starts == time(8)
    remove_part(by=clinic.by, part=part)
    assert save_session(by=clinic.by, session=session_of(clinic), starts=time(9)).starts == time(9)
    actions = AuditEvent.objects.filter(action__startswith="sessionpart.").values_list("action", flat=True)
    assert sorted(actions) == ["sessionpart.added", "sessionpart.removed"]


def test_openings_know_a_new_break_at_once(clinic):
    search = {
        "location": clinic.location,
        "visit_type": visit_type(),
        "provider": clinic.provider,
        "limit": 1,
    }
    assert open_slots(**search)[0].clock == "8:00 AM"
    part = add(clinic, time(8), time(8, 20))
    assert open_slots(**search)[0].clock == "8:20 AM"
    remove_part(by=clinic.by, part=part)
    assert open_slots(**search)[0].clock == "8:00 AM"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_says_what_a_session_keeps_in_the_same_statements(clinic, rows):
    for number in range(rows):
        add(clinic, time(9 + number), time(9 + number, 20))
    add(
        clinic,
        time(8),
        time(8, 40),
        kind="kept",
        label="Same-day",
        release_hours=24,
        kept_for=[visit_type("acute")],
    )
    with counted() as log:
        page = templates_page(clinic.location)
    (line,) = page.weeks[0].days[1]
    assert line.note.startswith(
        "Same-day 8:00–8:40, kept until 24 h before (always for Acute same-day), Huddle 9:00–9:20"
    )
    assert len(log) == 6


def test_the_parts_page_adds_and_removes(clinic):
    manager = signed_in(make_member(Role.MANAGER))
    url = f"/schedule/templates/sessions/{session_of(clinic).pk}/parts/"
    assert "None yet" in manager.get(url).content.decode()
    kept_for = [visit_type("acute").pk]
    data = {"kind": "kept", "starts": "10:00", "ends": "10:40", "label": "Same-day", "release_hours": "24"}
    assert manager.post(url, {**data, "kept_for": kept_for}).status_code == 302
    part = SessionPart.objects.get()
    assert (part.release_hours, [kind.code for kind in part.kept_for.all()]) == (24, ["acute"])
    assert manager.post(url, data).status_code == 422
    assert "Same-day 10:00–10:40" in manager.get("/schedule/templates/").content.decode()
    assert manager.post(f"/schedule/templates/parts/{part.pk}/remove/").status_code == 302
    assert SessionPart.objects.count() == 0
    assert signed_in(make_member(Role.FRONT_DESK)).get(url).status_code == 403


def test_holidays_of_a_year_with_observed_days_and_those_of_a_state():
    federal = holidays_of(2026)
    assert federal[date(2026, 7, 3)] == ("Independence Day (observed)", True)
    assert federal[date(2026, 11, 26)] == ("Thanksgiving Day", True)
    assert date(2026, 2, 12) not in federal
    assert holidays_of(2026, "IL")[date(2026, 2, 12)] == ("Lincoln's Birthday", False)
    assert holidays_of(2026, "Atlantis") == federal


def test_holidays_are_offered_with_what_is_booked_and_closed_by_choice_only(clinic):
    clinic.book("9:00", day=TUESDAY + timedelta(7))
    offered = {one.name: one for one in offered_holidays(2026, clinic.location)}
    assert not any(one.is_closed for one in offered.values())
    assert Closure.objects.count() == 0
    made = close_days(
        by=clinic.by,
        days={date(2026, 7, 3): "Fourth of July", date(2026, 12, 25): "Christmas"},
        location=None,
    )
    assert [(row.day, row.reason) for row in made] == [
        (date(2026, 7, 3), "Fourth of July"), (date(2026, 12, 25), "Christmas"),
    ]  # fmt: skip
    assert close_days(by=clinic.by, days={date(2026, 12, 25): "Again"}) == []
    with counted() as log:
        offered = {one.day: one for one in offered_holidays(2026, clinic.location)}
    assert offered[date(2026, 12, 25)].is_closed
    assert len(log) == 4  # the mark, the profile, closures, visits


def test_the_holidays_page_closes_what_is_ticked_in_the_words_typed(clinic):
    manager = signed_in(make_member(Role.MANAGER))
    url = "/schedule/templates/holidays/?year=2026"
    assert "Thanksgiving Day" in manager.get(url).content.decode()
    assert manager.post(url, {}).status_code == 422
    data = {
        "on_2026-11-26": "on",
        "name_2026-11-26": "Thanksgiving, closed",
        "name_2026-12-25": "Christmas Day",
    }
    assert manager.post(url, data).status_code == 302
    assert list(Closure.objects.values_list("day", "reason", "location")) == [
        (date(2026, 11, 26), "Thanksgiving, closed", None)
    ]
    page = manager.get(url).content.decode()
    assert "Closed already: Thu, Nov 26, 2026" in page
    assert manager.get("/schedule/templates/holidays/?year=99999").status_code == 200
