"""Whether an address may be used for a purpose, and why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from clinic.messaging.models import ContactConsent
from clinic.messaging.models.choices import ALL_PURPOSES, COVERED_BY, Channel, Purpose
from clinic.messaging.queries.policy import send_settings

# Confidential-communication flags kept with the patient, and the channels that they close.
RESTRICTIONS = {
    "no_text": (Channel.SMS, "The patient asked for no texts."),
    "no_voicemail": (Channel.VOICE, "The patient asked for no voicemail."),
    "no_mail": (Channel.EMAIL, "The patient asked for no mail."),
    "no_email": (Channel.EMAIL, "The patient asked for no e-mail."),
}


@dataclass(frozen=True)
class Decision:
    """`reason` is in words that staff read; empty when allowed."""

    is_allowed: bool
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return self.is_allowed


def _decisions(patient, at=None) -> QuerySet[ContactConsent]:
    """Every yes and no of this patient or of an address itself, newest first."""
    who = Q(patient=None)
    if patient is not None:
        who |= Q(patient_id=getattr(patient, "pk", patient))
    rows = ContactConsent.objects.filter(who).order_by("-at", "-id")
    return rows if at is None else rows.filter(at__lte=at)


def _covering(purpose: str) -> tuple[str, ...]:
    return (purpose, COVERED_BY.get(purpose, purpose), ALL_PURPOSES)


def newest_decision(*, patient, channel: str, address: str, purpose: str, at=None) -> ContactConsent | None:
    """The newest yes or no that fits: of this patient or of the address itself, for this purpose or for all."""
    rows = _decisions(patient, at).filter(channel=channel, address=address)
    return rows.filter(purpose__in=_covering(purpose)).first()


def may_contact(patient, channel: str, address: str, purpose: str, at=None) -> Decision:
    """Whether the clinic may use this address for this purpose.

    Asked again at the moment of sending. A receipt answers what the person has just written, so it needs no
    consent; everything else respects the patient's restrictions, any newest "no", and, on channels where the
    clinic requires it (texts and automated calls by default), the lack of a "yes".
    """
    closed = _closed(patient, channel, address, purpose)
    if closed is not None:
        return closed
    newest = newest_decision(patient=patient, channel=channel, address=address, purpose=purpose, at=at)
    return _decide(newest, channel)


def reachable(patient, addresses: dict[str, str], purposes: Iterable[str]) -> dict[str, list[str]]:
    """For each purpose, the channels of `addresses` on which the patient may be contacted; one query for all."""
    wanted = list(addresses.items())
    if not wanted:
        return {purpose: [] for purpose in purposes}
    match = Q()
    for channel, address in wanted:
        match |= Q(channel=channel, address=address)
    rows = list(_decisions(patient).filter(match))

    def allows(channel: str, address: str, purpose: str) -> bool:
        closed = _closed(patient, channel, address, purpose)
        if closed is not None:
            return closed.is_allowed
        fits = (
            row
            for row in rows
            if row.channel == channel and row.address == address and row.purpose in _covering(purpose)
        )
        return _decide(next(fits, None), channel).is_allowed

    return {
        purpose: [channel for channel, address in wanted if allows(channel, address, purpose)]
        for purpose in purposes
    }


def _closed(patient, channel: str, address: str, purpose: str) -> Decision | None:
    """What is decided without asking for consent, or None."""
    if not address:
        return Decision(False, "There is no number or address.")
    if patient is not None:
        if patient.deceased_on:
            return Decision(False, "The patient has died.")
        for flag, (shut, words) in RESTRICTIONS.items():
            if shut == channel and (patient.restrictions or {}).get(flag):
                return Decision(False, words)
    return Decision(True) if purpose == Purpose.RECEIPT else None


def _decide(newest: ContactConsent | None, channel: str) -> Decision:
    if newest is not None and not newest.is_granted:
        return Decision(False, "Opted out.")
    if newest is None and channel in send_settings().consent_channels:
        return Decision(False, "No consent on file for this number.")
    return Decision(True)
