"""Reminders in numbers: each message in one place, each visit once."""

from datetime import timedelta

import pytest

from clinic.messaging.models import ContactConsent, Message
from clinic.reports.scope import Scope
from scheduling.models import Appointment
from scheduling.queries.report_reminders import Answered, Sent, opt_outs, reminders
from scheduling.queries.report_scope import VisitScope, tally
from scheduling.reports import reminders as report
from scheduling.rules.outcomes import Outcome
from scheduling.rules.visit_states import State
from tests.factories.scheduling import TUESDAY, at, make_patient, visit_type

DAY = VisitScope(TUESDAY, TUESDAY)


def made(clinic, state=State.COMPLETED, **fields):
    start = at("9:00")
    values = {
        "patient": make_patient(), "location": clinic.location, "visit_type": visit_type(), "provider": clinic.provider,
        "starts_at": start, "ends_at": start + timedelta(minutes=20), "zone": clinic.location.zone, "local_day": TUESDAY,
        "local_time": "09:00", "state": state, "created_at": start - timedelta(days=9),
    }  # fmt: skip
    return Appointment.objects.create(**{**values, **fields})


def told(visit, state, *, channel="sms", left=True, purpose="reminder", hours=24, address="+13125550111"):
    when = visit.starts_at - timedelta(hours=hours)
    return Message.objects.create(
        key=f"{visit.pk}|{channel}|{hours}|{purpose}", patient=visit.patient, purpose=purpose, channel=channel, address=address,
        template_code="visit_reminder", body="x", subject=f"appointment:{visit.pk}", planned_at=when, wanted_at=when,
        not_after=visit.starts_at, zone=visit.zone, state=state, next_try_at=when, left_at=when if left else None,
        void_reason="cancelled" if state == "void" else "",
    )  # fmt: skip


@pytest.fixture
def day(clinic):
    came = made(clinic, confirmed_at=at("9:00") - timedelta(hours=20))
    told(came, "delivered")
    told(came, "delivered", channel="email", address="a@example.org")
    missed = made(clinic, State.NO_SHOW)
    told(missed, "delivered")
    unreached = made(clinic, State.NO_SHOW)
    told(unreached, "failed", left=False)
    told(unreached, "void", left=False, hours=2)
    early = made(clinic, confirmed_at=at("9:00") - timedelta(days=5))  # confirmed before the reminder left
    told(early, "sent")
    told(early, "delivered", hours=2)
    told(early, "delivered", purpose="confirmation", hours=200)
    made(clinic)
    return clinic


def test_every_message_stands_in_one_place(day):
    sent, answered = reminders(DAY)
    assert sent[("", "")] == Sent(
        planned=7, left=5, delivered=4, failed=1, void=1, waiting=0, addresses_failed=1
    )
    assert sent[("channel", "email")] == Sent(planned=1, left=1, delivered=1)
    assert sent[("day", TUESDAY.isoformat())] == sent[("", "")]
    assert answered[("", "")] == Answered(delivered=3, confirmed=1)
    assert answered[("channel", "sms")] == Answered(delivered=3, confirmed=1)


def test_visits_by_what_the_patient_had_heard(day):
    assert tally(DAY, ["reminder"])["reminder"] == {
        "confirmed": {Outcome.COMPLETED: 2},
        "reminded": {Outcome.NO_SHOW: 1},
        "failed": {Outcome.NO_SHOW: 1},
        "none": {Outcome.COMPLETED: 1},
    }


def test_the_report_adds_up(day):
    found = report.build(Scope(TUESDAY, TUESDAY))
    assert [tile.value for tile in found.tiles] == [4 / 5, 1 / 3, 0, 1]
    assert found.population == 7
    assert [(one.words, one.count) for one in found.excluded if one.count] == [
        ("not sent: no longer needed, not wanted, or too late", 1),
        ("failed before they left", 1),
    ]
    came = found.sections[2].table
    assert [line.cells for line in came.lines] == [
        ("Confirmed", 2, 0, 0.0), ("Reminded, not confirmed", 1, 1, 1.0), ("Reminder not delivered", 1, 1, 1.0),
        ("No reminder", 1, 0, 0.0),
    ]  # fmt: skip
    assert report.reading("delivered", Scope(TUESDAY, TUESDAY)).value == 4 / 5
    assert report.reading("confirmed", Scope(TUESDAY, TUESDAY)).value == 1 / 3


@pytest.mark.parametrize(("when", "counted"), [("0:00", 1), ("23:59", 1)])
def test_opt_outs_are_of_the_local_day(clinic, when, counted):
    for is_granted, day, address in ((False, TUESDAY, "+13125550111"), (True, TUESDAY, "+13125550112"),
                                     (False, TUESDAY + timedelta(days=1), "+13125550113")):  # fmt: skip
        ContactConsent.objects.create(
            channel="sms", address=address, purpose="all", is_granted=is_granted, how="text", at=at(when, day)
        )
    assert opt_outs(DAY) == {"sms": counted, "email": 0, "voice": 0}
