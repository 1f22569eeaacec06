"""The check-out page and the after-visit summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from billing.queries import balance, copay_due
from clinic.core.errors import Refused
from clinic.core.time import format_clock, format_day, today
from clinic.desk.models import DeskBlock
from clinic.desk.queries.visit import get_visit
from records.models import Allergy, Immunization, Medication, Note, Patient, Problem
from records.queries.vitals import SetLine, recent_sets, set_line
from records.rules.names import age_months
from scheduling.models import Appointment
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING, State


@dataclass(frozen=True)
class Booked:
    """A coming visit, in words."""

    id: UUID
    words: str


@dataclass(frozen=True)
class CheckOut:
    """The check-out page."""

    appointment: Appointment
    patient: Patient
    may_leave: bool
    has_left: bool
    copay: Decimal | None
    balance: Decimal
    booked: list[Booked]
    follow_up: DeskBlock | None
    summary: DeskBlock | None
    note_words: str

    @property
    def owes(self) -> Decimal:
        """What to ask for now: the copay not yet paid and the balance from before."""
        return (self.copay or Decimal(0)) + max(self.balance, Decimal(0))


def coming_visits(visit: Appointment) -> list[Booked]:
    """The patient's visits after this one, in words. One query."""
    rows = (
        Appointment.objects.filter(
            patient_id=visit.patient_id, state__in=sorted(UPCOMING), starts_at__gt=visit.starts_at
        )
        .select_related("visit_type", "provider")
        .order_by("starts_at")[:4]
    )
    return [
        Booked(
            row.pk,
            f"{format_day(row.local_day)}, {format_clock(row.starts_at, row.zone)}: {row.visit_type.name}"
            + (f" with {row.provider.name}" if row.provider else ""),
        )
        for row in rows
    ]


def check_out_page(pk: UUID) -> CheckOut:
    """Everything the check-out page shows, in a fixed number of queries."""
    visit = get_visit(pk)
    if visit.state in UPCOMING:
        raise Refused("The patient has not checked in yet.", hint="Check the patient in first.")
    blocks = {row.block: row for row in DeskBlock.objects.filter(appointment=visit).select_related("by")}
    return CheckOut(
        appointment=visit,
        patient=visit.patient,
        may_leave=visit.state in IN_CLINIC,
        has_left=visit.state == State.COMPLETED,
        copay=copay_due(visit),
        balance=balance(visit.patient_id),
        booked=coming_visits(visit),
        follow_up=blocks.get(DeskBlock.Block.FOLLOW_UP),
        summary=blocks.get(DeskBlock.Block.SUMMARY),
        note_words=_note_words(visit),
    )


def _note_words(visit: Appointment) -> str:
    notes = list(
        Note.objects.filter(encounter_id=visit.encounter_id, addends__isnull=True).select_related("signed_by")
    )
    if not notes:
        return "No note yet" if visit.has_provider else ""
    unsigned = [note for note in notes if note.signed_at is None]
    return "Note not signed yet" if unsigned else f"Note signed by {notes[-1].signed_by.name}"


@dataclass(frozen=True)
class VisitSummary:
    """What the patient takes home."""

    appointment: Appointment
    patient: Patient
    when: str
    vitals: SetLine | None
    plan: str
    problems: list[Problem] = field(default_factory=list)
    medications: list[Medication] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    immunizations: list[Immunization] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)


def visit_summary(pk: UUID) -> VisitSummary:
    """The after-visit summary: this visit's findings, the current lists, and what comes next. No unsigned note."""
    visit = get_visit(pk)
    if visit.encounter_id is None:
        raise Refused("The patient has not checked in yet.")
    patient = visit.patient
    sets = recent_sets(patient.pk, 1, encounter_id=visit.encounter_id, with_retracted=False)
    months = age_months(patient.birth_date, today(visit.zone))
    note = (
        Note.objects.filter(encounter_id=visit.encounter_id, signed_at__isnull=False)
        .order_by("-signed_at")
        .first()
    )
    live = {"patient": patient, "retracted_at__isnull": True}
    return VisitSummary(
        appointment=visit,
        patient=patient,
        when=f"{format_day(visit.local_day)}, {format_clock(visit.starts_at, visit.zone)}",
        vitals=set_line(sets[0], months) if sets else None,
        plan=(note.sections or {}).get("plan", "") if note else "",
        problems=list(Problem.objects.filter(**live, status=Problem.Status.ACTIVE)),
        medications=list(Medication.objects.filter(**live).exclude(status=Medication.Status.STOPPED)),
        allergies=list(Allergy.objects.filter(**live, status=Allergy.Status.ACTIVE)),
        immunizations=list(
            Immunization.objects.filter(
                patient=patient,
                encounter_id=visit.encounter_id,
                retracted_at__isnull=True,
                status=Immunization.Status.COMPLETED,
            )
        ),
        booked=coming_visits(visit),
    )
