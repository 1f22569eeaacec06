"""Rows that raise, in every sweep: the others go their way, and people see what was left."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.failures import note_failure
from clinic.core.models import FailedWork
from clinic.core.time import now
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.rules.states import State
from clinic.messaging.services import reports
from clinic.messaging.subjects import register_subject
from clinic.messaging.tasks import resolve_uncertain, send_due, settle_replies
from clinic.staff.models import MemberMail
from clinic.staff.roles import Role
from clinic.staff.services import mail
from clinic.staff.tasks import send_pending_mail
from tests.factories.messaging import make_message, make_reachable, number_of
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db


def poison(subject_id, message=None, **_):
    raise RuntimeError("a fault above")


@pytest.fixture(autouse=True)
def _poison_kind():
    register_subject("poison", check=poison, on_reply=poison)


def test_one_poison_row_in_the_middle_of_a_group(provider):
    messages = [make_message(subject="poison:1" if n == 5 else "") for n in range(12)]
    send_due()
    states = [Message.objects.get(pk=row.pk).state for row in messages]
    assert states == [State.SENT] * 5 + [State.DUE] + [State.SENT] * 6
    assert len(provider.taken) == 11


def test_after_five_tries_it_is_in_the_list_and_a_person_sends_it_again(provider, noon):
    bad = make_message(subject="poison:1")
    for _ in range(8):
        send_due()
        noon.shift(timedelta(minutes=31))
    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.is_staff_needed) == (State.FAILED, 5, True)
    desk = signed_in(make_member(Role.FRONT_DESK))
    page = desk.get(reverse("messaging:outbox"), {"tab": "failed"}).content.decode()
    assert "It could not be prepared (RuntimeError). Tried 5 times." in page
    assert bad.body[:60] in page.replace("&#x27;", "'")
    register_subject("poison", check=lambda subject_id, message: None)
    desk.post(reverse("messaging:message-retry", args=[bad.pk]))
    send_due()
    bad.refresh_from_db()
    assert bad.state == State.SENT
    assert [taken.message_id for taken in provider.taken] == [str(bad.pk)]


def test_a_text_that_the_program_stumbles_over_is_read_by_a_person(provider):
    ids = []
    for n, subject in enumerate(["poison:1", ""]):
        patient = make_reachable()
        message = make_message(patient, subject=subject)
        Message.objects.filter(pk=message.pk).update(state=State.SENT, left_at=now())
        ids.append(
            InboundMessage.objects.create(
                gateway="twilio", ref=f"SM{n}", from_address=number_of(patient), body="yes", received_at=now(),
                meaning="confirm" if subject else "help",
            ).pk
        )  # fmt: skip
    settle_replies()
    first, second = (InboundMessage.objects.get(pk=pk) for pk in ids)
    assert (first.needs_person, first.outcome) == (True, "The program could not act on this.")
    assert (second.needs_person, second.outcome) == (False, "Told how to reach us.")


def test_a_doubt_that_cant_be_asked_about_stops_no_other_and_is_shown_in_time(provider, noon, monkeypatch):
    provider.script.extend(["lose", "lose"])
    bad, good = make_message(), make_message()
    send_due()
    real = reports._resolve

    def resolve(message_id):
        if message_id == bad.pk:
            raise RuntimeError("a fault")
        real(message_id)

    monkeypatch.setattr(reports, "_resolve", resolve)
    resolve_uncertain()
    good.refresh_from_db()
    assert good.state == State.SENT
    for _ in range(8):
        noon.shift(timedelta(minutes=1))
        resolve_uncertain()
    bad.refresh_from_db()
    assert (bad.state, bad.is_staff_needed) == (State.UNCERTAIN, True)


def test_a_gateway_that_is_no_longer_there_stops_no_other(provider, noon):
    lost, good = make_message(), make_message()
    Message.objects.filter(pk=lost.pk).update(
        state=State.SENDING, gateway="gone", attempts=1, lease_until=now() - timedelta(seconds=1)
    )
    send_due()
    lost.refresh_from_db()
    good.refresh_from_db()
    assert good.state == State.SENT
    assert (lost.state, lost.is_staff_needed) == (State.UNCERTAIN, True)


def test_a_mail_that_raises_stops_no_other_and_is_tried_five_times(noon, monkeypatch):
    member = make_member(email="a@example.org")
    bad, good = (MemberMail.objects.create(member=member, kind=MemberMail.RESET) for _ in range(2))
    MemberMail.objects.update(next_try_at=now())
    tried = []

    def deliver(row):
        tried.append(row.pk)
        if row.pk == bad.pk:
            raise KeyError("a template without its variable")
        return True

    monkeypatch.setattr(mail, "_deliver", deliver)
    for _ in range(10):
        send_pending_mail()
        noon.shift(timedelta(hours=1, minutes=1))
    good.refresh_from_db()
    assert good.sent_at is not None
    assert tried.count(bad.pk) == 5
    row = FailedWork.objects.get()
    assert (row.task, row.item, row.times) == ("staff.send_pending_mail", str(bad.pk), 5)


class TestFailedWorkPage:
    def test_a_manager_sees_what_was_given_up_and_tries_it_again(self, noon):
        for _ in range(5):
            note_failure("scheduling.plan_reminders", "0190-visit", ValueError())
        row = FailedWork.objects.get()
        manager = signed_in(make_member(Role.MANAGER))
        page = manager.get(reverse("messaging:failed-work")).content.decode()
        assert "scheduling.plan_reminders" in page
        assert "0190-visit" in page
        assert reverse("messaging:failed-work-retry", args=[row.pk]) in page
        manager.post(reverse("messaging:failed-work-retry", args=[row.pk]))
        row.refresh_from_db()
        assert (row.times, row.next_try_at) == (0, now())
        assert AuditEvent.objects.filter(action="failed_work.retried").count() == 1

    def test_the_desk_may_neither_see_nor_press(self, noon):
        note_failure("scheduling.plan_reminders", "1", ValueError())
        desk = signed_in(make_member(Role.FRONT_DESK))
        retry = reverse("messaging:failed-work-retry", args=[FailedWork.objects.get().pk])
        assert desk.get(reverse("messaging:failed-work")).status_code == 403
        assert desk.post(retry).status_code == 403
        assert FailedWork.objects.get().times == 1
