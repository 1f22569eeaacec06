"""Appeal letters: what one proposes, and those that were made."""

import datetime as dt

from django.shortcuts import get_object_or_404

from billing.models import AppealLetter, Denial
from billing.rules.appeals import appeal_body
from billing.rules.remittances import reason_words
from clinic.core.money import dollars
from clinic.core.profile import clinic
from scheduling.rules.letter_paper import Paper


def appeal_draft(denial: Denial) -> str:
    """The letter that the kind of denial proposes."""
    claim, patient = denial.claim, denial.patient
    reasons = ", ".join(f"{text} {reason_words(text.partition('-')[2])}" for text in denial.reasons)
    return appeal_body(
        denial.category,
        patient=patient.legal_name,
        birth_date=patient.birth_date,
        member=claim.coverage.member_id,
        control=claim.payer_control,
        account=claim.account,
        service=claim.service_from,
        amount=dollars(denial.amount),
        reasons=reasons or "not given",
        clinic=clinic().name,
    )


def appeal_paper(denial: Denial, body: str, day: dt.date) -> Paper:
    """The letter for its PDF, from the clinic to the payer."""
    us = clinic()
    town = " ".join(part for part in (us.state, us.postal_code) if part)
    place = ", ".join(part for part in (us.city, town) if part)
    sender = (us.name, us.address_line1, us.address_line2, place, us.phone_shown if us.phone else "")
    return Paper(
        sender=tuple(line for line in sender if line),
        to=(denial.claim.payer.name, "Appeals"),
        day=f"{day:%m/%d/%Y}",
        heading=f"Appeal of claim {denial.claim.account}",
        body=body,
    )


def appeals_of(denial: Denial) -> list[AppealLetter]:
    """The letters made for a denial, the newest first. One query."""
    return list(denial.appeals.defer("body"))


def appeal_or_404(pk) -> AppealLetter:
    """One letter with its file and patient."""
    return get_object_or_404(AppealLetter.objects.select_related("file", "denial"), pk=pk)
