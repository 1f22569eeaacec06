"""What messages came to in a period, counted one by one."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.queries.figures import Delivery, Span, by_day, delivery
from clinic.messaging.rules.states import State
from clinic.messaging.services.outcome import note_answer
from clinic.messaging.services.reach import note_gone
from clinic.staff.roles import Role
from tests.clinic.messaging.conftest import NOON
from tests.factories.messaging import SYSTEM, consent, make_message, make_reachable, number_of
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
TODAY = date(2026, 3, 10)


def left(state=State.DELIVERED, *, at=None, **fields):
    message = make_message(**fields)
    moment = at or now()
    Message.objects.filter(pk=message.pk).update(state=state, left_at=moment, planned_at=moment)
    return message


def failed(**fields):
    message = make_message(**fields)
    Message.objects.filter(pk=message.pk).update(state=State.FAILED)
    return message


def test_each_is_counted_once_and_where_it_belongs():
    for _ in range(3):
        left()
    first, second = left(State.SENT), left(State.UNCERTAIN)
    left(purpose="receipt")
    left(at=NOON - timedelta(days=20))
    failed()
    note_answer(first, "confirm")
    note_answer(second, "cancel_visit")
    Message.objects.filter(pk__in=(first.pk, second.pk)).update(subject="appointment:1")
    patient = make_reachable()
    consent(patient, number_of(patient), is_granted=False)
    note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="x")
    week = Span.of_days(TODAY - timedelta(days=6), TODAY)
    with counted() as log:
        found = delivery(week)
    assert found == Delivery(
        sent=5, delivered=3, failed=1, confirmed=1, cancelled=1, opt_outs=1, bad_numbers=1
    )
    assert found.delivered_share == 0.6
    assert len(log) == 4


def test_a_period_ends_before_its_end():
    left(at=NOON)
    assert delivery(Span(NOON, NOON + timedelta(seconds=1))).sent == 1
    assert delivery(Span(NOON - timedelta(days=1), NOON)).sent == 0


def test_days_are_the_clinic_s_even_when_the_clock_changes():
    span = Span.of_days(date(2026, 3, 8), date(2026, 3, 8), "America/Chicago")
    assert span.ends_at - span.starts_at == timedelta(hours=23)


def test_by_day_and_channel():
    left()
    left(State.UNCERTAIN)
    left(at=NOON - timedelta(days=1))
    patient = make_reachable(email="maria@example.org")
    left(patient=patient, channel="email", address="maria@example.org", subject=f"appointment:{patient.pk}")
    failed()
    lines = by_day(Span.of_days(TODAY - timedelta(days=3), TODAY))
    assert [(x.day, x.channel, x.sent, x.delivered, x.doubt, x.failed) for x in lines] == [
        (TODAY, "sms", 2, 1, 1, 1),
        (TODAY, "email", 1, 1, 0, 0),
        (TODAY - timedelta(days=1), "sms", 1, 1, 0, 0),
    ]
    assert [line.delivered_percent for line in lines] == [50, 100, 100]


def test_the_page_shows_them_and_takes_as_many_statements_with_three_days_as_with_one():
    desk = signed_in(make_member(Role.FRONT_DESK))

    def statements() -> int:
        with counted() as log:
            assert desk.get(reverse("messaging:figures"), {"days": "7"}).status_code == 200
        return len(log)

    left()
    desk.get(reverse("messaging:figures"))
    one = statements()
    left(at=NOON - timedelta(days=1))
    left(at=NOON - timedelta(days=2))
    assert statements() == one
    assert desk.get(reverse("messaging:figures"), {"days": "nonsense"}).status_code == 200
    assert signed_in(make_member(Role.BILLER)).get(reverse("messaging:figures")).status_code == 403
