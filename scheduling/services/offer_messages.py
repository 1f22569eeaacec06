"""How an offer reaches the patient: by message where that is allowed this minute, else by a call."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from clinic.core.errors import Refused
from clinic.core.profile import clinic
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.queries.room import Room, room_now
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.rules.replies import Meaning
from clinic.messaging.services import plan_message, void_messages
from records.models import ContactPoint
from scheduling.models import FreedTime, Offer, WaitlistEntry
from scheduling.rules import reminders as words
from scheduling.services.reminders import addresses_of

SUBJECT = "offer"
# An e-mail is not read within a quarter of an hour.
EMAIL_FROM = timedelta(hours=1)


def subject_of(offer: Offer) -> str:
    """How messages name this offer."""
    return f"{SUBJECT}:{offer.pk}"


def way_for(entry: WaitlistEntry, freed: FreedTime, *, until: datetime) -> Room:
    """The channel for an offer that stands until then; without one, why somebody has to call."""
    present = now()
    return room_now(
        entry.patient,
        addresses_of(entry.patient),
        purpose=Purpose.OFFER,
        zone=entry.patient.zone or freed.location.zone,
        present=present,
        channels=("sms", "email") if until - present >= EMAIL_FROM else ("sms",),
    )


def send_offer(*, by, offer: Offer, channel: str) -> Message:
    """Plans the message of an offer; it is good only as long as the offer stands."""
    entry, freed = offer.entry, offer.freed
    patient, place = entry.patient, freed.location
    address = addresses_of(patient)[channel]
    digest = hashlib.sha256(address.encode()).hexdigest()[:12]
    return plan_message(
        by=by,
        key=f"{subject_of(offer)}|{channel}|{digest}",
        patient=patient,
        purpose=Purpose.OFFER,
        channel=channel,
        address=address,
        template_code="offer_visit",
        fallback_code="offer_reply",
        variables={
            "first_name": patient.preferred_name or patient.first_name,
            "clinic": practice_name(),
            "date": words.day_words(freed.starts_at, place.zone, patient.language or "en"),
            "time": words.time_words(freed.starts_at, place.zone),
            "phone": spoken_phone(place.phone or clinic().phone),
        },
        planned_at=now(),
        not_after=offer.expires_at,
        zone=patient.zone or place.zone,
        subject=subject_of(offer),
    )


def void_offer(*, by, offer: Offer, reason: str) -> None:
    """Takes the offer's message out of the queue when it has not left yet."""
    void_messages(by=by, subject=subject_of(offer), reason=reason)


def check_offers(asked: list[tuple[str, Any]]) -> list[str | None]:
    """Why messages about these offers may not leave now, None for each that may; in two statements."""
    ids = [subject_id for subject_id, _ in asked]
    offers = {str(row.pk): row for row in Offer.objects.select_related("entry").filter(pk__in=ids)}
    known = set(
        ContactPoint.objects.filter(
            patient__in={row.entry.patient_id for row in offers.values()}, is_active=True
        ).values_list("patient_id", "value")
    )
    return [_why_not(offers.get(subject_id), message, known) for subject_id, message in asked]


def check_offer(subject_id: str, message) -> str | None:
    """The same for one message."""
    return check_offers([(subject_id, message)])[0]


def _why_not(offer: Offer | None, message, known: set[tuple]) -> str | None:
    if offer is None:
        return "The offer no longer exists."
    if offer.state != Offer.State.OUT or offer.expires_at <= now():
        return "The offer is over."
    if message.purpose != Purpose.RECEIPT and (offer.entry.patient_id, message.address) not in known:
        return "The patient no longer has this number or address."
    return None


def answer_offer(*, by, subject_id: str, meaning: str, reply) -> tuple[str, str]:
    """Acts on a patient's text about an offer: yes takes the time, 2 declines it."""
    from scheduling.services.offers import accept_offer, decline_offer

    offer = Offer.objects.get(pk=subject_id)
    if meaning == Meaning.CONFIRM:
        row = accept_offer(by=by, offer=offer, how="text")
        if row.state == Offer.State.ACCEPTED:
            return "", "Offered time taken; the booking confirmation follows."
        if row.state == Offer.State.OUT:
            raise Refused("The time is busy for the moment. Book it for the patient in a few minutes.")
        return "offer_gone", f"Offered time not booked: {row.get_state_display().lower()}."
    if meaning == Meaning.CANCEL_VISIT:
        decline_offer(by=by, offer=offer)
        return "offer_declined", "Offered time declined."
    raise Refused("This reply needs a person.")
