"""Letters to patients: after a missed visit, and after follow-up calls that nobody answered. Filled in, as pages to
print, and as what a PDF is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from clinic.core.profile import clinic
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules.phones import spoken_phone
from records.queries.reach import mailing_address
from scheduling.models import FollowUp, FollowUpAttempt, MissedVisit
from scheduling.queries.follow_ups import follow_ups_in, letter_of
from scheduling.queries.outreach import letter_wording, outreach_settings
from scheduling.rules import missed as rules
from scheduling.rules.letter_paper import Paper


@dataclass(frozen=True)
class Letter:
    """A letter ready to print; `address` line by line, the name first, where the patient asked for letters."""

    heading: str
    body: str
    language: str
    address: tuple[str, ...]
    day: date


def missed_letter(missed: MissedVisit, on: date) -> Letter | None:
    """The letter that follows a missed visit, in the patient's language; None where none follows."""
    number = rules.letter_of(missed.number, outreach_settings().decision_at)
    if not number:
        return None
    visit, patient = missed.appointment, missed.patient
    wording = letter_wording(f"{missed.kind}_{number}", patient.language)
    if wording is None:
        return None
    values = {
        "name": patient.legal_name,
        "date": f"{visit.local_day:%m/%d/%Y}",
        "clinic": practice_name(),
        "phone": spoken_phone(visit.location.phone or clinic().phone),
    }
    body = wording.body
    for name, value in values.items():
        body = body.replace("{" + name + "}", value)
    return Letter(wording.heading, body, wording.language, _addressed(patient), on)


def follow_up_letter(row: FollowUp, on: date) -> Letter | None:
    """The letter to a patient who could not be reached by phone; None without a wording in force."""
    found = letter_of(row)
    if found is None:
        return None
    return Letter(found.heading, found.body, found.language, _addressed(row.patient), on)


def _addressed(patient) -> tuple[str, ...]:
    return (patient.legal_name, *mailing_address(patient))


def follow_up_letters_due():
    """Follow-ups whose letter is to be mailed, the longest waiting first, each with whether it is the certified one;
    to be sliced. One statement."""
    plain = FollowUpAttempt.objects.filter(follow_up=OuterRef("pk"), kind=FollowUpAttempt.Kind.LETTER)
    return follow_ups_in("letters").annotate(is_certified=Exists(plain))


def missed_papers(rows: Iterable[MissedVisit], on: date) -> list[Paper]:
    """The letters of these missed visits, for a PDF; who gets none is left out."""
    letters = (missed_letter(row, on) for row in rows)
    return [_paper(letter) for letter in letters if letter is not None]


def follow_up_papers(rows: Iterable[FollowUp], on: date) -> list[Paper]:
    """The letters of these follow-ups (of `follow_up_letters_due`), for a PDF."""
    letters = ((follow_up_letter(row, on), row.is_certified) for row in rows)
    return [
        _paper(letter, "Certified mail" if is_certified else "")
        for letter, is_certified in letters
        if letter is not None
    ]


def _paper(letter: Letter, remark: str = "") -> Paper:
    us = clinic()
    town = " ".join(part for part in (us.state, us.postal_code) if part)
    place = ", ".join(part for part in (us.city, town) if part)
    sender = (us.name, us.address_line1, us.address_line2, place, us.phone_shown if us.phone else "")
    return Paper(
        sender=tuple(line for line in sender if line),
        to=letter.address,
        day=f"{letter.day:%m/%d/%Y}",
        heading=letter.heading,
        body=letter.body,
        language=letter.language,
        remark=remark,
    )
