"""One switch keeps every message inside, says who and why, and lets them go again."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.messaging.models import SendingHold
from clinic.messaging.queries.hold import current_hold
from clinic.messaging.rules.states import State
from clinic.messaging.services import hold_sending, release_sending, sending
from clinic.messaging.tasks import resolve_uncertain, send_due
from clinic.staff.roles import Role
from tests.factories.messaging import SYSTEM, make_message
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db


def again(message):
    message.refresh_from_db()
    return message


def test_nothing_leaves_while_held_and_everything_after(provider):
    hold_sending(by=SYSTEM, reason="Restored from a backup.")
    message = make_message()
    send_due()
    assert provider.sends == 0
    assert again(message).state == State.PLANNED
    release_sending(by=SYSTEM)
    assert current_hold() is None
    send_due()
    assert provider.bodies() == [message.body]
    assert list(
        AuditEvent.objects.filter(action__startswith="messages.")
        .order_by("at")
        .values_list("action", flat=True)
    ) == ["messages.held", "messages.released"]


def test_what_is_claimed_when_the_hold_comes_goes_back_into_the_queue(provider):
    message = make_message()
    token, claimed = sending.claim(10)
    hold_sending(by=SYSTEM, reason="A wording is wrong.")
    sending.send_group(claimed, token)
    assert provider.sends == 0
    assert again(message).state == State.DUE
    assert (message.attempts, message.lease_until, message.lease_token) == (0, None, "")


def test_a_doubt_is_still_asked_about_and_not_sent_again(provider, noon):
    provider.script.append("lose_before")
    message = make_message()
    send_due()
    hold_sending(by=SYSTEM, reason="Restored from a backup.")
    noon.shift(timedelta(seconds=90))
    resolve_uncertain()
    send_due()
    assert again(message).state == State.DUE
    assert provider.taken == []


def test_a_second_hold_keeps_its_beginning_and_takes_the_newer_reason(noon):
    first = hold_sending(by=SYSTEM, reason="One.")
    noon.shift(timedelta(minutes=3))
    hold_sending(by=SYSTEM, reason="Two.")
    held = current_hold()
    assert (held.since, held.reason, held.by_label) == (first.since, "Two.", SYSTEM.label)
    assert SendingHold.objects.count() == 1


def test_it_wants_a_reason_and_something_to_release():
    with pytest.raises(Refused):
        hold_sending(by=SYSTEM, reason="  ")
    with pytest.raises(Refused):
        release_sending(by=SYSTEM)
    assert current_hold() is None


@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_the_hand_over_that_is_being_committed():
    """The hold comes between the look and its commit: it may only return when that commit is done."""
    is_held, order = threading.Event(), []

    def hold():
        try:
            hold_sending(by=SYSTEM, reason="Now.")
            order.append("held")
            is_held.set()
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    with transaction.atomic():
        sending.share_key(sending.HOLD_LOCK)
        thread.start()
        assert not is_held.wait(0.3)
        order.append("handed over")
    assert is_held.wait(10)
    thread.join()
    assert order == ["handed over", "held"]


class TestPages:
    def test_the_banner_says_who_and_why_and_a_manager_releases(self, noon):
        make_message(planned_at=now() + timedelta(hours=1))
        hold_sending(by=SYSTEM, reason="Restored from the backup of Monday.")
        manager = signed_in(make_member(Role.MANAGER))
        page = manager.get(reverse("messaging:outbox")).content.decode()
        assert "Sending is held." in page
        assert "Restored from the backup of Monday." in page
        assert SYSTEM.label in page
        assert reverse("messaging:release") in page
        answer = manager.post(reverse("messaging:release"))
        assert (answer.status_code, answer.url) == (302, reverse("messaging:outbox"))
        assert current_hold() is None
        assert "Sending is held." not in manager.get(reverse("messaging:outbox")).content.decode()

    def test_the_desk_sees_it_and_may_not_release(self, noon):
        hold_sending(by=SYSTEM, reason="Restored.")
        desk = signed_in(make_member(Role.FRONT_DESK))
        page = desk.get(reverse("messaging:outbox")).content.decode()
        assert "Sending is held." in page
        assert reverse("messaging:release") not in page
        assert desk.post(reverse("messaging:release")).status_code == 403
        assert desk.post(reverse("messaging:hold"), {"reason": "x"}).status_code == 403
        assert current_hold() is not None

    def test_an_administrator_holds_and_releases_from_the_rules(self, noon):
        administrator = signed_in(make_member(Role.ADMINISTRATOR))
        assert administrator.get(reverse("messaging:hold")).status_code == 200
        answer = administrator.post(reverse("messaging:hold"), {"reason": "A wrong wording."})
        assert (answer.status_code, answer.url) == (302, reverse("messaging:templates"))
        assert current_hold().reason == "A wrong wording."
        assert "A wrong wording." in administrator.get(reverse("messaging:templates")).content.decode()
        administrator.post(reverse("messaging:release"))
        assert current_hold() is None
