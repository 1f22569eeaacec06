"""Recording who may be contacted how: each decision is a new row, and a "no" acts at once."""

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys, lock_rows
from clinic.core.time import now
from clinic.messaging.models import ContactConsent, Message
from clinic.messaging.models.choices import ALL_PURPOSES, COVERED_BY, REACHES, Channel, Purpose
from clinic.messaging.rules.states import WAITING, State


@service
def record_consent(
    *, by, patient, channel, address, purpose=ALL_PURPOSES, is_granted, how="spoken", wording="", at=None
) -> ContactConsent:
    """Records one decision about one address, and voids what is queued when it is a "no".

    `patient` None means that the address itself said so: it holds for everybody who shares it. Audited as
    `consent.granted` or `consent.refused`. Refuses an unknown channel, purpose or an empty address.
    """
    if channel not in Channel.values:
        raise Refused("Choose text message, e-mail or automated call.", field="channel")
    if purpose != ALL_PURPOSES and purpose not in Purpose.values:
        raise Refused("Choose what the consent is for.", field="purpose")
    if not address:
        raise Refused("Enter the number or address.", field="address")
    lock_keys(address_lock(address))
    row = ContactConsent.objects.create(
        patient=patient,
        channel=channel,
        address=address,
        purpose=purpose,
        is_granted=is_granted,
        how=how,
        wording=wording[:300],
        at=at or now(),
        by_id=by.member_id,
        by_label=by.label[:80],
    )
    audit.record(
        by,
        "consent.granted" if is_granted else "consent.refused",
        obj=row,
        patient=patient,
        channel=channel,
        purpose=purpose,
        how=how,
    )
    if not is_granted:
        _void_queued(by=by, row=row)
    return row


def address_lock(address: str) -> str:
    """The key under which everything that concerns one address is decided, one after the other."""
    return f"messages-to:{address}"


def _void_queued(*, by, row: ContactConsent) -> None:
    queued = Message.objects.filter(
        address=row.address, channel=row.channel, state__in=[*WAITING, State.CLAIMED]
    ).exclude(purpose=Purpose.RECEIPT)
    if row.purpose != ALL_PURPOSES:
        covered = [purpose for purpose, by_which in COVERED_BY.items() if by_which == row.purpose]
        queued = queued.filter(purpose__in=[row.purpose, *covered])
    if row.patient_id:
        queued = queued.filter(patient_id=row.patient_id)
    for message in lock_rows(queued):
        message.state, message.void_reason = State.VOID, "Opted out."
        message.lease_token, message.settled_at = "", now()
        message.save()
        audit.record(by, "message.voided", obj=message, patient=message.patient_id, reason="opted out")


@service
def opt_out_address(*, by, channel, address, purpose, how, wording) -> None:
    """STOP from an address: recorded for the address itself, and for a phone number both for texts and for
    automated calls, whoever's number it is."""
    for each in _channels_of(channel):
        record_consent(
            by=by,
            patient=None,
            channel=each,
            address=address,
            purpose=purpose,
            is_granted=False,
            how=how,
            wording=wording,
        )


@service
def opt_in_address(*, by, channel, address, how, wording) -> None:
    """START from an address: a yes to texts, and it takes back what an earlier STOP of the same address ended. It
    is no yes to automated calls, unless somebody had agreed to those before."""
    for each in _channels_of(channel):
        if each != channel and not _was_agreed_to(each, address):
            continue
        record_consent(
            by=by,
            patient=None,
            channel=each,
            address=address,
            is_granted=True,
            how=how,
            wording=wording,
        )


def _was_agreed_to(channel: str, address: str) -> bool:
    """Whether the newest word on this channel that was not texted from the address itself is a yes."""
    rows = ContactConsent.objects.filter(channel=channel, address=address).exclude(purpose=REACHES)
    newest = rows.exclude(how=ContactConsent.How.TEXT).order_by("-at", "-id").first()
    return newest is not None and newest.is_granted


def _channels_of(channel: str) -> tuple[str, ...]:
    if channel in (Channel.SMS, Channel.VOICE):
        return (Channel.SMS.value, Channel.VOICE.value)
    return (channel,)
