"""The seeding against the real database: whole, half over, repeatable, and gentle with what people did."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command

from clinic.audit.models import AuditEvent
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.demo.models import DemoDay, DemoVisit
from clinic.demo.roster import PASSWORD, STAFF
from clinic.demo.seed import top_up
from clinic.staff.models import Member
from records.models import Encounter, Immunization, Note, Patient, RedFlag, VitalSet
from scheduling.models import (
    Appointment,
    AppointmentSeries,
    ResourceHold,
    Room,
    SessionPart,
    SoftHold,
    VisitInterval,
    VisitStep,
)
from scheduling.rules.visit_states import IN_CLINIC, IN_ROOM, TERMINAL, UPCOMING

ZONE = ZoneInfo("America/Chicago")
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNTED = (
    Patient,
    Appointment,
    Encounter,
    VisitInterval,
    VitalSet,
    Note,
    Immunization,
    AuditEvent,
    DemoVisit,
)


def frozen(text: str):
    return time_machine.travel(dt.datetime.fromisoformat(text).replace(tzinfo=ZONE), tick=False)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in COUNTED}


def todays() -> list[Appointment]:
    from clinic.core.time import today

    return list(Appointment.objects.filter(local_day=today(ZONE.key)))


def share_over() -> float:
    rows = todays()
    return sum(row.state in TERMINAL for row in rows) / len(rows)


@pytest.fixture
def small(monkeypatch, no_samples, settings, tmp_path):
    """A smaller clinic with the same rules: a hundred and twenty people, two past days and two ahead."""
    from clinic.demo import hours, people

    settings.AUDIT_HEAD_FILE = str(tmp_path / "audit-head.log")
    monkeypatch.setattr(people.make_people, "__defaults__", (120,))
    # So few people have to come more often.
    monkeypatch.setattr("clinic.demo.book.QUIET", dt.timedelta(days=1))
    monkeypatch.setattr(hours.past_days, "__defaults__", (2,))
    monkeypatch.setattr(hours.coming_days, "__defaults__", (2,))
    monkeypatch.setattr("clinic.demo.setup.load_diagnosis_codes", _few_codes)


def _few_codes():
    """The codes the demo uses, instead of the whole release."""
    from clinic.demo.data.complaints import COMPLAINTS
    from clinic.demo.data.conditions import CONDITIONS
    from records.models import DiagnosisCode

    wanted = {c for complaint in COMPLAINTS for c in complaint.codes} | {c.code for c in CONDITIONS}
    DiagnosisCode.objects.bulk_create(
        DiagnosisCode(
            code=c,
            display=c,
            description=f"Diagnosis {c}",
            is_billable=True,
            release="2026-04",
            search=c.lower(),
        )
        for c in sorted(wanted)
    )


def test_a_tuesday_at_noon(small):
    with frozen("2026-11-24T12:05"):
        top_up()
        assert ClinicProfile.objects.get().name == "Maple Street Family Clinic"
        assert Patient.objects.count() == 120
        assert Member.objects.count() == len(STAFF)
        assert Member.objects.get(username="frontdesk").check_password(PASSWORD)
        assert 0.25 <= share_over() <= 0.65
        inside = [row for row in todays() if row.state in IN_CLINIC]
        assert len(inside) >= 3
        past = Appointment.objects.filter(local_day__lt=dt.date(2026, 11, 24))
        assert past.exclude(state__in=sorted(TERMINAL)).count() == 0
        assert (
            Appointment.objects.filter(
                local_day__gt=dt.date(2026, 11, 24), state__in=sorted(UPCOMING)
            ).count()
            > 20
        )
        _is_consistent()


def _is_consistent():
    """What the services keep true holds for what the demo wrote."""
    for command in ("verify_audit", "verify_ledger", "verify_stock"):
        call_command(command, stdout=io.StringIO())
    in_rooms = Appointment.objects.filter(room__isnull=False)
    assert all(row.state in IN_ROOM for row in in_rooms)
    assert set(in_rooms.values_list("room_id", flat=True)) == set(
        Room.objects.filter(state="occupied").values_list("pk", flat=True)
    )
    for row in Appointment.objects.prefetch_related("intervals"):
        line = sorted(row.intervals.all(), key=lambda interval: interval.started_at)
        assert line[-1].state == row.state
        assert line[-1].ended_at is None
        assert all(a.ended_at == b.started_at for a, b in zip(line, line[1:], strict=False))
    assert not Appointment.objects.filter(state__in=sorted(IN_CLINIC), encounter=None).exists()
    assert not Encounter.objects.filter(appointment__state="completed", ended_at=None).exists()
    assert not ResourceHold.objects.filter(
        appointment__state__in=["cancelled", "no_show", "left"], is_live=True
    ).exists()


def test_the_first_start_shows_a_series_steps_an_overbook_and_a_kept_time(small):
    with frozen("2026-11-24T12:05"):
        top_up()
        series = AppointmentSeries.objects.get()
        assert series.visits.count() + len(series.left_out) == 6
        assert set(VisitStep.objects.values_list("visit_type__code", flat=True)) == {"lab", "ecg"}
        assert ResourceHold.objects.filter(is_overbook=True, is_live=True).exists()
        (kept,) = SoftHold.objects.all()
        assert (kept.held_by.first_name, kept.expires_at - now()) == ("Luis", dt.timedelta(minutes=5))
        assert set(SessionPart.objects.values_list("kind", flat=True)) == {"kept", "break"}


def test_a_second_start_adds_nothing(small):
    with frozen("2026-11-24T12:05"):
        top_up()
        before = counts()
        top_up()
        assert counts() == before


def _made_and_undone() -> tuple[list, ...]:
    """The rows of a demo that is rolled back again."""
    from django.db import transaction

    with frozen("2026-11-24T12:05"), transaction.atomic():
        top_up()
        made = (
            list(Patient.objects.order_by("pk").values_list("pk", "first_name", "last_name", "birth_date")),
            list(
                # The visits of a series are booked by the service, under keys of their own.
                Appointment.objects.filter(series=None)
                .order_by("pk")
                .values_list("pk", "starts_at", "state", "reason", "patient_id")
            ),
            list(VitalSet.objects.order_by("pk").values_list("pk", "measured_at")),
            list(Note.objects.order_by("pk").values_list("pk", "signed_at")),
        )
        transaction.set_rollback(True)
    return made


def test_two_demos_of_one_minute_are_alike(small):
    first = _made_and_undone()
    assert Patient.objects.count() == 0
    assert _made_and_undone() == first
    assert len(first[1]) > 150


@pytest.mark.parametrize(
    "now", ["2026-11-24T07:00", "2026-11-22T22:00", "2026-11-01T07:30", "2026-03-08T09:00"]
)
def test_today_is_half_over_at_any_hour_and_on_the_days_of_the_clock_change(small, now):
    with frozen(now):
        top_up()
        assert DemoDay.objects.filter(day=dt.date.fromisoformat(now[:10])).exists()
        assert 0.2 <= share_over() <= 0.75
        assert [row for row in todays() if row.state in IN_CLINIC]
        assert [row for row in todays() if row.state in UPCOMING]


def test_the_next_mornings_start_finishes_yesterday_and_books_on(small):
    with frozen("2026-11-24T12:05"):
        top_up()
        days = DemoDay.objects.count()
    with frozen("2026-11-25T12:10"):
        top_up()
        yesterday = Appointment.objects.filter(local_day=dt.date(2026, 11, 24))
        assert yesterday.exclude(state__in=sorted(TERMINAL)).count() == 0
        assert DemoDay.objects.count() == days + 1
        assert 0.2 <= share_over() <= 0.75
        assert (
            RedFlag.objects.filter(
                acknowledged_at=None, raised_at__lt=dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
            ).count()
            == 0
        )
        _is_consistent()


def test_the_evening_of_a_day_that_began_in_the_morning(small):
    with frozen("2026-11-24T09:30"):
        top_up()
    with frozen("2026-11-24T20:30"):
        top_up()
        assert [row for row in todays() if row.state in IN_CLINIC]
        assert [row for row in todays() if row.state in UPCOMING]
        _is_consistent()
        before = counts()
        top_up()
        assert counts() == before


def test_what_people_changed_stays(small):
    from clinic.core.actor import Actor
    from scheduling.services.booking import cancel_appointment

    with frozen("2026-11-24T12:05"):
        top_up()
        mine = (
            Appointment.objects.filter(local_day=dt.date(2026, 11, 25), state__in=sorted(UPCOMING))
            .order_by("pk")
            .first()
        )
        clerk = Member.objects.get(username="frontdesk")
        by = Actor(member_id=clerk.pk, label=clerk.name)
        cancel_appointment(by=by, appointment=mine, reason="patient_conflict", note="Called in")
    with frozen("2026-11-26T15:00"):
        top_up()
        mine.refresh_from_db()
        assert (mine.state, mine.cancel_note) == ("cancelled", "Called in")
        assert DemoVisit.objects.get(appointment=mine).is_released


def test_it_starts_again_after_people_worked_in_it(small):
    """Somebody rooms a patient and ticks a block of check-in: the next start leaves both to them."""
    from clinic.core.actor import Actor
    from clinic.desk.models import DeskBlock
    from clinic.desk.workflows import record_block
    from scheduling.models import Room
    from scheduling.services.visits import check_in, move_visit

    with frozen("2026-11-24T12:05"):
        top_up()
        clerk = Member.objects.get(username="frontdesk")
        by = Actor(member_id=clerk.pk, label=clerk.name, ip="127.0.0.1")
        coming = [row for row in sorted(todays(), key=lambda one: one.starts_at) if row.state in UPCOMING]
        roomed = next(row for row in coming if row.visit_type.needs_room)
        ticked = next(row for row in coming if row.pk != roomed.pk)
        room = Room.objects.filter(state="available", kind=roomed.visit_type.room_kind or "exam").first()
        check_in(by=by, appointment=roomed)
        move_visit(by=by, appointment=roomed, to="roomed", room=room)
        record_block(by=by, appointment=ticked, block="demographics", outcome="done")
    with frozen("2026-11-24T13:00"):
        top_up()
        roomed.refresh_from_db()
        assert (roomed.state, roomed.room_id) == ("roomed", room.pk)
        assert DeskBlock.objects.get(appointment=ticked, block="demographics").by_id == clerk.pk
        _is_consistent()


def test_the_command_does_nothing_outside_the_demo(settings):
    settings.CLINIC_DEMO = False
    with pytest.raises(CommandError, match="This is not a demo"):
        call_command("seed_demo")
    assert Member.objects.count() == 0


def test_a_clinic_that_somebody_set_up_is_left_alone(clinic_of_somebody):
    top_up()
    assert (Patient.objects.count(), Appointment.objects.count(), Member.objects.count()) == (0, 0, 1)


@pytest.fixture
def clinic_of_somebody(db):
    """A first administrator, and nothing of the demo's."""
    from tests.factories.staff import make_member

    return make_member("administrator")
