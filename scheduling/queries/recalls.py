"""The recall list as it is worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import CharField, Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import format_day, now, today
from clinic.messaging.models import Message
from clinic.messaging.rules.states import LEFT_THE_HOUSE, STATE_WORDS
from clinic.messaging.rules.states import State as MessageState
from records.models import ContactPoint
from scheduling.models import Appointment, ContactAttempt, Recall
from scheduling.queries._words import by_whom, patient_name
from scheduling.rules.visit_states import UPCOMING

VIEWS = {
    "due": "Due",
    "calls": "To call",
    "asked": "Asked, no visit yet",
    "soon": "Due in 60 days",
    "closed": "Closed",
}
SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class RecallLine:
    """One recall in words."""

    id: UUID
    patient_id: UUID
    visit_type_id: UUID
    name: str
    phone: str
    phone_words: str
    reason: str
    type_name: str
    due: str
    is_overdue: bool
    note: str
    needs_call: bool
    why_call: str
    messages: int
    message: str
    message_state: str
    calls: int
    last_call: str
    booked: str
    outcome: str
    outcome_words: str
    closed_by: str
    is_open: bool


def recall_rows(view: str, reason: str = ""):
    """Recalls of a view (`due`, `calls`, `asked`, `soon`, `open`, `closed`), those due longest first; to be sliced and
    given to `recall_line`. One statement."""
    subject = Concat(Value("recall:"), Cast(OuterRef("pk"), CharField()))
    messages = Message.objects.filter(subject=subject).order_by("-created_at")
    phones = ContactPoint.objects.filter(patient=OuterRef("patient_id"), is_active=True).exclude(kind="email")
    calls = ContactAttempt.objects.filter(recall=OuterRef("pk")).order_by("-at", "-pk")
    booked = Appointment.objects.filter(
        patient=OuterRef("patient"),
        visit_type=OuterRef("visit_type"),
        state__in=sorted(UPCOMING),
        starts_at__gt=now(),
    ).order_by("starts_at")
    rows = Recall.objects.select_related("patient", "reason", "visit_type").annotate(
        phone=phones.order_by("-is_preferred", "rank").values("value")[:1],
        message_state=Subquery(messages.values("state")[:1]),
        message_count=Subquery(
            messages.filter(state__in=LEFT_THE_HOUSE)
            .order_by()
            .values("subject")
            .annotate(n=Count("pk"))
            .values("n")
        ),
        call_count=Subquery(calls.order_by().values("recall").annotate(n=Count("pk")).values("n")),
        last_outcome=Subquery(calls.values("outcome")[:1]),
        booked_on=Subquery(booked.values("local_day")[:1]),
    )
    if reason:
        rows = rows.filter(reason__code=reason)
    return _in_view(rows, view)


def _in_view(rows, view: str):
    day = today(clinic_zone())
    if view == "closed":
        return rows.filter(closed_at__isnull=False).order_by("-closed_at")
    rows = rows.filter(closed_at=None).order_by("due_on", "created_at")
    if view == "open":
        return rows
    if view == "soon":
        return rows.filter(due_on__gt=day, due_on__lte=day + SOON)
    rows = rows.filter(due_on__lte=day)
    if view == "calls":
        return rows.filter(needs_call=True)
    if view == "asked":
        return rows.filter(Q(message_state__isnull=False) | Q(call_count__gt=0))
    return rows.order_by(F("message_state").asc(nulls_first=True), "due_on", "created_at")


def recalls_of(patient_id: UUID) -> list[RecallLine]:
    """A patient's open recalls, for their page."""
    return [recall_line(row) for row in recall_rows("open").filter(patient_id=patient_id)]


def recall_line(row: Recall) -> RecallLine:
    """A row of `recall_rows` in words."""
    patient = row.patient
    outcomes = dict(ContactAttempt.Outcome.choices)
    return RecallLine(
        id=row.pk,
        patient_id=patient.pk,
        visit_type_id=row.visit_type_id,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        phone=row.phone or "",
        phone_words=display(row.phone) if row.phone else "",
        reason=row.reason.name,
        type_name=row.visit_type.name,
        due=_due(row.due_on),
        is_overdue=row.due_on < today(clinic_zone()) - timedelta(days=30),
        note=row.note,
        needs_call=row.needs_call,
        why_call=row.why_call,
        messages=row.message_count or 0,
        message=STATE_WORDS[MessageState(row.message_state)] if row.message_state else "",
        message_state=row.message_state or "",
        calls=row.call_count or 0,
        last_call=str(outcomes.get(row.last_outcome, "")),
        booked=format_day(row.booked_on) if row.booked_on else "",
        outcome=row.outcome,
        outcome_words=row.get_outcome_display() if row.outcome else "",
        closed_by=by_whom(row.closed_by_label),
        is_open=row.closed_at is None,
    )


def _due(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
