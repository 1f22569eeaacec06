"""Recalls: asked within the limits of contact, closed by a booking or a reason, opened again when it falls through."""

from datetime import timedelta

import pytest
import time_machine

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused, Stale
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.services import plan_message
from clinic.messaging.tasks import send_due
from scheduling.models import ContactAttempt, Recall, RecallReason
from scheduling.queries.recalls import recall_line, recall_rows
from scheduling.services.attempts import log_attempt
from scheduling.services.booking import cancel_appointment, reschedule_appointment
from scheduling.services.recalls import close_recall, contact_recalls, settle_recalls
from tests.factories.messaging import consent, make_reachable, number_of
from tests.factories.outreach import recall
from tests.factories.scheduling import TUESDAY, Clinic, at, visit_type

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY + timedelta(days=7)


@pytest.fixture
def clock():
    with time_machine.travel(at("10:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(db, clock):
    return Clinic()


def of(row) -> Message:
    return Message.objects.get(subject=f"recall:{row.pk}")


def lines(view: str) -> list:
    return [recall_line(row) for row in recall_rows(view)]


def test_a_reason_once_and_only_for_the_living(clinic):
    row = recall(clinic)
    with pytest.raises(Conflict, match="on the recall list for this"):
        recall(clinic, row.patient)
    with pytest.raises(Refused, match="deceased"):
        recall(clinic, make_reachable(deceased_on=TUESDAY))
    RecallReason.objects.filter(code="pap").update(visit_type=None)
    with pytest.raises(Refused, match="kind of visit"):
        recall(clinic, reason="pap")
    assert (row.visit_type.code, Recall.objects.count()) == ("wellness", 1)


def test_bulk_outreach_plans_one_message_or_a_call(clinic):
    texts, silent, closed = recall(clinic), recall(clinic, make_reachable(texts=False)), recall(clinic)
    close_recall(by=clinic.by, recall=closed, outcome="declined")
    done = contact_recalls(by=clinic.by, recalls=[texts, silent, closed])
    assert (done.planned, done.calls, done.skipped) == (1, 1, 1)
    again = contact_recalls(by=clinic.by, recalls=[texts])
    assert (again.planned, again.calls, again.skipped) == (0, 0, 1)
    message = of(texts)
    assert (message.purpose, message.state) == ("recall", "planned")
    assert "plan your next visit" in message.body
    silent.refresh_from_db()
    assert (silent.needs_call, silent.why_call) == (True, "The patient has not agreed to messages.")
    send_due()
    assert of(texts).state in ("sent", "delivered")
    assert [line.id for line in lines("calls")] == [silent.pk]
    assert {line.id for line in lines("asked")} == {texts.pk}


def test_after_the_pause_a_patient_may_be_asked_again(clinic, clock):
    row = recall(clinic)
    contact_recalls(by=clinic.by, recalls=[row])
    clock.shift(timedelta(days=14, minutes=1))
    assert contact_recalls(by=clinic.by, recalls=[row]).planned == 1
    assert Message.objects.filter(subject=f"recall:{row.pk}").count() == 2


def test_one_message_a_day_holds_a_recall_until_tomorrow(clinic, clock):
    patient = make_reachable()
    plan_message(
        by=clinic.by, key="earlier", patient=patient, purpose="reminder", channel="sms", address=number_of(patient),
        template_code="visit_reminder", planned_at=now(), not_after=now() + timedelta(hours=8), zone=clinic.location.zone,
        variables={"first_name": "M", "clinic": "C", "date": "Tue, Mar 10", "time": "9:00 AM", "phone": "1"},
    )  # fmt: skip
    send_due()
    row = recall(clinic, patient)
    contact_recalls(by=clinic.by, recalls=[row])
    send_due()
    assert (of(row).state, of(row).held_reason) == ("held", "The patient got enough messages lately.")
    clock.move_to(at("9:30", TUESDAY + timedelta(days=1)))
    send_due()
    assert of(row).left_at is not None


def test_asked_at_night_it_leaves_in_the_morning(clinic, clock):
    clock.move_to(at("22:00"))
    row = recall(clinic)
    contact_recalls(by=clinic.by, recalls=[row])
    assert of(row).planned_at == at("9:00", TUESDAY + timedelta(days=1))


def test_what_cannot_leave_becomes_a_call_once(clinic):
    row = recall(clinic)
    contact_recalls(by=clinic.by, recalls=[row])
    consent(row.patient, number_of(row.patient), is_granted=False)
    send_due()
    assert of(row).state == "void"
    assert settle_recalls() == 1
    row.refresh_from_db()
    assert row.needs_call
    assert settle_recalls() == 0
    assert AuditEvent.objects.filter(action="recall.contacted", detail__channel="call").count() == 1


def test_a_booking_closes_it_and_takes_the_message_back(clinic, clock):
    row = recall(clinic)
    contact_recalls(by=clinic.by, recalls=[row])
    clock.shift(timedelta(minutes=5))
    other = clinic.book("10:00", day=NEXT_WEEK, patient=row.patient)
    assert settle_recalls() == 0  # another kind of visit is no booking of this
    cancel_appointment(by=clinic.by, appointment=other, reason="patient_conflict")
    visit = clinic.book("10:00", day=NEXT_WEEK, patient=row.patient, visit_type=visit_type("wellness"))
    assert settle_recalls() == 1
    row.refresh_from_db()
    assert (row.outcome, row.visit_id, row.closed_by_label) == (
        "booked",
        visit.pk,
        "system:scheduling.settle_recalls",
    )
    assert of(row).state == "void"
    assert settle_recalls() == 0


def test_a_booking_that_falls_through_opens_it_again(clinic, clock):
    row = recall(clinic)
    clock.shift(timedelta(minutes=5))
    visit = clinic.book("10:00", day=NEXT_WEEK, patient=row.patient, visit_type=visit_type("wellness"))
    settle_recalls()
    moved = reschedule_appointment(by=clinic.by, appointment=visit, starts_at=at("11:00", NEXT_WEEK))
    settle_recalls()
    row.refresh_from_db()
    assert (row.outcome, row.visit_id) == ("booked", moved.pk)
    cancel_appointment(by=clinic.by, appointment=moved, reason="patient_cost")
    assert settle_recalls() == 1
    row.refresh_from_db()
    assert (row.outcome, row.closed_at, row.needs_call) == ("", None, True)
    assert row.why_call == "The visit was not kept: cancelled."
    assert settle_recalls() == 0


def test_only_coded_reasons_close_it(clinic):
    row = recall(clinic)
    for outcome in ("booked", "", "forgotten"):
        with pytest.raises(Refused):
            close_recall(by=clinic.by, recall=row, outcome=outcome)
    with pytest.raises(Refused, match="who released it"):
        close_recall(by=clinic.by, recall=row, outcome="released")
    with pytest.raises(Stale):
        close_recall(by=clinic.by, recall=row, outcome="declined", version=9)
    close_recall(by=clinic.by, recall=row, outcome="released", note="Dr. Shah: seen elsewhere")
    with pytest.raises(Refused, match="closed: released"):
        close_recall(by=clinic.by, recall=row, outcome="declined")
    assert recall(clinic, row.patient).pk != row.pk  # a new one may be opened afterwards


def test_calls_are_kept_with_their_outcome(clinic):
    row = recall(clinic)
    log_attempt(by=clinic.by, recall=row, outcome="left_message")
    log_attempt(by=clinic.by, recall=row, outcome="wrong_number")
    with pytest.raises(Refused, match="how the call ended"):
        log_attempt(by=clinic.by, recall=row, outcome="confirmed")
    (line,) = lines("due")
    assert (line.calls, line.last_call) == (2, "Wrong number")
    assert row.patient.tasks.get().title == "Correct a phone number"
    log_attempt(by=clinic.by, recall=row, outcome="wrong_number")
    assert row.patient.tasks.count() == 1
    close_recall(by=clinic.by, recall=row, outcome="declined")
    with pytest.raises(Refused, match="closed"):
        log_attempt(by=clinic.by, recall=row, outcome="left_message")
    assert ContactAttempt.objects.count() == 3
