"""Booking: what it holds, what it refuses, and that a refusal leaves nothing behind."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, NotAllowed, Refused
from scheduling.models import Appointment, Closure, ResourceHold, Room, SessionException, VisitInterval
from scheduling.querysets import as_range
from scheduling.rules.slots import Span
from scheduling.services.booking import book_appointment
from tests.factories.scheduling import (
    TUESDAY,
    at,
    desk,
    make_equipment,
    make_patient,
    make_provider,
    make_room,
    make_session,
    visit_type,
)
from tests.factories.staff import make_member


def counts() -> tuple[int, int, int, int]:
    booked = AuditEvent.objects.filter(action__startswith="appointment.").count()
    return Appointment.objects.count(), ResourceHold.objects.count(), VisitInterval.objects.count(), booked


def refused(kind, words, **call):
    before = counts()
    with pytest.raises(kind, match=words) as raised:
        book_appointment(**call)
    assert counts() == before
    return raised.value


def call(clinic, clock="9:00", **options) -> dict:
    values = {
        "by": clinic.by,
        "patient": None,
        "visit_type": visit_type(),
        "starts_at": at(clock),
        "location": clinic.location,
        "provider": clinic.provider,
    }
    values.update(options)
    if values["patient"] is None:
        values["patient"] = make_patient()
    return values


def test_booking_holds_provider_and_patient_and_opens_an_interval(clinic):
    patient = make_patient()
    visit = clinic.book("9:00", patient=patient, reason="  cough  ")

    assert (visit.state, visit.reason, str(visit.local_day), f"{visit.local_time:%H:%M}") == (
        "scheduled", "cough", "2026-03-10", "09:00",
    )  # fmt: skip
    assert visit.ends_at - visit.starts_at == timedelta(minutes=20)
    holds = {h.resource_kind: (h.resource_id, h.during.lower, h.during.upper) for h in visit.holds.all()}
    assert holds == {
        "provider": (clinic.provider.pk, at("9:00"), at("9:20")),
        "patient": (patient.pk, at("8:50"), at("9:20")),
    }
    interval = visit.intervals.get()
    assert (interval.state, interval.ended_at, interval.by_id) == ("scheduled", None, clinic.by.member_id)
    event = AuditEvent.objects.get(action="appointment.booked")
    assert (event.patient_id, event.detail["visit_type"]) == (patient.pk, "follow-up")


def test_a_taken_time_is_refused_with_a_sentence_and_the_next_free_times(clinic):
    clinic.book("9:00")
    error = refused(Conflict, "Shah, MD is taken on Tue, Mar 10, 2026, 9:10 AM", **call(clinic, "9:10"))
    assert [slot.clock for slot in error.alternatives] == [
        "8:00 AM", "8:20 AM", "8:40 AM", "9:20 AM", "9:40 AM", "10:00 AM",
    ]  # fmt: skip
    assert {slot.member_id for slot in error.alternatives} == {clinic.provider.pk}


def test_touching_visits_do_not_conflict(clinic):
    clinic.book("9:00")
    assert clinic.book("9:20").state == "scheduled"
    assert clinic.book("8:40").state == "scheduled"


def test_anyone_means_the_least_booked_who_is_free(clinic):
    second = make_provider(clinic.location, last_name="Abel")
    clinic.book("8:00", provider=second)
    assert clinic.book("9:00", provider=None).provider_id == clinic.provider.pk
    assert clinic.book("9:00", provider=None).provider_id == second.pk
    error = refused(
        Conflict, "Everyone who sees this kind of visit is taken", **call(clinic, "9:00", provider=None)
    )
    assert error.alternatives


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("7:50", "only working for a part"),
        ("13:00", "not working then"),
        ("11:50", "only working for a part"),
    ],
)
def test_times_outside_sessions_are_refused(clinic, clock, words):
    refused(Conflict, words, **call(clinic, clock))


def test_two_sessions_that_touch_count_as_one(clinic):
    make_session(clinic.provider, clinic.location, "12:00", "13:00")
    assert clinic.book("11:50").ends_at == at("12:10")


def test_leave_and_closures_are_refused_with_their_reason(clinic):
    SessionException.objects.create(
        provider=clinic.provider, starts_at=at("9:00"), ends_at=at("10:00"), reason="Dentist"
    )
    refused(Conflict, r"away then \(Dentist\)", **call(clinic, "9:30"))
    assert clinic.book("10:00").state == "scheduled"
    Closure.objects.create(location=None, day=TUESDAY + timedelta(7), reason="Snow day")
    refused(
        Conflict,
        r"closed that day \(Snow day\)",
        **call(clinic, starts_at=at("9:00", TUESDAY + timedelta(7))),
    )


def test_a_session_with_an_allow_list_takes_only_those_types(clinic):
    session = clinic.provider.sessions.get()
    session.visit_types.set([visit_type("wellness")])
    refused(Conflict, "not taking this kind of visit then", **call(clinic))
    assert clinic.book("9:00", visit_type=visit_type("wellness")).state == "scheduled"


def test_a_held_session_opens_a_day_before(clinic, early):
    clinic.provider.sessions.update(release_hours=24)
    next_week = at("9:00", TUESDAY + timedelta(7))
    refused(Conflict, "kept for same-day requests until 24 hours before", **call(clinic, starts_at=next_week))
    early.move_to(at("8:30", TUESDAY + timedelta(6)))
    assert clinic.book("9:00", day=TUESDAY + timedelta(7)).state == "scheduled"


def test_past_notice_horizon_age_and_bookable_are_checked(clinic, early):
    refused(Refused, "booked at most 365 days ahead", **call(clinic, starts_at=at("9:00", date(2027, 6, 1))))
    refused(Refused, "up to 20", **call(clinic, visit_type=visit_type("well-child")))
    refused(
        Refused, "needs 240 minutes' notice", **call(clinic, visit_type=visit_type(min_notice_minutes=240))
    )
    visit_type(min_notice_minutes=0, is_bookable=False)
    refused(Refused, "can't be booked any more", **call(clinic))
    visit_type(is_bookable=True)
    early.move_to(at("9:06"))
    refused(Refused, "That time has passed", **call(clinic))
    refused(
        Refused,
        "recorded as deceased",
        **call(clinic, "10:00", patient=make_patient(deceased_on=date(2026, 1, 1))),
    )


def test_the_patient_cannot_be_in_two_places(clinic):
    patient = make_patient()
    other = make_provider(clinic.location, last_name="Abel")
    clinic.book("9:00", patient=patient)
    refused(
        Conflict, "already has a visit at that time", **call(clinic, "9:10", patient=patient, provider=other)
    )
    assert clinic.book("9:40", patient=patient, provider=other).state == "scheduled"


def test_second_visit_with_the_same_provider_that_day_needs_an_overbook(clinic):
    patient = make_patient()
    clinic.book("8:00", patient=patient)
    refused(Refused, "already has a visit with", **call(clinic, "10:00", patient=patient))
    assert clinic.book("10:00", patient=patient, overbook_reason="result came back").state == "scheduled"
    assert not ResourceHold.objects.filter(is_overbook=True).exists()


def test_interpreter_makes_the_slot_longer(clinic):
    visit = clinic.book("9:00", patient=make_patient(needs_interpreter=True))
    assert visit.is_interpreter_needed
    assert visit.ends_at == at("9:30")


def test_daily_cap_counts_visits_of_the_type(clinic):
    kind = visit_type("new-patient", daily_cap=1)
    clinic.book("8:00", visit_type=kind)
    refused(Conflict, "that is the limit", **call(clinic, "10:00", visit_type=kind))


def test_procedure_holds_a_room_of_its_kind_from_ma_time_to_buffer(clinic):
    room = make_room(clinic.location, kind=Room.Kind.PROCEDURE)
    other = make_provider(clinic.location, last_name="Abel")
    visit = clinic.book("9:00", visit_type=visit_type("procedure"))
    hold = visit.holds.get(resource_kind="room")
    assert (hold.resource_id, hold.during.lower, hold.during.upper) == (room.pk, at("8:45"), at("9:45"))
    error = refused(
        Conflict,
        "No room for “Minor procedure” is free",
        **call(clinic, "9:50", visit_type=visit_type("procedure"), provider=other),
    )
    assert "10:00 AM" in [slot.clock for slot in error.alternatives]


def test_ecg_holds_the_device_and_whoever_is_rostered(clinic):
    device = make_equipment("ecg")
    ma = make_member("ma", last_name="Reyes")
    make_session(ma, clinic.location)
    visit = clinic.book("9:00", visit_type=visit_type("ecg"), provider=None)
    assert (visit.provider_id, visit.ma_id, visit.ends_at) == (None, ma.pk, at("9:15"))
    kinds = {h.resource_kind: h.resource_id for h in visit.holds.all()}
    assert kinds["ma"] == ma.pk
    assert kinds["equipment"] == device.pk
    assert "provider" not in kinds
    second = make_member("ma", last_name="Boyd")
    make_session(second, clinic.location)
    refused(
        Conflict,
        "No device for “ECG” is free",
        **call(clinic, "9:15", visit_type=visit_type("ecg"), provider=None),
    )


def test_nurse_visit_without_a_roster_follows_opening_hours(clinic):
    assert clinic.book("16:30", visit_type=visit_type("nurse"), provider=None).ma_id is None
    refused(
        Conflict, "is not open on", **call(clinic, "17:30", visit_type=visit_type("nurse"), provider=None)
    )


def test_named_ma_and_device_are_held(clinic):
    ma = make_member("ma", last_name="Reyes")
    device = make_equipment("spirometer")
    visit = clinic.book("9:00", ma=ma, equipment=[device])
    held = {h.resource_kind: (h.resource_id, h.during.lower, h.during.upper) for h in visit.holds.all()}
    assert held["ma"] == (ma.pk, at("8:50"), at("9:00"))
    assert held["equipment"] == (device.pk, at("8:50"), at("9:20"))
    refused(
        Conflict,
        "is taken just before",
        **call(clinic, "9:00", ma=ma, provider=make_provider(clinic.location)),
    )


# Overbooking


def test_overbook_needs_permission_and_reason_and_is_named(clinic):
    clinic.book("9:00")
    refused(NotAllowed, "You may not overbook", **call(clinic, by=desk(), overbook_reason="in pain"))
    visit = clinic.book("9:00", overbook_reason="in pain")
    hold = visit.holds.get(resource_kind="provider")
    assert (hold.is_overbook, hold.overbook_by_id, hold.overbook_reason) == (
        True,
        clinic.by.member_id,
        "in pain",
    )
    assert not visit.holds.get(resource_kind="patient").is_overbook


def test_overbooks_are_counted_per_slot_and_per_session(clinic):
    clinic.book("9:00")
    clinic.book("9:00", overbook_reason="one")
    refused(Conflict, "already overbooked", **call(clinic, overbook_reason="two"))
    clinic.book("10:00")
    clinic.book("10:00", overbook_reason="two")
    clinic.book("11:00")
    refused(Conflict, "no overbooks left", **call(clinic, "11:00", overbook_reason="three"))


def test_a_free_time_is_not_an_overbook_even_with_a_reason(clinic):
    visit = clinic.book("9:00", overbook_reason="to be sure")
    assert not visit.holds.filter(is_overbook=True).exists()


def test_an_overbook_keeps_its_time_when_the_first_visit_goes(clinic):
    from scheduling.services.booking import cancel_appointment

    first = clinic.book("9:00")
    clinic.book("9:00", overbook_reason="in pain")
    cancel_appointment(by=clinic.by, appointment=first, reason="patient_better")
    refused(Conflict, "is taken on", **call(clinic, "9:00"))


def test_overbook_never_covers_a_room_or_a_patient(clinic):
    make_room(clinic.location, kind=Room.Kind.PROCEDURE)
    kind = visit_type("procedure")
    patient = make_patient()
    clinic.book("9:00", visit_type=kind, patient=patient)
    refused(Conflict, "No room", **call(clinic, visit_type=kind, overbook_reason="please"))
    refused(Conflict, "already has a visit", **call(clinic, patient=patient, overbook_reason="please"))


# What the database itself refuses


def test_database_refuses_overlaps_behind_the_service(clinic):
    visit = clinic.book("9:00")
    hold = ResourceHold(
        appointment=visit,
        resource_kind="provider",
        resource_id=clinic.provider.pk,
        during=as_range(Span(at("9:10"), at("9:30"))),
    )
    with pytest.raises(IntegrityError, match="scheduling_resourcehold_no_overlap"), transaction.atomic():
        hold.save(force_insert=True)
    hold.is_live = False
    hold.save(force_insert=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"resource_kind": "room", "is_overbook": True, "overbook_reason": "x"},
        {"is_overbook": True, "overbook_reason": ""},
    ],
)
def test_database_refuses_overbooks_of_things_and_without_reason(clinic, changes):
    visit = clinic.book("9:00")
    values = {"resource_kind": "provider", "overbook_by_id": clinic.by.member_id, **changes}
    with pytest.raises(IntegrityError, match="scheduling_resourcehold_overbook_why"), transaction.atomic():
        ResourceHold.objects.create(
            appointment=visit,
            resource_id=clinic.provider.pk,
            during=as_range(Span(at("11:00"), at("11:30"))),
            **values,
        )


def test_violation_reaches_the_user_in_words(clinic, monkeypatch):
    from scheduling.queries import busy

    clinic.book("9:00")
    monkeypatch.setattr(busy.Busy, "free", lambda self, resource, span: True)
    error = refused(Conflict, "That time has just been taken", **call(clinic, "9:10"))
    assert error.status == 409
