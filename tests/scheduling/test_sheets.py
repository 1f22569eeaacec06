"""Sheets for paper: what stands on them, who may see which part, and that printing is a look."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.time import now
from clinic.staff.roles import Role
from records.models import AllergyStatement, ContactPoint, Encounter, Medication, RedFlag, VitalSet
from scheduling.models import Recall, RecallReason, SessionException
from scheduling.queries.sheets import day_sheet, huddle_sheet, room_sheet
from scheduling.services.booking import cancel_appointment
from scheduling.services.rearranging import place_appointment
from tests.factories.scheduling import (
    TUESDAY,
    at,
    make_equipment,
    make_patient,
    make_provider,
    make_room,
    visit_type,
)
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

KINDS = ("day", "huddle", "rooms")


def topics(huddle) -> dict[str, list[tuple]]:
    return {topic.title: [(note.visit.id, note.words) for note in topic.notes] for topic in huddle.topics}


def url(kind: str, **query) -> str:
    return reverse(f"scheduling:sheet-{kind}", query={"day": TUESDAY.isoformat(), **query})


def test_the_day_sheet_has_phone_room_and_open_time(clinic):
    patient = make_patient(first_name="Maria", last_name="Ortiz")
    ContactPoint.objects.create(patient=patient, kind="mobile", value="+13125550142")
    visit = clinic.book("9:00", patient=patient)
    place_appointment(by=clinic.by, appointment=visit, room=clinic.rooms[0])
    cancel_appointment(by=clinic.by, appointment=clinic.book("10:00"), reason="patient_better")
    SessionException.objects.create(
        provider=clinic.provider, starts_at=at("11:00"), ends_at=at("12:00"), kind="meeting"
    )
    (part,) = day_sheet(TUESDAY, clinic.location).parts
    assert (part.name, part.note) == (clinic.provider.name, "8:00–12:00 PM")
    assert [(line.times, line.visit and line.visit.name) for line in part.lines] == [
        ("8:00–9:00 AM", None),
        ("9:00–9:20 AM", "Ortiz, Maria"),
        ("9:20–11:00 AM", None),
    ]
    line = part.lines[1]
    assert (line.person.phone, line.person.born, line.person.mrn, line.room) == (
        "(312) 555-0142", "03/04/1988", patient.mrn, clinic.rooms[0].name,
    )  # fmt: skip


def test_one_provider_s_day_sheet_is_theirs_alone(clinic):
    other = make_provider(clinic.location)
    clinic.book("9:00")
    mine = clinic.book("9:00", provider=other)
    sheet = day_sheet(TUESDAY, clinic.location, other.pk)
    assert [part.name for part in sheet.parts] == [other.name]
    assert sheet.patient_ids == (mine.patient_id,)


def test_the_room_sheet_lists_what_each_room_keeps(clinic):
    device = make_equipment("ecg")
    visit, free = clinic.book("9:00"), clinic.book("10:00")
    ecg = clinic.book("9:00", visit_type=visit_type("ecg", needs_room=False), provider=None)
    place_appointment(by=clinic.by, appointment=visit, room=clinic.rooms[0])
    found = {part.name: [(line.visit.id, line.times) for line in part.lines] for part in room_sheet(TUESDAY, clinic.location).parts}  # fmt: skip
    assert found == {
        clinic.rooms[0].name: [(visit.pk, "8:50–9:20 AM")],
        clinic.rooms[1].name: [],
        device.name: [(ecg.pk, "9:00–9:20 AM")],
        "Any clean room": [(free.pk, "10:00–10:20 AM")],
    }


def test_the_huddle_goes_through_what_the_team_must_know(clinic):
    make_room(clinic.location, name="Procedure room", label="P", kind="procedure")
    spanish = make_patient(last_name="Nunez", first_name="Ana", needs_interpreter=True, language="es")
    namesake = make_patient(
        last_name="Núñez", first_name="Alba", birth_date=at("8:00").date() - timedelta(9000)
    )
    procedure = clinic.book("8:20", visit_type=visit_type("procedure"))
    talked, other = clinic.book("9:00", patient=spanish), clinic.book("10:00", patient=namesake)
    found = topics(huddle_sheet(TUESDAY, clinic.location, with_chart=False))
    assert list(found) == [
        "Special rooms and equipment", "Several steps in one visit", "Interpreters", "Same names", "Registration and coverage", "Not confirmed",
    ]  # fmt: skip
    assert found["Special rooms and equipment"] == [(procedure.pk, "Procedure room")]
    assert found["Interpreters"] == [(talked.pk, "Spanish")]
    assert found["Same names"] == [
        (talked.pk, f"born 03/04/1988, MRN {spanish.mrn}"),
        (other.pk, f"born {namesake.birth_date:%m/%d/%Y}, MRN {namesake.mrn}"),
    ]
    assert found["Registration and coverage"][0] == (
        procedure.pk,
        "no address, no phone, coverage not checked",
    )
    assert found["Not confirmed"][0] == (procedure.pk, "no number on file")


def test_red_flags_and_care_gaps_come_with_the_right_to_read_charts(clinic):
    asked, gapped = clinic.book("9:00"), clinic.book("9:20")
    member = make_member(Role.PROVIDER)
    AllergyStatement.objects.create(patient=asked.patient, no_known=True, by=member, at=now())
    Medication.objects.create(patient=gapped.patient, name="lisinopril", recorded_at=now())
    encounter = Encounter.objects.create(patient=asked.patient, provider=clinic.provider, started_at=now())
    vitals = VitalSet.objects.create(
        patient=asked.patient, encounter=encounter, measured_at=now(), recorded_at=now()
    )
    flag = {"patient": asked.patient, "encounter": encounter, "set": vitals, "raised_at": now()}
    RedFlag.objects.create(text="BP 195/124", **flag)
    RedFlag.objects.create(
        text="Pulse 150", acknowledged_at=now(), acknowledged_by=member, action="seen", **flag
    )
    found = topics(huddle_sheet(TUESDAY, clinic.location, with_chart=True))
    assert found["Red flags open"] == [(asked.pk, "BP 195/124")]
    assert found["Care gaps"] == [(gapped.pk, "Allergies never asked, Medicines never reviewed")]
    reader = signed_in(make_member(Role.PROVIDER)).get(url("huddle")).content.decode()
    desk = signed_in(make_member(Role.FRONT_DESK)).get(url("huddle")).content.decode()
    assert "BP 195/124" in reader
    assert "BP 195/124" not in desk
    assert "leaves them out" in desk


def test_a_recall_that_is_due_is_a_care_gap_until_it_is_closed(clinic):
    visit = clinic.book("9:00")
    late, same_day, later = (
        RecallReason.objects.create(code=f"r{n}", name=name)
        for n, name in enumerate(("Diabetes review", "Pap test", "Colonoscopy"))
    )
    for reason, day in (
        (late, TUESDAY - timedelta(40)),
        (same_day, TUESDAY),
        (later, TUESDAY + timedelta(1)),
    ):
        Recall.objects.create(
            patient=visit.patient, reason=reason, visit_type=visit_type(), due_on=day, added_by_label="Desk"
        )

    def gaps() -> list[tuple]:
        return topics(huddle_sheet(TUESDAY, clinic.location, with_chart=True))["Care gaps"]

    assert gaps() == [
        (visit.pk, "Allergies never asked, Due 01/29/2026: Diabetes review, Due 03/10/2026: Pap test")
    ]
    Recall.objects.filter(reason=late).update(outcome="elsewhere", closed_at=now())
    assert gaps() == [(visit.pk, "Allergies never asked, Due 03/10/2026: Pap test")]


@pytest.mark.parametrize("kind", KINDS)
def test_printing_is_a_look_into_every_chart_on_the_sheet(clinic, kind):
    visits = [clinic.book("9:00"), clinic.book("10:00")]
    page = signed_in(make_member(Role.FRONT_DESK)).get(url(kind, location=clinic.location.pk))
    assert page.status_code == 200
    looks = AuditEvent.objects.filter(action="chart.viewed", detail__page=f"{kind} sheet")
    assert set(looks.values_list("patient_id", flat=True)) == {visit.patient_id for visit in visits}


@pytest.mark.parametrize("kind", KINDS)
def test_sheets_of_an_empty_day(clinic, kind):
    page = signed_in(make_member(Role.FRONT_DESK)).get(url(kind, day="2026-03-11"))
    assert page.status_code == 200
    assert AuditEvent.objects.filter(action="chart.viewed").count() == 0


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        (lambda c: day_sheet(TUESDAY, c.location), 6),
        (lambda c: room_sheet(TUESDAY, c.location), 7),
        (lambda c: huddle_sheet(TUESDAY, c.location, with_chart=True), 8),
    ],
    ids=KINDS,
)
@pytest.mark.parametrize("rows", [1, 3])
def test_statements_do_not_depend_on_visits(clinic, rows, run, wanted):
    for clock in ("8:00", "9:00", "10:00")[:rows]:
        place_appointment(by=clinic.by, appointment=clinic.book(clock), room=clinic.rooms[0])
    run(clinic)
    with counted() as log:
        run(clinic)
    assert len(log) == wanted
