"""Limits of a kind of visit: refused with words that say what to do, passed over by who may with a reason."""

from datetime import date, timedelta

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import ClinicError, Conflict, NotAllowed, Refused
from scheduling.models import Appointment, SessionPart
from scheduling.queries.day import day_board
from scheduling.queries.slots import find_openings, open_slots
from scheduling.rules.day_parts import DayPart, TimeWishes
from tests.factories.scheduling import (
    TUESDAY,
    at,
    desk,
    make_location,
    make_patient,
    make_provider,
    make_session,
    visit_type,
)
from tests.support.statements import counted

WEEK = timedelta(7)


def part(clinic, starts, ends, **fields) -> SessionPart:
    return SessionPart.objects.create(
        session=clinic.provider.sessions.get(), starts=starts, ends=ends, **fields
    )


def clocks(slots):
    return [f"{slot.day:%m-%d} {slot.clock}" for slot in slots]


def openings(clinic, kind="follow-up", **options):
    return clocks(
        open_slots(location=clinic.location, visit_type=visit_type(kind), provider=clinic.provider, **options)
    )


CASES = {
    "youngest": ({"min_age": 65}, {}, "is for patients of 65 and older"),
    "oldest": ({"max_age": 17}, {}, "is for patients up to 17"),
    "sex": ({"for_sex": "male"}, {}, "is for patients whose sex at birth is male"),
    "notice": ({"min_notice_minutes": 600}, {}, "needs 600 minutes' notice"),
    "horizon": ({"max_horizon_days": 3}, {"day": TUESDAY + WEEK}, "is booked at most 3 days ahead"),
}


@pytest.mark.parametrize("limit", CASES)
def test_a_limit_says_what_to_do_and_is_passed_over_with_a_reason(clinic, limit):
    changes, options, words = CASES[limit]
    kind, patient = visit_type(**changes), make_patient(sex_at_birth="female", birth_date=date(1988, 3, 4))
    with pytest.raises(Refused, match=words) as refused:
        clinic.book("9:00", visit_type=kind, patient=patient, **options)
    assert "or say why it is booked all the same" in refused.value.hint
    with pytest.raises(Refused) as for_desk:
        clinic.book("9:00", visit_type=kind, patient=patient, by=desk(), **options)
    assert "ask somebody who may overbook" in for_desk.value.hint
    with pytest.raises(NotAllowed, match="You may not pass over that"):
        clinic.book("9:00", visit_type=kind, patient=patient, by=desk(), overbook_reason="x", **options)
    assert Appointment.objects.count() == 0
    visit = clinic.book(
        "9:00", visit_type=kind, patient=patient, overbook_reason="agreed with Dr. Shah", **options
    )
    assert visit.exception_reason == "agreed with Dr. Shah"
    assert not visit.holds.filter(is_overbook=True).exists()
    detail = AuditEvent.objects.get(action="appointment.booked").detail
    assert (detail["passed_over"], detail["exception_reason"]) == ([limit], "agreed with Dr. Shah")


@pytest.mark.parametrize("sex", ["unknown", "intersex", "male"])
def test_a_sex_limit_asks_for_that_sex(clinic, sex):
    kind = visit_type(for_sex="female")
    with pytest.raises(Refused, match="sex at birth is female"):
        clinic.book("9:00", visit_type=kind, patient=make_patient(sex_at_birth=sex))
    assert (
        clinic.book("9:00", visit_type=kind, patient=make_patient(sex_at_birth="female")).exception_reason
        == ""
    )


def test_new_patients_of_a_session_are_counted_over_kinds(clinic):
    clinic.provider.sessions.update(new_patient_cap=1)
    other = visit_type("wellness", is_for_new_patients=True)
    clinic.book("8:00", visit_type=visit_type("new-patient"))
    assert openings(clinic, "wellness", limit=1) == ["03-17 8:00 AM"]
    words = "Pat Shah, MD has 1 new patient in this session, and that is the limit"
    with pytest.raises(Conflict, match=words) as error:
        clinic.book("10:00", visit_type=other)
    assert "Choose another session" in error.value.hint
    assert clinic.book("10:00").state == "scheduled"
    assert clinic.book("10:40", visit_type=other, overbook_reason="sent by the hospital").exception_reason


def test_a_full_day_is_not_offered(clinic):
    visit_type(daily_cap=2)
    clinic.book("8:00")
    clinic.book("8:20")
    assert openings(clinic, limit=1) == ["03-17 8:00 AM"]


def test_a_day_with_a_visit_to_the_same_provider_is_not_offered_to_the_patient(clinic):
    patient = make_patient()
    clinic.book("8:00", patient=patient)
    assert openings(clinic, limit=1, patient=patient) == ["03-17 8:00 AM"]


def test_breaks_and_kept_time_inside_a_session(clinic, early):
    part(clinic, "09:00", "09:20", kind="break", label="Huddle")
    kept = part(clinic, "10:00", "10:40", release_hours=2, label="same-day requests")
    kept.kept_for.set([visit_type("acute")])
    assert openings(clinic, limit=9) == [
        "03-10 8:00 AM", "03-10 8:20 AM", "03-10 8:40 AM", "03-10 9:20 AM", "03-10 9:40 AM", "03-10 10:40 AM",
        "03-10 11:00 AM", "03-10 11:20 AM", "03-10 11:40 AM",
    ]  # fmt: skip
    with pytest.raises(Conflict, match=r"Pat Shah, MD is on a break then \(Huddle\)"):
        clinic.book("9:10", overbook_reason="no way round a break")
    with pytest.raises(Conflict, match="kept for same-day requests until 2 hours before") as error:
        clinic.book("10:00")
    assert "Choose another time, or say why" in error.value.hint
    assert clinic.book("10:00", visit_type=visit_type("acute")).exception_reason == ""
    assert clinic.book("10:20", overbook_reason="chest pain, Dr. Shah asked").exception_reason
    early.move_to(at("8:00"))
    assert "03-10 9:20 AM" in openings(clinic, limit=9)
    assert (
        clinic.book("10:15", visit_type=visit_type("acute"), overbook_reason="worried")
        .holds.filter(is_overbook=True)
        .exists()
    )


def test_kept_time_without_a_release_stays_kept(clinic, early):
    part(clinic, "08:00", "12:00", label="procedures")
    early.move_to(at("7:59"))
    assert openings(clinic, limit=1, days=1) == []
    with pytest.raises(Conflict, match=r"Pat Shah, MD is kept for procedures: Tue"):
        clinic.book("9:00")


def test_the_day_shows_breaks_and_kept_time(clinic):
    part(clinic, "09:00", "09:20", kind="break", label="Huddle")
    part(clinic, "10:00", "10:40", release_hours=1, label="Same-day")
    (column,) = day_board(TUESDAY, clinic.location, may_book=True).columns
    shown = [(cell.kind, cell.words) for cell in column.cells if cell.kind in ("break", "held")]
    assert shown == [("break", "Huddle"), ("held", "Same-day until 1 hour before")]
    assert not [cell for cell in column.cells if cell.kind == "free" and cell.words.startswith("10:00")]


def test_wishes_for_weekdays_and_parts_of_the_day(clinic):
    make_session(clinic.provider, clinic.location, "13:00", "18:00", weekday=3)
    late = TimeWishes(parts=frozenset({DayPart.EVENING}))
    assert openings(clinic, limit=2, wishes=late) == ["03-12 5:00 PM", "03-12 5:20 PM"]
    thursday = TimeWishes(weekdays=frozenset({3}), parts=frozenset({DayPart.AFTERNOON}))
    assert openings(clinic, limit=1, wishes=thursday) == ["03-12 1:00 PM"]
    never = TimeWishes(weekdays=frozenset({6}))
    assert openings(clinic, wishes=never) == []


def test_openings_over_places_and_providers_come_in_order(clinic):
    north = make_location(name="North")
    second = make_provider(north, last_name="Abel")
    clinic.book("8:00")
    found = find_openings(locations=[clinic.location, north], visit_type=visit_type(), limit=3)
    assert [(one.clock, one.member_id, one.location_name) for one in found] == [
        ("8:00 AM", second.pk, "North"),
        ("8:20 AM", clinic.provider.pk, clinic.location.name),
        ("8:20 AM", second.pk, "North"),
    ]
    assert found[0].value == f"{at('8:00').isoformat()}|{second.pk}|{north.pk}"
    only = find_openings(
        locations=[clinic.location, north], visit_type=visit_type(), providers=(second,), limit=1
    )
    assert [one.location_name for one in only] == ["North"]


@pytest.mark.parametrize("providers", [1, 8])
def test_a_search_for_a_limited_kind_and_a_patient_takes_two_statements(clinic, providers):
    for _ in range(providers):
        clinic.book("8:00", provider=make_provider(clinic.location))
    kind, patient = visit_type(daily_cap=1), make_patient()
    search = {"locations": [clinic.location], "visit_type": kind, "patient": patient}
    find_openings(**search)
    with counted() as log:
        assert len(find_openings(**search)) == 6
    # What the limits count, and the holds of one fortnight.
    assert len(log) == 2


def test_every_opening_of_a_narrow_search_can_be_booked(clinic):
    clinic.provider.sessions.update(new_patient_cap=2)
    visit_type("new-patient", daily_cap=3)
    part(clinic, "09:00", "09:30", kind="break")
    part(clinic, "10:00", "10:30", release_hours=1)
    for _ in range(6):
        (slot,) = open_slots(
            location=clinic.location, visit_type=visit_type("new-patient"), provider=clinic.provider, limit=1
        )
        try:
            clinic.book(
                visit_type=visit_type("new-patient"), starts_at=slot.starts_at, provider=clinic.provider
            )
        except ClinicError as error:
            raise AssertionError(f"{slot.words} was offered: {error}") from error


def test_who_can_not_be_overbooked_gives_way_to_who_can(clinic):
    clinic.provider.sessions.update(overbook_per_slot=0)
    second = make_provider(clinic.location, last_name="Zorn")
    for who in (clinic.provider, second):
        clinic.book("9:00", provider=who)
    visit = clinic.book("9:00", provider=None, overbook_reason="worried")
    assert visit.provider_id == second.pk
    with pytest.raises(Conflict, match="Shah, MD takes no overbooks in this session"):
        clinic.book("9:00", overbook_reason="worried")
