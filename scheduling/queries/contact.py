"""Whether the patient may be reminded by text, and at which number."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.messaging.services import may_contact
from records.models import ContactPoint, Patient

PURPOSE = "reminder"


@dataclass(frozen=True)
class TextStatus:
    """The mobile number texts would go to, and whether they may."""

    number: str
    is_allowed: bool
    words: str


def text_status(patient: Patient) -> TextStatus:
    """The preferred mobile number with the newest decision about it."""
    number = (
        ContactPoint.objects.filter(patient=patient, kind="mobile", is_active=True)
        .order_by("-is_preferred", "rank")
        .values_list("value", flat=True)
        .first()
    )
    return status_of(patient, number)


def status_of(patient: Patient, number: str | None) -> TextStatus:
    """The same for a number that is at hand."""
    if not number:
        return TextStatus("", False, "No mobile number on file.")
    decision = may_contact(patient, "sms", number, PURPOSE)
    return TextStatus(number, decision.is_allowed, decision.reason or "")
