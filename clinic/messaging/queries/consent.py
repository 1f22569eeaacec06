"""Whether an address may be used for a purpose, and why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from clinic.messaging.models import ContactConsent, SendSettings
from clinic.messaging.models.choices import ALL_PURPOSES, COVERED_BY, REACHES, Channel, Purpose
from clinic.messaging.queries.policy import send_settings

# Confidential-communication flags kept with the patient, and the channels that they close.
RESTRICTIONS = {
    "no_text": (Channel.SMS, "The patient asked for no texts."),
    "no_voicemail": (Channel.VOICE, "The patient asked for no voicemail."),
    "no_mail": (Channel.EMAIL, "The patient asked for no mail."),
    "no_email": (Channel.EMAIL, "The patient asked for no e-mail."),
}
# A patient may ask to be reached only at one number or address (confidential communications, 45 CFR 164.522(b)).
ONLY = {Channel.SMS: "only_phone", Channel.VOICE: "only_phone", Channel.EMAIL: "only_email"}
ELSEWHERE = "The patient asked to be reached at another number or address."


@dataclass(frozen=True)
class Decision:
    """`reason` is in words that staff read; empty when allowed."""

    is_allowed: bool
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return self.is_allowed


def decisions_about(patient, at=None) -> QuerySet[ContactConsent]:
    """Every yes and no of this patient or of an address itself, newest first."""
    who = Q(patient=None)
    if patient is not None:
        who |= Q(patient_id=getattr(patient, "pk", patient))
    rows = ContactConsent.objects.filter(who).order_by("-at", "-id")
    return rows if at is None else rows.filter(at__lte=at)


def is_gone(rows: Iterable[ContactConsent], channel: str, address: str) -> bool:
    """Whether the newest word on a number or address is that nobody is reached there. `rows` newest first."""
    said = (
        row for row in rows if row.purpose == REACHES and row.channel == channel and row.address == address
    )
    newest = next(said, None)
    return newest is not None and not newest.is_granted


def _covering(purpose: str) -> tuple[str, ...]:
    return (purpose, COVERED_BY.get(purpose, purpose), ALL_PURPOSES)


def newest_decision(*, patient, channel: str, address: str, purpose: str, at=None) -> ContactConsent | None:
    """The newest yes or no that fits: of this patient or of the address itself, for this purpose or for all."""
    rows = decisions_about(patient, at).filter(channel=channel, address=address)
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
    rows = list(
        decisions_about(patient, at).filter(
            channel=channel, address=address, purpose__in=(*_covering(purpose), REACHES)
        )
    )
    return decide(
        patient,
        channel,
        address,
        purpose,
        newest=next((row for row in rows if row.purpose != REACHES), None),
        is_bad=is_gone(rows, channel, address),
        rules=send_settings(),
    )


def reachable(patient, addresses: dict[str, str], purposes: Iterable[str]) -> dict[str, list[str]]:
    """For each purpose, the channels of `addresses` on which the patient may be contacted; one query for all."""
    match = Q(pk=None)
    for channel, address in addresses.items():
        match |= Q(channel=channel, address=address)
    rows, rules = list(decisions_about(patient).filter(match)), send_settings()

    def allows(channel: str, address: str, purpose: str) -> bool:
        said = (row for row in rows if row.address == address and fits(row, patient.pk, channel, purpose))
        newest = next(said, None)
        is_bad = is_gone(rows, channel, address)
        return decide(
            patient, channel, address, purpose, newest=newest, is_bad=is_bad, rules=rules
        ).is_allowed

    return {
        purpose: [channel for channel, address in addresses.items() if allows(channel, address, purpose)]
        for purpose in purposes
    }


def reachable_many(
    asked: list[tuple[object, dict[str, str], Iterable[str]]],
) -> list[dict[str, list[str]]]:
    """What `reachable` says for each (patient, addresses, purposes), in their order; one query for all."""
    addresses = {address for _, by_channel, _ in asked for address in by_channel.values()}
    said: dict[str, list[ContactConsent]] = {}
    rows = ContactConsent.objects.filter(address__in=addresses).order_by("-at", "-id")
    for row in rows.only("patient_id", "channel", "address", "purpose", "is_granted"):
        said.setdefault(row.address, []).append(row)
    rules = send_settings()

    def allows(patient, channel: str, address: str, purpose: str) -> bool:
        known = said.get(address, [])
        newest = next((row for row in known if fits(row, patient.pk, channel, purpose)), None)
        is_bad = is_gone(known, channel, address)
        return decide(
            patient, channel, address, purpose, newest=newest, is_bad=is_bad, rules=rules
        ).is_allowed

    return [
        {
            purpose: [
                channel
                for channel, address in by_channel.items()
                if allows(patient, channel, address, purpose)
            ]
            for purpose in purposes
        }
        for patient, by_channel, purposes in asked
    ]


def decide(
    patient,
    channel: str,
    address: str,
    purpose: str,
    *,
    newest: ContactConsent | None,
    rules: SendSettings,
    is_bad: bool = False,
) -> Decision:
    """The same from what is known already: the newest decision that fits, whether the number is known not to
    work, and the sending rules."""
    if not address:
        return Decision(False, "There is no number or address.")
    if patient is not None:
        if patient.deceased_on:
            return Decision(False, "The patient has died.")
        for flag, (closed, words) in RESTRICTIONS.items():
            if closed == channel and (patient.restrictions or {}).get(flag):
                return Decision(False, words)
        only = (patient.restrictions or {}).get(ONLY.get(channel, ""))
        if only and only != address:
            return Decision(False, ELSEWHERE)
    if purpose == Purpose.RECEIPT:
        return Decision(True)
    if is_bad:
        return Decision(False, "This number or address does not work.")
    if newest is not None and not newest.is_granted:
        return Decision(False, "Opted out.")
    # What staff write answers the patient, or was agreed to just now: the service that takes it has looked.
    if newest is None and channel in rules.consent_channels and purpose != Purpose.ANSWER:
        return Decision(False, "No consent on file for this number.")
    return Decision(True)
