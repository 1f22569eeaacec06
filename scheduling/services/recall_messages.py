"""Messages that ask a patient to come back: one per recall and pause, within consent and the limits of contact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clinic.core.profile import clinic, clinic_zone
from clinic.core.time import format_clock, now, today
from clinic.messaging.models import Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.queries.consent import reachable
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.services import plan_message
from records.models import ContactPoint
from scheduling.models import Appointment, Recall
from scheduling.queries.settings import locations
from scheduling.rules import reminders as words
from scheduling.services.reminders import addresses_of

SUBJECT = "recall"
# The outbox waits this long for a day on which the patient got no other message; then somebody calls.
GOOD_FOR = timedelta(days=7)


def subject_of(recall: Recall) -> str:
    """How messages name this recall."""
    return f"{SUBJECT}:{recall.pk}"


def channel_for(recall: Recall) -> tuple[str, str]:
    """The channel and address on which this patient agreed to be asked; two empty texts without any."""
    addresses = addresses_of(recall.patient)
    agreed = reachable(recall.patient, addresses, {Purpose.RECALL})[Purpose.RECALL] if addresses else []
    chosen = next((name for name in ("sms", "email") if name in agreed), "")
    return (chosen, addresses[chosen]) if chosen else ("", "")


def plan_recall(*, by, recall: Recall, channel: str, address: str) -> Message:
    """Plans the message of a recall, once a day at most; the outbox finds the hour and keeps the limits."""
    patient, present, zone = recall.patient, now(), recall.patient.zone or clinic_zone()
    return plan_message(
        by=by,
        key=f"{subject_of(recall)}|{today(zone).isoformat()}|{channel}",
        patient=patient,
        purpose=Purpose.RECALL,
        channel=channel,
        address=address,
        template_code="recall_visit",
        variables={
            "first_name": patient.preferred_name or patient.first_name,
            "clinic": practice_name(),
            "date": words.day_words(present, zone, patient.language or "en"),
            "time": format_clock(present, zone),
            "phone": spoken_phone(clinic().phone or next((place.phone for place in locations()), "")),
        },
        planned_at=present,
        not_after=present + GOOD_FOR,
        zone=zone,
        subject=subject_of(recall),
    )


def check_recalls(asked: list[tuple[str, Any]]) -> list[str | None]:
    """Why messages about these recalls may not leave now, None for each that may; in three statements."""
    recalls = {str(row.pk): row for row in Recall.objects.filter(pk__in=[one for one, _ in asked])}
    patients = {row.patient_id for row in recalls.values()}
    known = set(
        ContactPoint.objects.filter(patient__in=patients, is_active=True).values_list("patient_id", "value")
    )
    booked = set(
        Appointment.objects.upcoming(now())
        .filter(patient__in=patients)
        .values_list("patient_id", "visit_type_id")
    )
    return [_why_not(recalls.get(subject_id), message, known, booked) for subject_id, message in asked]


def check_recall(subject_id: str, message) -> str | None:
    """The same for one message."""
    return check_recalls([(subject_id, message)])[0]


def _why_not(recall: Recall | None, message, known: set[tuple], booked: set[tuple]) -> str | None:
    if recall is None:
        return "The recall no longer exists."
    if recall.closed_at:
        return "The recall is closed."
    if (recall.patient_id, recall.visit_type_id) in booked:
        return "The visit is booked."
    if (recall.patient_id, message.address) not in known:
        return "The patient no longer has this number or address."
    return None
