"""The checklist of one visit in the room, and what was found last time."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from clinic.core.errors import Refused
from clinic.core.time import format_day, zone
from clinic.desk.queries.visit import get_visit
from records.models import IdentityCheck, Note, Patient, RedFlag, ReviewStamp, VitalSet
from scheduling.models import Appointment
from scheduling.rules.visit_states import IN_CLINIC, LABELS, State, usual_next

LISTS = (("allergies", "Allergies"), ("medications", "Medications"), ("problems", "Problems"))


@dataclass(frozen=True)
class Step:
    """One line of the checklist; `anchor` is where on the page the work is done."""

    title: str
    is_done: bool
    anchor: str
    words: str = ""


@dataclass(frozen=True)
class LastTime:
    """What was decided at the visit before, from its signed note."""

    words: str
    reason: str
    plan: str


@dataclass(frozen=True)
class Rooming:
    """The rooming page."""

    appointment: Appointment
    patient: Patient
    steps: list[Step]
    open_flags: int
    next_state: str
    next_words: str
    last_time: LastTime | None

    @property
    def done_count(self) -> int:
        return sum(step.is_done for step in self.steps)


def rooming_page(pk: UUID) -> Rooming:
    """The page's data. Refuses a visit whose patient has not arrived: there is no encounter to chart in."""
    visit = get_visit(pk)
    if visit.encounter is None:
        raise Refused("The patient has not checked in yet.", hint="Check the patient in first.")
    encounter = visit.encounter
    reviewed = set(ReviewStamp.objects.filter(encounter=encounter).values_list("list_name", flat=True))
    has_vitals = VitalSet.objects.filter(encounter=encounter, retracted_at__isnull=True).exists()
    identified = IdentityCheck.objects.filter(encounter=encounter, moment="rooming").exists()
    flags = RedFlag.objects.filter(encounter=encounter, acknowledged_at__isnull=True).count()
    steps = [
        Step("Two identifiers", identified, "identity"),
        Step("Vital signs", has_vitals, "panel-vitals"),
        *(Step(f"{title} reviewed", code in reviewed, f"panel-{code}") for code, title in LISTS),
    ]
    state = State(visit.state)
    following = usual_next(state, has_provider=visit.has_provider, needs_room=visit.visit_type.needs_room)
    if following == State.INTAKE and has_vitals:
        # Measured already: intake is under way whatever the board says, so the button names what comes after it.
        following = usual_next(following, has_provider=visit.has_provider, needs_room=True)
    show = following if state in IN_CLINIC and following else None
    return Rooming(
        appointment=visit,
        patient=visit.patient,
        steps=steps,
        open_flags=flags,
        next_state=show.value if show else "",
        next_words=LABELS[show] if show else "",
        last_time=_last_time(visit),
    )


def _last_time(visit: Appointment) -> LastTime | None:
    """The newest signed note before this visit. One query."""
    note = (
        Note.objects.filter(
            patient_id=visit.patient_id,
            signed_at__isnull=False,
            encounter__started_at__lt=visit.encounter.started_at,
        )
        .select_related("encounter", "signed_by")
        .order_by("-signed_at")
        .first()
    )
    if note is None:
        return None
    day = note.encounter.started_at.astimezone(zone(visit.zone)).date()
    sections = note.sections or {}
    return LastTime(
        words=f"{format_day(day)}, {note.signed_by.short_name}",
        reason=note.encounter.reason,
        plan=sections.get("plan") or sections.get("assessment") or "",
    )
