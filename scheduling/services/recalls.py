"""Recalls: patients who are asked back. Closed by a booking or by a coded reason, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import attempt, service
from clinic.core.errors import ClinicError, Refused, Stale
from clinic.core.failures import each
from clinic.core.locks import lock_rows
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.services import void_messages
from scheduling.models import Appointment, Recall, RecallReason, VisitType
from scheduling.queries.offers import DEAD
from scheduling.queries.outreach import outreach_settings
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING, State
from scheduling.services.recall_messages import channel_for, plan_recall, subject_of

NAME = "scheduling.settle_recalls"
AT_ONCE = 200
LOOK_BACK = timedelta(days=14)
KEPT = sorted({*UPCOMING, *IN_CLINIC, State.COMPLETED})
FELL_THROUGH = (State.CANCELLED, State.NO_SHOW, State.LEFT)
CODED = (Recall.Outcome.ELSEWHERE, Recall.Outcome.DECLINED, Recall.Outcome.RELEASED)


@service
def add_recall(
    *,
    by: Actor,
    patient,
    reason: RecallReason,
    due_on: date,
    visit_type: VisitType | None = None,
    provider=None,
    note: str = "",
) -> Recall:
    """Puts a patient on the recall list. Audited `recall.added`.

    `visit_type` is the reason's usual one unless named. Refuses a reason without any, a patient who has died,
    and a second open recall for the same reason.
    """
    kind = visit_type or reason.visit_type
    if kind is None:
        raise Refused("Choose the kind of visit.", field="visit_type")
    if patient.deceased_on:
        raise Refused("This patient is recorded as deceased.", field="patient")
    row = Recall(
        patient=patient,
        reason=reason,
        visit_type=kind,
        provider=provider,
        due_on=due_on,
        note=note.strip()[:200],
        added_by_id=by.member_id,
        added_by_label=by.label[:120],
    )
    row.save(force_insert=True)
    audit.record(by, "recall.added", obj=row, patient=patient, reason=reason.code, due_on=due_on.isoformat())
    return row


@service
def close_recall(
    *, by: Actor, recall: Recall, outcome: str, note: str = "", version: int | None = None
) -> Recall:
    """Closes a recall with a coded reason: done elsewhere, declined, or released by the provider.

    What is queued for it is taken back. Audited `recall.closed`. Refuses any other outcome (a booking closes it
    by itself), a release without a word on why, and a recall that is closed.
    """
    if outcome not in CODED:
        raise Refused("Choose why the recall is closed.", field="outcome")
    if outcome == Recall.Outcome.RELEASED and not note.strip():
        raise Refused("Say who released it and why.", field="note")
    row = _open(recall)
    if version is not None and row.version != version:
        raise Stale("Somebody changed this recall while you had it open.", hint="Look again.")
    return _close(by, row, outcome, note=note)


def _open(recall: Recall) -> Recall:
    row = lock_rows(Recall.objects.filter(pk=recall.pk))[0]
    if row.closed_at:
        raise Refused(f"This recall is closed: {row.get_outcome_display().lower()}.")
    return row


def _close(
    by: Actor, row: Recall, outcome: str, *, note: str = "", visit: Appointment | None = None
) -> Recall:
    row.outcome, row.outcome_note, row.visit = outcome, note.strip()[:200], visit
    row.closed_at, row.closed_by_label, row.needs_call = now(), by.label[:120], False
    row.version += 1
    row.save()
    void_messages(by=by, subject=subject_of(row), reason=f"recall closed: {outcome}"[:120])
    audit.record(by, "recall.closed", obj=row, patient=row.patient_id, outcome=outcome)
    return row


@dataclass(frozen=True)
class Contacted:
    """What bulk outreach did: messages planned, calls for the desk, rows left alone."""

    planned: int = 0
    calls: int = 0
    skipped: int = 0

    @property
    def words(self) -> str:
        parts = [
            f"{self.planned} message{'s' if self.planned != 1 else ''} planned",
            f"{self.calls} to be called" if self.calls else "",
            f"{self.skipped} left alone (asked lately, booked or closed)" if self.skipped else "",
        ]
        return ", ".join(part for part in parts if part)


@service
def contact_recalls(*, by: Actor, recalls: Iterable[Recall]) -> Contacted:
    """Asks these patients to come back: one planned message each, and a call for those who agreed to none.

    Left alone: closed recalls, patients with such a visit ahead, and those asked within the clinic's pause.
    The outbox keeps quiet hours and the limits a day and a week; what it can't send becomes a call. Audited
    `recall.contacted` each.
    """
    counts = {"planned": 0, "calls": 0, "skipped": 0}
    rows = lock_rows(
        Recall.objects.filter(pk__in=[row.pk for row in recalls])
        .select_related("patient", "reason")
        .prefetch_related("patient__contacts")
    )
    lately = _asked_lately(rows)
    booked = set(
        Appointment.objects.upcoming(now())
        .filter(patient__in=[row.patient_id for row in rows])
        .values_list("patient_id", "visit_type_id")
    )
    for row in rows:
        if row.closed_at or row.pk in lately or (row.patient_id, row.visit_type_id) in booked:
            counts["skipped"] += 1
            continue
        counts[_contact(by, row)] += 1
    return Contacted(**counts)


def _asked_lately(rows: list[Recall]) -> set:
    by_subject = {subject_of(row): row.pk for row in rows}
    since = now() - timedelta(days=outreach_settings().recall_pause_days)
    asked = Message.objects.filter(subject__in=list(by_subject), created_at__gt=since).exclude(state__in=DEAD)
    return {by_subject[subject] for subject in asked.values_list("subject", flat=True)}


def _contact(by: Actor, row: Recall) -> str:
    channel, address = channel_for(row)
    why = "The patient has not agreed to messages."
    if channel:
        try:
            with attempt():
                plan_recall(by=by, recall=row, channel=channel, address=address)
            audit.record(by, "recall.contacted", obj=row, patient=row.patient_id, channel=channel)
            return "planned"
        except ClinicError as error:
            why = str(error)
    _to_be_called(by, row, why)
    return "calls"


def _to_be_called(by: Actor, row: Recall, why: str) -> None:
    row.needs_call, row.why_call = True, why[:120]
    row.version += 1
    row.save()
    audit.record(by, "recall.contacted", obj=row, patient=row.patient_id, channel="call")


def settle_recalls() -> int:
    """Closes recalls whose visit is booked, opens those again whose visit fell through, and turns messages that
    did not leave into calls. Returns how many changed; a second run changes nothing."""
    by = Actor.system(NAME)
    booked = Appointment.objects.filter(
        patient=OuterRef("patient"),
        visit_type=OuterRef("visit_type"),
        state__in=KEPT,
        created_at__gt=OuterRef("created_at"),
    )
    waiting = Recall.objects.filter(closed_at=None).order_by("due_on", "pk")
    done = each(
        f"{NAME}.booked",
        waiting.filter(Exists(booked))[:AT_ONCE],
        lambda row: _close_booked(by=by, recall=row),
        key=lambda row: row.pk,
    )
    lost = Recall.objects.filter(
        outcome=Recall.Outcome.BOOKED, visit__state__in=[*FELL_THROUGH, State.RESCHEDULED]
    ).exclude(
        Exists(Recall.objects.filter(patient=OuterRef("patient"), reason=OuterRef("reason"), closed_at=None))
    )
    done += each(
        f"{NAME}.lost",
        lost.select_related("visit__rescheduled_to").order_by("pk")[:AT_ONCE],
        lambda row: _reopen(by=by, recall=row),
        key=lambda row: row.pk,
    )
    return done + each(
        f"{NAME}.unsent", _unsent(), lambda pair: _call_instead(by=by, pair=pair), key=lambda pair: pair[0]
    )


@service
def _close_booked(*, by: Actor, recall: Recall) -> None:
    row = lock_rows(Recall.objects.filter(pk=recall.pk))[0]
    visit = (
        Appointment.objects.filter(
            patient=row.patient_id,
            visit_type=row.visit_type_id,
            state__in=KEPT,
            created_at__gt=row.created_at,
        )
        .order_by("starts_at")
        .first()
    )
    if row.closed_at is None and visit is not None:
        _close(by, row, Recall.Outcome.BOOKED, visit=visit)


@service
def _reopen(*, by: Actor, recall: Recall) -> None:
    """A booking that fell through is no booking: the patient is asked again, by a call."""
    row = lock_rows(Recall.objects.filter(pk=recall.pk).select_related("visit__rescheduled_to"))[0]
    visit = row.visit
    if visit is None or visit.state not in (*FELL_THROUGH, State.RESCHEDULED):
        return
    if visit.state == State.RESCHEDULED and visit.rescheduled_to is not None:
        row.visit = visit.rescheduled_to
        row.save()
        return
    row.outcome, row.visit, row.closed_at, row.closed_by_label = "", None, None, ""
    row.needs_call, row.why_call = True, f"The visit was not kept: {visit.state_words.lower()}."
    row.version += 1
    row.save()
    audit.record(by, "recall.reopened", obj=row, patient=row.patient_id, visit=visit.pk)


def _unsent() -> list[tuple[str, str]]:
    """(recall id, why) of open recalls whose newest message will not arrive."""
    rows = Message.objects.filter(
        purpose=Purpose.RECALL,
        state__in=DEAD,
        settled_at__gt=now() - LOOK_BACK,
        subject__startswith="recall:",
    ).exclude(
        Exists(Message.objects.filter(subject=OuterRef("subject"), created_at__gt=OuterRef("created_at")))
    )
    found = {row.subject_id: row.void_reason or row.error for row in rows[:AT_ONCE]}
    still_open = Recall.objects.filter(pk__in=list(found), closed_at=None, needs_call=False)
    return [(str(pk), found[str(pk)]) for pk in still_open.values_list("pk", flat=True)]


@service
def _call_instead(*, by: Actor, pair: tuple[str, str]) -> None:
    recall_id, why = pair
    row = lock_rows(Recall.objects.filter(pk=recall_id))[0]
    if row.closed_at is None and not row.needs_call:
        _to_be_called(by, row, why or "The message did not arrive.")
