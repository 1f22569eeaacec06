"""The link in a message: opening it changes nothing, and it tells no more than the message did."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.tasks import send_due
from scheduling.services.booking import reschedule_appointment
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import at
from tests.scheduling.test_reminders import clinic, friday  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(clinic):  # noqa: F811
    made = clinic.book(
        "10:00", patient=make_reachable(first_name="Maria", last_name="Hiddenname"), reason="rash"
    )
    send_due()
    return made


def address(visit):
    token = Message.objects.get(subject=f"appointment:{visit.pk}", key__contains="|booked|").link_token
    return reverse("scheduling:patient-link", args=[token])


def test_the_token_has_at_least_128_random_bits(visit):
    token = address(visit).rsplit("/", 1)[1]
    assert len(token) == 22
    assert Message.objects.values("link_token").distinct().count() == Message.objects.count()


def test_opening_changes_nothing_and_tells_only_what_the_text_said(visit, client):
    before = AuditEvent.objects.count()
    for method in (client.get, client.head):
        response = method(address(visit))
        assert response.status_code == 200
    page = client.get(address(visit)).content.decode()
    visit.refresh_from_db()
    assert visit.state == "scheduled"
    assert AuditEvent.objects.count() == before
    assert "Tue, Mar 10" in page
    assert "Hiddenname" not in page
    assert "rash" not in page
    assert visit.visit_type.name not in page
    assert str(visit.pk) not in page


def test_the_address_stays_a_secret(visit, client):
    response = client.get(address(visit))
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("answer", "state"), [("confirm", "confirmed"), ("cancel", "cancelled")])
def test_the_buttons_act(visit, client, answer, state):
    response = client.post(address(visit), {"answer": answer})
    assert response.status_code == 200
    visit.refresh_from_db()
    assert visit.state == state
    event = AuditEvent.objects.get(action=f"appointment.{state}")
    assert event.actor == "patient by link"


def test_confirming_twice_is_harmless(visit, client):
    assert client.post(address(visit), {"answer": "confirm"}).status_code == 200
    assert client.post(address(visit), {"answer": "confirm"}).status_code == 200
    assert AuditEvent.objects.filter(action="appointment.confirmed").count() == 1


def test_bad_used_moved_and_expired_links_look_alike(visit, clinic, friday, client):  # noqa: F811
    good = address(visit)
    bad = client.get(reverse("scheduling:patient-link", args=["A" * 22]))
    reschedule_appointment(by=clinic.by, appointment=visit, starts_at=at("11:00"))
    moved = client.get(good)
    friday.move_to(at("10:00") + timedelta(minutes=1))
    expired = client.get(good)
    posted = client.post(good, {"answer": "cancel"})
    assert [r.status_code for r in (bad, moved, expired, posted)] == [404] * 4
    pages = {re.sub(rb'data-csrf="[^"]*"', b"", r.content) for r in (bad, moved, expired, posted)}
    assert len(pages) == 1


def test_an_unknown_answer_changes_nothing(visit, client):
    assert client.post(address(visit), {"answer": "delete"}).status_code == 404
    visit.refresh_from_db()
    assert visit.state == "scheduled"


def test_it_needs_the_csrf_token(visit):
    response = Client(enforce_csrf_checks=True).post(address(visit), {"answer": "cancel"})
    assert response.status_code == 403
    visit.refresh_from_db()
    assert visit.state == "scheduled"


def test_the_eleventh_try_in_a_minute_waits(visit, client):
    answers = [client.get(reverse("scheduling:patient-link", args=["B" * 22])).status_code for _ in range(11)]
    assert answers == [404] * 10 + [429]
    assert client.get(address(visit)).status_code == 429


def test_it_speaks_spanish(clinic, client):  # noqa: F811
    made = clinic.book("11:00", patient=make_reachable(language="es", first_name="Lucía"))
    send_due()
    page = client.get(address(made)).content.decode()
    assert "Sí, iré" in page
    assert 'lang="es"' in page


def test_a_message_that_never_left_opens_nothing(clinic, client):  # noqa: F811
    made = clinic.book("11:00", patient=make_reachable())
    row = Message.objects.get(subject=f"appointment:{made.pk}", key__contains="|reminder-24h|")
    assert row.planned_at > now()
    assert client.get(reverse("scheduling:patient-link", args=[row.link_token])).status_code == 404
