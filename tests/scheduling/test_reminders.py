"""Reminders follow the appointment: planned with it, replaced when it moves, void when it ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from clinic.audit.models import AuditEvent
from clinic.core.models import FailedWork
from clinic.core.time import now
from clinic.messaging.models import ContactConsent, InboundMessage, Message, MessageTemplate
from clinic.messaging.rules.states import State
from clinic.messaging.services.replies import receive_text
from clinic.messaging.tasks import send_due, settle_replies
from scheduling.models import Appointment, ReminderPolicy
from scheduling.services import reminder_sweep, reminders
from scheduling.services.booking import cancel_appointment, reschedule_appointment
from scheduling.services.reminder_policy import save_reminder_policy
from scheduling.services.reminder_sweep import plan_missing
from scheduling.services.reminders import plan_reminders
from scheduling.tasks.reminders import plan_reminders as sweep
from tests.factories.messaging import make_reachable, number_of
from tests.factories.scheduling import Clinic, at, make_patient, visit_type
from tests.support.statements import counted

pytestmark = pytest.mark.django_db

# Friday, March 6, 2026, 10 AM in Chicago: four days before the clinic's Tuesday, which is after the clock change.
BOOKED = datetime(2026, 3, 6, 16, tzinfo=UTC)


@pytest.fixture
def friday():
    with time_machine.travel(BOOKED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(friday):
    return Clinic()


def slots(appointment, **where):
    rows = Message.objects.filter(subject=f"appointment:{appointment.pk}", **where)
    return {key.split("|")[1]: planned for key, planned in rows.values_list("key", "planned_at")}


def test_booking_plans_every_reminder_in_the_same_transaction(clinic):
    visit = clinic.book("10:00", patient=make_reachable())
    assert slots(visit) == {
        "booked": BOOKED,
        "reminder-72h": at("10:00") - timedelta(hours=72),
        "reminder-24h": at("10:00") - timedelta(hours=24),
        "reminder-2h": at("8:00") - timedelta(hours=12, minutes=15),  # 8 AM is too early: the evening before
    }


def test_a_booking_that_fails_leaves_no_message(clinic):
    def book_and_fail():
        with transaction.atomic():
            clinic.book("10:00", patient=make_reachable())
            raise RuntimeError("what comes after fails")

    with pytest.raises(RuntimeError):
        book_and_fail()
    assert Message.objects.count() == 0


def test_planning_twice_adds_nothing(clinic):
    visit = clinic.book("10:00", patient=make_reachable())
    before = sorted(Message.objects.values_list("pk", flat=True))
    plan_reminders(by=clinic.by, appointment=visit)
    sweep()
    sweep()
    assert sorted(Message.objects.values_list("pk", flat=True)) == before


def test_what_is_past_is_not_planned(clinic, friday):
    friday.move_to(at("10:00") - timedelta(hours=20))
    visit = clinic.book("10:00", patient=make_reachable())
    assert set(slots(visit)) == {"booked", "reminder-2h"}


def test_nobody_without_consent_or_address_is_written_to(clinic):
    clinic.book("9:00", patient=make_reachable(texts=False))
    clinic.book("10:00", patient=make_patient())
    assert Message.objects.count() == 0


def test_without_consent_to_texts_the_email_is_used(clinic):
    patient = make_reachable(texts=False, email="maria@example.org")
    visit = clinic.book("10:00", patient=patient)
    rows = Message.objects.filter(subject=f"appointment:{visit.pk}")
    assert set(rows.values_list("channel", "address")) == {("email", "maria@example.org")}
    assert rows.count() == 4


def test_a_text_says_who_where_when_and_nothing_else(clinic):
    patient = make_reachable(first_name="Maria", last_name="Unusualname")
    visit = clinic.book("10:00", patient=patient, reason="rash and fever")
    for message in Message.objects.all():
        assert "Tue, Mar 10" in message.body
        assert "10:00 AM" in message.body
        assert "Unusualname" not in message.body
        assert "rash" not in message.body
        assert visit.visit_type.name.lower() not in message.body.lower()
        assert len(message.body) <= 160


def test_a_spanish_speaker_is_written_to_in_spanish(clinic):
    visit = clinic.book("10:00", patient=make_reachable(language="es-MX"))
    message = Message.objects.get(key__contains="|reminder-24h|", subject=f"appointment:{visit.pk}")
    assert message.language == "es"
    assert "su cita es mar 10 mar 10:00 AM" in message.body


def test_moving_the_visit_replaces_its_reminders(clinic):
    visit = clinic.book("10:00", patient=make_reachable())
    moved = reschedule_appointment(by=clinic.by, appointment=visit, starts_at=at("11:00"))
    assert set(Message.objects.filter(subject=f"appointment:{visit.pk}").values_list("state", flat=True)) == {
        State.VOID
    }
    assert slots(moved, state=State.PLANNED)["reminder-24h"] == at("11:00") - timedelta(hours=24)


def test_cancelling_voids_them_and_the_sweep_brings_none_back(clinic):
    visit = clinic.book("10:00", patient=make_reachable())
    cancel_appointment(by=clinic.by, appointment=visit, reason="patient_conflict")
    sweep()
    assert set(Message.objects.values_list("state", flat=True)) == {State.VOID}


def test_nothing_leaves_for_a_visit_that_changed_behind_the_services(clinic, friday):
    """The look at the moment of sending does not rely on anybody having voided the row."""
    patient = make_reachable()
    visit = clinic.book("10:00", patient=patient)
    Message.objects.update(state=State.PLANNED)
    Appointment.objects.filter(pk=visit.pk).update(starts_at=at("11:30"), ends_at=at("12:00"))
    friday.move_to(at("10:00") - timedelta(hours=24))
    send_due()
    left = Message.objects.filter(key__contains="|reminder-").exclude(left_at=None)
    assert left.count() == 0
    due = Message.objects.get(key__contains="|reminder-24h|")
    assert due.void_reason == "The visit has moved to another time."


def test_nothing_goes_to_a_number_that_was_taken_off_the_file(clinic, friday):
    patient = make_reachable()
    clinic.book("10:00", patient=patient)
    patient.contacts.update(is_active=False)
    send_due()
    assert (
        Message.objects.get(key__contains="|booked|").void_reason
        == "The patient no longer has this number or address."
    )


def test_in_capture_mode_they_are_kept_inside(clinic, friday):
    clinic.book("10:00", patient=make_reachable())
    for hours in (0, 26, 48, 24):
        friday.shift(timedelta(hours=hours))
        send_due()
        send_due()
    states = dict(Message.objects.values_list("template_code", "state"))
    assert states["visit_booked"] == State.DELIVERED
    assert states["visit_link"] == State.DELIVERED
    assert set(Message.objects.exclude(left_at=None).values_list("gateway", flat=True)) == {"capture"}


def test_a_sweep_takes_as_many_statements_for_three_visits_as_for_one(clinic):
    def swept(clocks) -> int:
        for clock in clocks:
            clinic.book(clock, patient=make_reachable())
        Message.objects.all().delete()
        with counted() as log:
            assert plan_missing() == 3 * len(Appointment.objects.all())
        return len(log)

    swept(["8:00"])
    one = swept([])
    assert swept(["9:00", "10:00"]) == one


def test_visits_beyond_the_first_page_are_planned_too(clinic, monkeypatch):
    monkeypatch.setattr(reminder_sweep, "PAGE", 2)
    for clock in ("8:00", "8:30", "9:00", "9:30", "10:00"):
        clinic.book(clock, patient=make_reachable())
    Message.objects.all().delete()
    assert plan_missing() == 15
    assert plan_missing() == 0


def test_one_visit_that_can_not_be_planned_stops_no_other(clinic, monkeypatch):
    visits = [clinic.book(clock, patient=make_reachable()) for clock in ("8:00", "9:00", "10:00")]
    Message.objects.all().delete()
    real = reminders.variables_of

    def stumble(appointment, channel="sms"):
        if appointment.pk == visits[1].pk:
            raise ValueError("a row that raises")
        return real(appointment, channel)

    monkeypatch.setattr(reminders, "variables_of", stumble)
    plan_missing()
    planned = set(Message.objects.values_list("subject", flat=True))
    assert planned == {f"appointment:{visit.pk}" for visit in (visits[0], visits[2])}
    assert FailedWork.objects.get().item == str(visits[1].pk)


def test_a_new_policy_is_carried_out_by_the_sweep(clinic, friday):
    visit = clinic.book("10:00", patient=make_reachable())
    save_reminder_policy(by=clinic.by, hours_before=48, channel="sms", template_code="visit_reminder")
    friday.shift(timedelta(hours=24))  # further ahead the sweep has no reason to look
    sweep()
    assert slots(visit)["reminder-48h"] == at("10:00") - timedelta(hours=48)


def test_a_type_s_own_policy_replaces_the_general_one(clinic):
    kind = visit_type()
    save_reminder_policy(
        by=clinic.by, hours_before=24, channel="sms", template_code="visit_reminder", visit_type=kind
    )
    visit = clinic.book("10:00", patient=make_reachable())
    assert set(slots(visit)) == {"reminder-24h"}


def test_switching_one_off_from_today(clinic):
    save_reminder_policy(
        by=clinic.by, hours_before=2, channel="sms", template_code="visit_soon", is_active=False
    )
    visit = clinic.book("10:00", patient=make_reachable())
    assert "reminder-2h" not in slots(visit)
    assert ReminderPolicy.objects.filter(hours_before=2, channel="sms").count() == 2


def test_a_wording_that_fails_never_stops_a_booking(clinic):
    from clinic.core.ids import uuid7

    row = MessageTemplate.objects.get(code="visit_reminder", channel="sms", language="en")
    MessageTemplate.objects.create(
        id=uuid7(), code=row.code, channel="sms", language="en", version=2, purpose=row.purpose, name=row.name,
        body="{clinic} {last_name}",
    )  # fmt: skip
    visit = clinic.book("10:00", patient=make_reachable())
    assert "reminder-24h" not in slots(visit)
    assert "reminder-72h" in slots(visit)
    assert AuditEvent.objects.filter(action="reminder.not_planned").count() == 1


class TestReplies:
    def reply(self, patient, body, ref="SM1"):
        receive_text(
            gateway="twilio",
            ref=ref,
            from_address=number_of(patient),
            to_address="+13125550100",
            body=body,
            received_at=now(),
        )
        settle_replies()
        settle_replies()

    def test_c_confirms_the_visit_once(self, clinic):
        patient = make_reachable()
        visit = clinic.book("10:00", patient=patient)
        send_due()
        self.reply(patient, "C")
        visit.refresh_from_db()
        assert visit.state == "confirmed"
        assert visit.confirmed_at == BOOKED
        receipt = Message.objects.get(purpose="receipt")
        assert "is confirmed" in receipt.body
        assert InboundMessage.objects.get().outcome == "Visit confirmed."

    def test_2_cancels_it_and_its_reminders(self, clinic):
        patient = make_reachable()
        visit = clinic.book("10:00", patient=patient)
        send_due()
        self.reply(patient, "2")
        visit.refresh_from_db()
        assert visit.state == "cancelled"
        waiting = Message.objects.filter(purpose="reminder")
        assert set(waiting.values_list("state", flat=True)) == {State.VOID}

    def test_r_and_questions_go_to_people_and_change_nothing(self, clinic):
        patient = make_reachable()
        visit = clinic.book("10:00", patient=patient)
        send_due()
        self.reply(patient, "R")
        self.reply(patient, "can I bring my dog", ref="SM2")
        visit.refresh_from_db()
        assert visit.state == "scheduled"
        assert InboundMessage.objects.filter(needs_person=True).count() == 2

    def test_a_shared_number_with_two_visits_is_for_a_person(self, clinic):
        mother = make_reachable()
        child = make_reachable(number=number_of(mother))
        first = clinic.book("9:00", patient=mother)
        second = clinic.book("10:00", patient=child)
        send_due()
        self.reply(mother, "yes")
        for visit in (first, second):
            visit.refresh_from_db()
            assert visit.state == "scheduled"
        assert InboundMessage.objects.get().outcome == "Several visits could be meant."

    def test_a_reply_after_the_visit_was_cancelled_goes_to_a_person(self, clinic):
        patient = make_reachable()
        visit = clinic.book("10:00", patient=patient)
        send_due()
        cancel_appointment(by=clinic.by, appointment=visit, reason="provider")
        self.reply(patient, "yes")
        assert InboundMessage.objects.get().needs_person

    def test_stop_is_kept_whatever_the_visit_does(self, clinic):
        patient = make_reachable()
        clinic.book("10:00", patient=patient)
        send_due()
        self.reply(patient, "STOP")
        assert Message.objects.filter(purpose="reminder", state=State.VOID).count() == 3
        assert ContactConsent.objects.filter(is_granted=False).count() == 2
        clinic.book("11:00", patient=patient, provider=None, day=date(2026, 3, 17))
        assert Message.objects.filter(purpose="reminder").exclude(state=State.VOID).count() == 0
