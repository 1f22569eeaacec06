"""Working off the outbox against a provider that loses answers, refuses and fails."""

from datetime import timedelta

import httpx
import pytest

from clinic.audit.models import AuditEvent
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.gateways import twilio
from clinic.messaging.gateways.base import NoAnswer
from clinic.messaging.models import Attempt, ContactConsent, Message
from clinic.messaging.rules.states import State
from clinic.messaging.services import consent as consent_service
from clinic.messaging.services import reports, sending
from clinic.messaging.subjects import register_subject
from clinic.messaging.tasks import resolve_uncertain, send_due
from tests.factories.messaging import SYSTEM, consent, make_message, make_reachable, number_of

pytestmark = pytest.mark.django_db


def again(message):
    message.refresh_from_db()
    return message


def test_a_due_message_leaves_once_however_often_the_task_runs(provider):
    message = make_message()
    for _ in range(3):
        send_due()
    assert provider.bodies() == [message.body]
    assert again(message).state == State.SENT
    assert message.gateway_ref == provider.taken[0].sid
    assert message.tries.get().outcome == Attempt.Outcome.ACCEPTED
    assert AuditEvent.objects.filter(action="message.sent").count() == 1


def test_a_message_ahead_stays_where_it_is(provider):
    message = make_message(planned_at=now() + timedelta(hours=2))
    send_due()
    assert provider.taken == []
    assert again(message).state == State.PLANNED


def test_a_lost_answer_is_asked_about_and_never_sent_twice(provider, noon):
    provider.script.append("lose")
    message = make_message()
    send_due()
    assert again(message).state == State.UNCERTAIN
    send_due()
    assert len(provider.taken) == 1
    resolve_uncertain()
    assert again(message).state == State.SENT
    assert message.gateway_ref == provider.taken[0].sid
    assert len(provider.taken) == 1
    resolve_uncertain()
    send_due()
    assert len(provider.taken) == 1


def test_what_never_arrived_is_sent_again_after_the_provider_said_so(provider, noon):
    provider.script.append("lose_before")
    message = make_message()
    send_due()
    assert again(message).state == State.UNCERTAIN
    resolve_uncertain()
    assert again(message).state == State.UNCERTAIN  # too early: the list may run behind
    noon.shift(timedelta(seconds=90))
    resolve_uncertain()
    assert again(message).state == State.DUE
    send_due()
    assert again(message).state == State.SENT
    assert len(provider.taken) == 1
    assert list(message.tries.order_by("number").values_list("outcome", flat=True)) == [
        "never_arrived",
        "accepted",
    ]


@pytest.mark.parametrize("word", ["500_taken", "garbage"])
def test_a_fault_after_the_hand_over_is_a_doubt(provider, word):
    provider.script.append(word)
    message = make_message()
    send_due()
    assert again(message).state == State.UNCERTAIN
    resolve_uncertain()
    assert again(message).state == State.SENT
    assert len(provider.taken) == 1


def test_an_answer_that_takes_too_long_is_a_doubt(provider, monkeypatch):
    monkeypatch.setattr(twilio, "TIMEOUT", httpx.Timeout(0.2))
    provider.script.append("slow")
    message = make_message()
    send_due()
    assert again(message).state == State.UNCERTAIN
    monkeypatch.undo()
    resolve_uncertain()
    assert again(message).state == State.SENT
    assert len(provider.taken) == 1


def test_two_doubts_with_the_same_words_are_told_apart(provider):
    provider.script.extend(["lose", "lose"])
    patient = make_reachable()
    first = make_message(patient, purpose="confirmation")
    second = make_message(patient, purpose="confirmation")
    assert first.body == second.body
    send_due()
    resolve_uncertain()
    resolve_uncertain()
    assert {again(first).gateway_ref, again(second).gateway_ref} == {m.sid for m in provider.taken}
    assert first.state == second.state == State.SENT


def test_not_now_waits_as_long_as_the_provider_asks(provider, noon):
    provider.script.append("429")
    message = make_message()
    send_due()
    assert again(message).state == State.DUE
    assert message.next_try_at == now() + timedelta(seconds=40)
    send_due()
    assert provider.taken == []
    noon.shift(timedelta(seconds=41))
    send_due()
    assert again(message).state == State.SENT
    assert len(provider.taken) == 1


def test_after_five_tries_it_is_left_to_people(provider, noon):
    provider.script.extend(["503"] * 5)
    message = make_message()
    for _ in range(6):
        send_due()
        noon.shift(timedelta(minutes=20))
    assert again(message).state == State.FAILED
    assert message.is_staff_needed
    assert message.attempts == 5
    assert provider.taken == []


def test_a_refusal_is_final_and_says_why(provider):
    provider.script.append("21614")
    message = make_message()
    send_due()
    assert again(message).state == State.FAILED
    assert message.error == "This is not a mobile number."
    assert message.is_staff_needed
    send_due()
    assert provider.sends == 1


def test_an_opt_out_known_to_the_phone_company_is_kept(provider):
    provider.script.append("21610")
    patient = make_reachable()
    first = make_message(patient)
    later = make_message(patient, planned_at=now() + timedelta(hours=3))
    send_due()
    assert again(first).state == State.FAILED
    assert again(later).state == State.VOID
    assert ContactConsent.objects.filter(address=first.address, is_granted=False, how="carrier").count() == 1


def test_an_unreachable_provider_is_tried_later(provider, settings):
    settings.TWILIO = {**settings.TWILIO, "BASE_URL": "http://127.0.0.1:9"}
    message = make_message()
    send_due()
    assert again(message).state == State.DUE
    assert message.tries.get().outcome == Attempt.Outcome.LATER


def test_one_bad_message_never_stops_the_others(provider):
    def broken(subject_id, message):
        raise RuntimeError("a fault above")

    register_subject("broken", check=broken)
    bad = make_message(subject="broken:1")
    good = make_message()
    send_due()
    assert again(good).state == State.SENT
    assert again(bad).state == State.DUE
    assert "RuntimeError" in bad.error
    assert provider.bodies() == [good.body]


def test_a_message_that_can_never_be_prepared_ends_with_people(provider, noon):
    def broken(subject_id, message):
        raise RuntimeError("a fault above")

    register_subject("broken", check=broken)
    bad = make_message(subject="broken:1")
    for _ in range(6):
        send_due()
        noon.shift(timedelta(minutes=31))
    assert again(bad).state == State.FAILED
    assert bad.is_staff_needed
    assert provider.sends == 0


@pytest.mark.parametrize("reason", ["opted out", "no text", "died", "too late", "subject", "no consent"])
def test_nothing_leaves_when_something_changed_since_planning(provider, noon, reason):
    register_subject("changed", check=lambda subject_id, message: "The visit is cancelled.")
    patient = make_reachable(texts=reason != "no consent")
    message = make_message(patient, subject="changed:1" if reason == "subject" else "")
    if reason == "opted out":
        # Past the service, which would void it at once: what counts is the look at the moment of sending.
        ContactConsent.objects.create(
            patient=patient,
            channel="sms",
            address=message.address,
            purpose="all",
            is_granted=False,
            how="spoken",
            at=now(),
        )
    elif reason == "no text":
        patient.restrictions = {"no_text": True}
        patient.save()
    elif reason == "died":
        patient.deceased_on = now().date()
        patient.save()
    elif reason == "too late":
        noon.shift(timedelta(hours=13))
    send_due()
    assert provider.sends == 0
    assert again(message).state == State.VOID
    assert message.void_reason
    assert not message.tries.exists()


def test_outside_the_window_it_waits_for_nine(provider, noon):
    message = make_message(not_after=now() + timedelta(days=2))
    noon.shift(timedelta(hours=9))  # 9 PM in Chicago
    send_due()
    assert provider.sends == 0
    assert again(message).state == State.HELD
    assert message.next_try_at.isoformat() == "2026-03-11T14:00:00+00:00"
    noon.move_to(message.next_try_at)
    send_due()
    assert again(message).state == State.SENT


def test_the_second_of_a_day_and_the_fourth_of_a_week_are_held(provider, noon):
    patient = make_reachable()
    day = timedelta(days=1)
    for _ in range(3):
        make_message(patient)
        send_due()
        noon.shift(day)
    assert len(provider.taken) == 3
    fourth = make_message(patient, not_after=now() + 6 * day)
    send_due()
    assert len(provider.taken) == 3
    assert again(fourth).state == State.HELD
    noon.move_to(fourth.next_try_at + timedelta(minutes=1))
    noon.shift(timedelta(hours=1))
    send_due()
    assert len(provider.taken) == 4


def test_when_two_compete_for_a_day_the_later_reminder_yields(provider, noon):
    """The 2-hour reminder of one visit comes up before the 24-hour reminder of another, on the same day."""
    patient = make_reachable()
    soon = make_message(patient, planned_at=now(), not_after=now() + timedelta(hours=1))
    tomorrow = make_message(
        patient, planned_at=now() + timedelta(hours=4), not_after=now() + timedelta(hours=16)
    )
    send_due()
    assert provider.sends == 0
    assert again(soon).state == State.VOID
    assert soon.void_reason == "It yields to another reminder of today."
    noon.shift(timedelta(hours=4))
    send_due()
    assert again(tomorrow).state == State.SENT


def test_receipts_and_confirmations_do_not_count(provider):
    patient = make_reachable()
    make_message(patient)
    make_message(patient, purpose="confirmation")
    make_message(patient, purpose="receipt")
    send_due()
    assert len(provider.taken) == 3


def test_a_stop_in_the_middle_of_the_queue_voids_what_waits(provider):
    patient = make_reachable()
    message = make_message(patient, planned_at=now() + timedelta(hours=4))
    consent(patient, number_of(patient), is_granted=False)
    assert again(message).state == State.VOID
    assert message.void_reason == "Opted out."


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs, not even an except clause."""


@pytest.mark.parametrize("accepted", [True, False])
def test_killed_between_the_commit_and_the_record(provider, noon, monkeypatch, accepted):
    message = make_message()
    real = sending._call

    def die(*call):
        if accepted:
            real(*call)
        raise Killed

    monkeypatch.setattr(sending, "_call", die)
    with pytest.raises(Killed):
        send_due()
    monkeypatch.undo()
    assert again(message).state == State.SENDING
    assert message.tries.get().outcome == ""
    send_due()
    assert provider.sends == (1 if accepted else 0)  # the lease still holds: nobody touches it
    noon.shift(timedelta(seconds=60))
    resolve_uncertain()
    send_due()
    assert again(message).state == State.SENT
    assert len(provider.taken) == 1


def test_killed_before_the_attempt_it_is_simply_claimed_again(provider, noon, monkeypatch):
    message = make_message()
    token, claimed = sending.claim(10)
    assert [row.pk for row in claimed] == [message.pk]
    send_due()
    assert provider.sends == 0
    noon.shift(timedelta(seconds=46))
    send_due()
    assert again(message).state == State.SENT
    sending.send_group(claimed, token)  # the first worker wakes up again
    assert len(provider.taken) == 1


def test_a_doubt_goes_to_people_after_ten_minutes(provider, noon):
    provider.script.append("lose")
    provider.is_deaf_to_questions = True
    message = make_message()
    send_due()
    noon.shift(timedelta(minutes=5))
    resolve_uncertain()
    assert not again(message).is_staff_needed
    noon.shift(timedelta(minutes=6))
    resolve_uncertain()
    assert again(message).is_staff_needed
    assert message.state == State.UNCERTAIN
    assert provider.sends == 1


def test_an_unforeseen_fault_of_a_gateway_is_a_doubt(provider, monkeypatch):
    class Broken:
        name = "twilio"
        can_be_asked = True

        def send(self, message):
            raise ZeroDivisionError

    monkeypatch.setattr(gateways, "gateway", lambda name: Broken())
    message = make_message()
    send_due()
    assert again(message).state == State.UNCERTAIN


def test_the_database_refuses_a_second_open_attempt(provider):
    message = make_message(state=State.SENDING)
    Attempt.objects.create(message=message, number=1, gateway="twilio", started_at=now())
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(message=message, number=2, gateway="twilio", started_at=now())


def test_resolving_changes_nothing_about_a_message_that_is_settled(provider):
    message = make_message()
    send_due()
    before = Message.objects.filter(pk=message.pk).values().get()
    reports._note_answer(message.pk, NoAnswer("x"))
    assert Message.objects.filter(pk=message.pk).values().get() == before


def test_consent_of_one_purpose_leaves_the_other(provider):
    patient = make_reachable()
    reminder = make_message(patient, planned_at=now() + timedelta(hours=1))
    followup = make_message(patient, purpose="followup", planned_at=now() + timedelta(hours=1))
    consent_service.record_consent(
        by=SYSTEM,
        patient=patient,
        channel="sms",
        address=reminder.address,
        purpose="followup",
        is_granted=False,
    )
    assert again(reminder).state == State.PLANNED
    assert again(followup).state == State.VOID
