"""Waitlist entries, recalls and missed visits for tests."""

from datetime import timedelta

from clinic.core.actor import Actor
from clinic.core.time import now
from scheduling.models import Appointment, Offer, RecallReason
from scheduling.services.booking import cancel_appointment
from scheduling.services.filling import fill_openings
from scheduling.services.missed import follow_missed
from scheduling.services.recalls import add_recall
from scheduling.services.waitlist import add_to_waitlist
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import visit_type

SYSTEM = Actor.system("tests.outreach")


def wait(clinic, patient=None, *, kind: str = "follow-up", **wishes):
    """An entry of the waitlist of this clinic; the patient agreed to texts unless one is given."""
    values = {
        "by": clinic.by,
        "patient": patient or make_reachable(),
        "visit_type": visit_type(kind),
        "location": clinic.location,
        "notice_minutes": 60,
    }
    return add_to_waitlist(**{**values, **wishes})


def cancelled(clinic, clock: str = "10:00", **options) -> Appointment:
    """A visit that was booked and is cancelled: its time is free again."""
    visit = clinic.book(clock, **options)
    return cancel_appointment(by=clinic.by, appointment=visit, reason="patient_conflict")


def offered(clinic, clock: str = "10:00", **options) -> list[Offer]:
    """Cancels a visit and lets the sweep offer its time; the offers that are out."""
    visit = cancelled(clinic, clock, **options)
    fill_openings()
    return list(
        Offer.objects.filter(freed__appointment=visit, state=Offer.State.OUT).order_by("offered_at", "pk")
    )


def recall(clinic, patient=None, *, reason: str = "annual", days: int = 0, **fields):
    """An open recall, due so many days ago."""
    return add_recall(
        by=clinic.by,
        patient=patient or make_reachable(),
        reason=RecallReason.objects.get(code=reason),
        due_on=(now() - timedelta(days=days)).date(),
        **fields,
    )


def follow() -> None:
    """Lists what was missed, as the sweep does each minute."""
    follow_missed()
