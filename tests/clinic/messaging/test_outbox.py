"""Looking through the outbox: filters, reasons, and what can be decided from the list."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.queries.outbox import Filters, outbox, reasons
from clinic.messaging.rules.states import State
from clinic.staff.roles import Role
from tests.factories.messaging import make_message, make_reachable
from tests.factories.staff import make_member, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def void(reason, **fields):
    message = make_message(**fields)
    Message.objects.filter(pk=message.pk).update(state=State.VOID, void_reason=reason)
    return message


@pytest.fixture
def desk():
    return signed_in(make_member(Role.FRONT_DESK))


def test_filters_narrow_by_channel_kind_day_and_reason():
    patient = make_reachable(email="maria@example.org")
    mail = make_message(
        patient, channel="email", address="maria@example.org", subject=f"appointment:{patient.pk}"
    )
    later = make_message(planned_at=now() + timedelta(days=2), not_after=now() + timedelta(days=3))
    booked = make_message(purpose="confirmation", template_code="visit_booked")
    gone = void("Opted out.")
    void("Too late to be of use.")

    def found(tab, **filters):
        return set(outbox(tab, Filters(**filters)))

    assert found("waiting") == {mail, later, booked}
    assert found("waiting", channel="email") == {mail}
    assert found("waiting", purpose="confirmation") == {booked}
    assert found("waiting", first_day=date(2026, 3, 11)) == {later}
    assert found("waiting", last_day=date(2026, 3, 10)) == {mail, booked}
    assert found("void", reason="Opted out.") == {gone}


def test_reasons_are_counted_the_most_frequent_first():
    for reason in ("Opted out.", "Too late.", "Opted out."):
        void(reason)
    assert reasons("void") == [("Opted out.", 2), ("Too late.", 1)]
    assert reasons("left") == []


def test_the_page_keeps_its_filters_and_drops_what_can_not_be(desk):
    void("Opted out.")
    void("Too late.")
    url = reverse("messaging:outbox")
    page = desk.get(url, {"tab": "void", "reason": "Opted out.", "channel": "sms"}).content.decode()
    assert "tab=failed&amp;channel=sms" in page
    assert page.count("message-cell") == 1
    wrong = {"tab": "void", "channel": "pigeon", "first_day": "yesterday", "purpose": "x"}
    assert desk.get(url, wrong).content.decode().count("message-cell") == 2


def test_a_failure_is_decided_from_the_list(desk):
    make_message(state=State.FAILED)
    page = desk.get(reverse("messaging:outbox"), {"tab": "failed"}).content.decode()
    assert "Try again" in page
    assert "Do not retry" in page
    reader = signed_in(make_member(Role.LEAD_MA))
    assert "Do not retry" not in reader.get(reverse("messaging:outbox"), {"tab": "failed"}).content.decode()
