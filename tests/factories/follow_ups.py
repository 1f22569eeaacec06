"""Follow-up calls for tests."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.core.actor import Actor
from clinic.core.time import now
from clinic.inbox.models import CallScript
from scheduling.models import Appointment, FollowUp
from scheduling.queries.follow_up_setup import rules_in_force
from scheduling.rules.follow_ups import State
from scheduling.services.follow_up_calls import Emergency, Told
from scheduling.services.follow_ups import plan_follow_up
from tests.factories.messaging import consent, make_reachable, number_of

SYSTEM = Actor.system("tests.follow_ups")
WELL = {
    "feeling": "better", "pain": "2", "bleeding": "none", "fever": "none", "wound": "slight",
    "medicines": "taking", "instructions": "clear", "next_visit": "booked", "teach_back": "understood",
}  # fmt: skip
EMERGENCY = Emergency(
    outcome="emergency",
    location="At home, 12 Oak St",
    words_used="It is soaking the towel",
    agreement="agreed",
)


def agreeing(**fields):
    """A patient with a mobile number who agreed to automated calls after visits."""
    patient = make_reachable(**fields)
    consent(patient, number_of(patient), channel="voice", purpose="followup")
    return patient


def make_follow_up(patient=None, *, rule: str = "by-hand", is_due: bool = True, **fields) -> FollowUp:
    """One follow-up by hand; `is_due` puts it into the queue past the sweep."""
    patient = patient or make_reachable()
    row = plan_follow_up(by=SYSTEM, patient=patient, rule=rules_in_force()[rule], **fields)
    if is_due:
        FollowUp.objects.filter(pk=row.pk).update(
            state=State.QUEUE,
            opens_at=now() - timedelta(hours=1),
            closes_at=now() + timedelta(hours=47),
            next_at=now() - timedelta(hours=1),
        )
        row.refresh_from_db()
    return row


def completed(clinic, patient, *, clock: str = "9:00", code: str = "procedure", room=None) -> Appointment:
    """A visit of a kind that has a rule, over since the present moment."""
    from tests.factories.scheduling import make_room, visit_type

    kind = visit_type(code)
    if kind.room_kind and not clinic.location.rooms.filter(kind=kind.room_kind).exists():
        make_room(clinic.location, kind=kind.room_kind)
    visit = clinic.book(clock, visit_type=kind, patient=patient)
    return clinic.move(visit, "arrived", "roomed", "with_provider", "checkout", "completed", room=room)


def no_flags(**yes: bool) -> dict[str, bool]:
    """Every group of the emergency list asked about, all "no" but these."""
    groups = CallScript.objects.order_by("-version").first().groups
    return {group["code"]: False for group in groups} | yes


def told(follow_up: FollowUp, result: str = "reached", **fields) -> Told:
    """A call as a caller fills it in: reached, two identifiers, all well."""
    values = {
        "address": number_of(follow_up.patient),
        "result": result,
        "identifiers": "name_dob" if result in ("reached", "told") else "none",
        "answers": WELL if result == "reached" else {},
        "flags": no_flags() if result in ("reached", "told") else {},
    }
    return Told(**{**values, **fields})


def at_noon(day: int) -> datetime:
    """Noon in Chicago on a day of March 2026, after the clock change."""
    from datetime import UTC

    return datetime(2026, 3, day, 17, tzinfo=UTC)
