"""Calls from the desk's lists: each attempt is kept, and some outcomes act at once."""

from __future__ import annotations

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_rows
from clinic.core.profile import clinic_zone
from clinic.core.time import format_day, now, zone
from clinic.inbox.services.tasks import add_task
from clinic.staff.roles import Role
from scheduling.models import Appointment, ContactAttempt, MissedVisit, Offer, Recall
from scheduling.rules.visit_states import UPCOMING
from scheduling.services.booking import confirm_appointment

Outcome = ContactAttempt.Outcome
UNCONFIRMED = (
    Outcome.CONFIRMED,
    Outcome.LEFT_MESSAGE,
    Outcome.OTHER_TIME,
    Outcome.NO_ANSWER,
    Outcome.WRONG_NUMBER,
)
MISSED = (
    Outcome.BOOKED,
    Outcome.CALL_BACK,
    Outcome.NO_VISIT,
    Outcome.LEFT_MESSAGE,
    Outcome.NO_ANSWER,
    Outcome.WRONG_NUMBER,
)
RECALL = (Outcome.CALL_BACK, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER)
OFFER = (Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER)
# After these the patient of a missed visit need not be called again.
SETTLES = (Outcome.BOOKED, Outcome.NO_VISIT)


def outcomes_for(
    *, appointment: Appointment | None = None, recall: Recall | None = None
) -> tuple[Outcome, ...]:
    """How a call about this may end: a coming visit, a missed one, a recall, or else an offer."""
    if appointment is not None:
        return UNCONFIRMED if appointment.state in UPCOMING else MISSED
    return RECALL if recall is not None else OFFER


@service
def log_attempt(
    *,
    by: Actor,
    outcome: str,
    appointment: Appointment | None = None,
    recall: Recall | None = None,
    offer: Offer | None = None,
    note: str = "",
) -> ContactAttempt:
    """Keeps one call about a visit, a recall or an offer, and does what follows from it.

    A confirmed visit is confirmed; a missed visit that was settled leaves the call list; a wrong number becomes
    a task for the front desk, once a day and patient. Audited `contact.attempted`. Refuses an outcome that does
    not belong to the list, and a recall or offer that is over.
    """
    if outcome not in outcomes_for(appointment=appointment, recall=recall):
        raise Refused("Choose how the call ended.", field="outcome")
    patient = _patient_of(appointment, recall, offer)
    row = ContactAttempt.objects.create(
        patient=patient,
        appointment=appointment,
        recall=recall,
        offer=offer,
        way=ContactAttempt.Way.CALL,
        outcome=outcome,
        note=note.strip()[:200],
        at=now(),
        by_id=by.member_id,
        by_label=by.label[:120],
    )
    audit.record(by, "contact.attempted", obj=row, patient=patient, outcome=outcome)
    if outcome == Outcome.CONFIRMED and appointment is not None:
        confirm_appointment(by=by, appointment=appointment, how="phone")
    if outcome in SETTLES and appointment is not None:
        _settle_call(appointment)
    if outcome == Outcome.WRONG_NUMBER:
        _ask_for_number(by, patient, row)
    return row


def _patient_of(appointment: Appointment | None, recall: Recall | None, offer: Offer | None):
    if appointment is not None:
        return appointment.patient
    if recall is not None:
        if Recall.objects.filter(pk=recall.pk, closed_at=None).first() is None:
            raise Refused("This recall is closed.")
        return recall.patient
    if offer is None:
        raise Refused("Say what the call was about.")
    if Offer.objects.filter(pk=offer.pk, state=Offer.State.OUT).first() is None:
        raise Refused("This offer is over.")
    return offer.entry.patient


def _settle_call(appointment: Appointment) -> None:
    for row in lock_rows(MissedVisit.objects.filter(appointment=appointment, call_closed_at=None)):
        row.call_closed_at = now()
        row.save()


def _ask_for_number(by: Actor, patient, row: ContactAttempt) -> None:
    day = row.at.astimezone(zone(clinic_zone())).date()
    add_task(
        by=by,
        title="Correct a phone number",
        detail=f"Wrong number when called on {format_day(day)}. Ask for the right one at the next contact.",
        patient=patient,
        pool=Role.FRONT_DESK,
        source_key=f"wrong-number:{patient.pk}:{day.isoformat()}",
    )
