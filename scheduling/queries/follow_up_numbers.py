"""Which numbers of a patient may be called, by staff and by the program."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.services import may_contact
from scheduling.models import FollowUpAttempt
from scheduling.rules.follow_ups import Attempt

PHONES = ("mobile", "home", "work")


@dataclass(frozen=True)
class Number:
    """One phone number on file. `note` says why it is not to be called, or what to mind."""

    address: str
    shown: str
    kind: str
    is_callable: bool
    may_leave_message: bool
    note: str


def phones_of(patient) -> list[Number]:
    """The patient's phone numbers, the preferred one first. Two queries, or one with `contacts` prefetched.

    A number somebody was told is wrong is not callable until its entry is changed, nor is another one than the
    patient asked to be reached at; a patient who asked for no voicemail gets no message.
    """
    contacts = sorted(patient.contacts.all(), key=lambda row: (not row.is_preferred, row.rank))
    wrong = dict(
        FollowUpAttempt.objects.filter(follow_up__patient=patient, outcome=Attempt.WRONG_NUMBER)
        .order_by("at")
        .values_list("address", "at")
    )
    wishes = patient.restrictions or {}
    no_voicemail, only = bool(wishes.get("no_voicemail")), wishes.get("only_phone", "")
    found = []
    for contact in contacts:
        if not contact.is_active or contact.kind not in PHONES:
            continue
        is_wrong = contact.value in wrong and contact.updated_at <= wrong[contact.value]
        is_elsewhere = bool(only) and contact.value != only
        is_callable = not is_wrong and not is_elsewhere
        found.append(
            Number(
                address=contact.value,
                shown=contact.shown,
                kind=contact.get_kind_display(),
                is_callable=is_callable,
                may_leave_message=is_callable and not no_voicemail,
                note=_note(is_wrong=is_wrong, is_elsewhere=is_elsewhere, no_voicemail=no_voicemail),
            )
        )
    return found


def _note(*, is_wrong: bool, is_elsewhere: bool, no_voicemail: bool) -> str:
    if is_elsewhere:
        return "Asked not to be called here"
    if is_wrong:
        return "Wrong number"
    return "No voicemail, please" if no_voicemail else ""


def automated_number(patient) -> Number | None:
    """The first number on which the patient agreed to automated calls after visits; None when there is none."""
    for number in phones_of(patient):
        if number.is_callable and may_call(patient, number.address):
            return number
    return None


def may_call(patient, address: str) -> bool:
    """Whether the program may call this number after a visit."""
    return may_contact(patient, Channel.VOICE, address, Purpose.FOLLOWUP).is_allowed
