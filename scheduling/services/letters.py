"""Letters that went out: each is kept as a PDF with the patient's record, as it was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.files.base import ContentFile

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import attempt, service
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_rows
from clinic.core.profile import clinic_zone
from clinic.core.time import now, today
from clinic.files.models import StoredFile
from clinic.files.services import store_file
from clinic.inbox.services import add_task
from clinic.staff.roles import Role
from scheduling.models import ContactAttempt, FollowUp, FollowUpAttempt, MissedVisit
from scheduling.queries.follow_up_setup import letter_for
from scheduling.queries.letters import follow_up_papers, missed_papers
from scheduling.rules.follow_ups import Attempt, State
from scheduling.rules.letter_paper import Paper, letter_pdf
from scheduling.services._follow_up_steps import add_attempt, locked, move

OWNER = "scheduling.letter"


def _keep(by: Actor, patient_id, paper: Paper) -> StoredFile:
    upload = ContentFile(letter_pdf([paper]), name="letter.pdf")
    return store_file(by=by, upload=upload, owner_kind=OWNER, owner_id=str(patient_id), kinds=("pdf",))


@service
def mark_letter_sent(*, by: Actor, missed: MissedVisit) -> MissedVisit:
    """The letter after a missed visit was printed and posted; the words of today are kept as a PDF.

    Audited `missed_visit.letter_sent` and logged as an attempt. Refuses a visit after which no letter follows, and a
    second time.
    """
    row = lock_rows(
        MissedVisit.objects.filter(pk=missed.pk).select_related("appointment__location", "patient")
    )[0]
    papers = missed_papers([row], today(clinic_zone()))
    if not papers:
        raise Refused("No letter follows from this visit.")
    if row.letter_sent_at:
        raise Refused("The letter is marked as sent already.")
    row.letter_sent_at, row.letter_sent_by_id = now(), by.member_id
    row.letter_file = _keep(by, row.patient_id, papers[0])
    row.save()
    ContactAttempt.objects.create(
        patient_id=row.patient_id,
        appointment=row.appointment,
        way=ContactAttempt.Way.LETTER,
        outcome=ContactAttempt.Outcome.SENT,
        at=now(),
        by_id=by.member_id,
        by_label=by.label[:120],
    )
    audit.record(by, "missed_visit.letter_sent", obj=row, patient=row.patient_id, number=row.number)
    return row


@service
def mark_letters_sent(*, by: Actor, rows: Iterable[MissedVisit]) -> int:
    """A pile of letters after missed visits was posted; returns how many were marked. One that somebody else has
    marked meanwhile is passed over. Audited and refused as one letter is."""
    return _each(rows, lambda row: mark_letter_sent(by=by, missed=row))


@service
def send_follow_up_letter(*, by: Actor, follow_up: FollowUp) -> FollowUpAttempt:
    """Notes that the letter was printed and mailed, and keeps it as a PDF. Then the provider decides: a task says so.

    After a certified letter was asked for, it is that one. Audited as `follow_up.attempted`. Refuses when no letter
    is due, and when no wording is in force.
    """
    row = locked(follow_up)
    if row.state != State.LETTER:
        raise Refused("No letter is due.")
    row.is_certified = is_certified(row)
    papers = follow_up_papers([row], today(clinic_zone()))
    if not papers:
        raise Refused("There is no wording for the letter.")
    tried = add_attempt(
        row,
        by=by,
        outcome=Attempt.LETTER,
        kind=FollowUpAttempt.Kind.CERTIFIED if row.is_certified else FollowUpAttempt.Kind.LETTER,
        at=now(),
        letter=letter_for(row.patient.language),
        letter_file=_keep(by, row.patient_id, papers[0]),
    )
    move(row, State.PROVIDER, by=by, next_at=now())
    row.save()
    owner = row.provider if row.provider is not None and row.provider.is_active else None
    add_task(
        by=by,
        title="Not reached by phone or letter: decide",
        detail=f"Follow-up: {row.reason}. Call again, send a certified letter, or close it with the reason.",
        patient=row.patient,
        owner=owner,
        pool="" if owner else Role.PROVIDER.value,
        priority="high",
        source_key=f"follow-up-decide:{tried.pk}",
    )
    return tried


@service
def send_follow_up_letters(*, by: Actor, rows: Iterable[FollowUp]) -> int:
    """A pile of follow-up letters was mailed; returns how many were noted. One that is no longer due is passed over."""
    return _each(rows, lambda row: send_follow_up_letter(by=by, follow_up=row))


def _each(rows: Iterable, send: Callable) -> int:
    done = 0
    # In key order, so that two piles with the same letters never wait for each other in a circle.
    for row in sorted(rows, key=lambda one: one.pk):
        try:
            with attempt():
                send(row)
        except (Refused, Conflict):
            continue  # somebody else was faster
        done += 1
    return done


def is_certified(row: FollowUp) -> bool:
    """Whether the letter due is a certified one: a plain one has been sent already."""
    return row.attempts.filter(kind=FollowUpAttempt.Kind.LETTER).exists()
