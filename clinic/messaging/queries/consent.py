"""Whether an address may be used for a purpose, and why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from clinic.messaging.models import ContactConsent, SendSettings
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


def fits(row: ContactConsent, patient_id, channel: str, purpose: str) -> bool:
    """Whether a decision speaks about this patient (or the address itself), this channel and this purpose."""
    return (
        row.channel == channel and row.purpose in _covering(purpose) and row.patient_id in (None, patient_id)
    )


def may_contact(patient, channel: str, address: str, purpose: str, at=None) -> Decision:
    """Whether the clinic may use this address for this purpose.

    Asked again at the moment of sending. A receipt answers what the person has just written, so it needs no
    consent; everything else respects the patient's restrictions, any newest "no", and, on channels where the
    clinic requires it (texts and automated calls by default), the lack of a "yes".
    """
    newest = newest_decision(patient=patient, channel=channel, address=address, purpose=purpose, at=at)
    return decide(patient, channel, address, purpose, newest=newest, rules=send_settings())


def reachable(patient, addresses: dict[str, str], purposes: Iterable[str]) -> dict[str, list[str]]:
    """For each purpose, the channels of `addresses` on which the patient may be contacted; one query for all."""
    match = Q(pk=None)
    for channel, address in addresses.items():
        match |= Q(channel=channel, address=address)
    rows, rules = list(_decisions(patient).filter(match)), send_settings()

    def allows(channel: str, address: str, purpose: str) -> bool:
        said = (row for row in rows if row.address == address and fits(row, patient.pk, channel, purpose))
        newest = next(said, None)
        return decide(patient, channel, address, purpose, newest=newest, rules=rules).is_allowed

    return {
        purpose: [channel for channel, address in addresses.items() if allows(channel, address, purpose)]
        for purpose in purposes
    }


def decide(
    patient,
    channel: str,
    address: str,
    purpose: str,
    *,
    newest: ContactConsent | None,
    rules: SendSettings,
) -> Decision:
    """The same from what is known already: the newest decision that fits, and the sending rules."""
    if not address:
        return Decision(False, "There is no number or address.")
    if patient is not None:
        if patient.deceased_on:
            return Decision(False, "The patient has died.")
        for flag, (closed, words) in RESTRICTIONS.items():
            if closed == channel and (patient.restrictions or {}).get(flag):
                return Decision(False, words)
    if purpose == Purpose.RECEIPT:
        return Decision(True)
    if newest is not None and not newest.is_granted:
        return Decision(False, "Opted out.")
    if newest is None and channel in rules.consent_channels:
        return Decision(False, "No consent on file for this number.")
    return Decision(True)
