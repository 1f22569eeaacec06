"""Visits that did not take place as booked, and what still has to follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from clinic.core.phones import display
from clinic.core.time import format_clock, format_day, now
from records.models import ContactPoint, Medication, RedFlag, Result
from scheduling.models import Appointment, ContactAttempt, Location, MissedVisit
from scheduling.queries._words import patient_name
from scheduling.queries.outreach import outreach_settings
from scheduling.rules import missed as rules
from scheduling.rules.visit_states import State

VIEWS = {"calls": "To call", "letters": "Letters", "decisions": "Provider decides", "all": "All"}
# An abnormal result counts as open for so long: nobody has said in this software that it was dealt with.
RESULT_OPEN = timedelta(days=90)
# A late cancellation is the patient's own; one that the clinic caused is nobody's to be called about here.
_LATE = {"state": State.CANCELLED, "is_late_cancel": True, "cancel_reason__startswith": "patient_"}
MISSED_STATES = Q(state__in=(State.NO_SHOW, State.LEFT)) | Q(**_LATE)
STILL_MISSED = Q(appointment__state__in=(State.NO_SHOW, State.LEFT)) | Q(
    **{f"appointment__{name}": value for name, value in _LATE.items()}
)
CALLED_FOR = timedelta(days=3)


def kind_of(visit: Appointment) -> rules.Kind:
    """What kind of missed visit this is."""
    if visit.state == State.NO_SHOW:
        return rules.Kind.NO_SHOW
    return rules.Kind.LEFT if visit.state == State.LEFT else rules.Kind.LATE_CANCEL


def number_of(visit: Appointment) -> int:
    """Which missed visit that counts within the clinic's months this one is; 0 when it does not count."""
    chosen = outreach_settings()
    if not rules.is_counted(kind_of(visit), late_cancels=chosen.are_late_cancels_counted):
        return 0
    counted = Q(state=State.NO_SHOW)
    if chosen.are_late_cancels_counted:
        counted |= Q(**_LATE)
    return Appointment.objects.filter(
        counted,
        patient=visit.patient_id,
        local_day__gt=rules.months_before(visit.local_day, chosen.count_months),
        starts_at__lte=visit.starts_at,
    ).count()


def risks_of(visit: Appointment) -> list[rules.Risk]:
    """Why the provider has to know at once. Three statements."""
    chosen, patient = outreach_settings(), visit.patient
    results = Result.objects.filter(
        patient=patient,
        flag__in=sorted(rules.ABNORMAL),
        observed_at__gt=now() - RESULT_OPEN,
        retracted_at=None,
    ).exclude(Exists(Result.objects.filter(replaces=OuterRef("pk"))))
    flags = RedFlag.objects.filter(patient=patient, acknowledged_at=None)
    medications = Medication.objects.filter(patient=patient, retracted_at=None).exclude(
        status__in=(Medication.Status.STOPPED, Medication.Status.NOT_TAKING)
    )
    return rules.risks_of(
        born=patient.birth_date,
        on=visit.local_day,
        infant_months=chosen.infant_months,
        has_abnormal_result=results.exists() or flags.exists(),
        medications=list(medications.values_list("name", flat=True)),
        anticoagulants=chosen.anticoagulants,
    )


@dataclass(frozen=True, slots=True)
class MissedLine:
    """One missed visit in words."""

    id: UUID
    appointment_id: UUID
    patient_id: UUID
    visit_type_id: UUID
    name: str
    phone: str
    phone_words: str
    kind: str
    kind_words: str
    when: str
    type_name: str
    who: str
    number: int
    risk_words: str
    call_open: bool
    tries: int
    last_try: str
    last_by: str
    letter: int
    letter_sent: datetime | None
    letter_file: UUID | None
    needs_decision: bool
    decision: str
    missed_at: datetime


def missed_visits(location: Location, view: str):
    """Missed visits of a view (`calls`, `letters`, `decisions`, `all`), the newest first; to be sliced and given
    to `missed_line`. A visit whose move was undone is not among them. One statement."""
    chosen = outreach_settings()
    phones = ContactPoint.objects.filter(patient=OuterRef("patient_id"), is_active=True).exclude(kind="email")
    tries = ContactAttempt.objects.filter(
        appointment=OuterRef("appointment_id"), at__gte=OuterRef("missed_at")
    )
    newest = tries.order_by("-at", "-pk")
    rows = (
        MissedVisit.objects.filter(STILL_MISSED, appointment__location=location)
        .select_related(
            "patient",
            "appointment__visit_type",
            "appointment__provider",
            "appointment__ma",
            "appointment__location",
        )
        .annotate(
            phone=phones.order_by("-is_preferred", "rank").values("value")[:1],
            tries=Subquery(tries.order_by().values("appointment").annotate(n=Count("pk")).values("n")),
            last_outcome=Subquery(newest.values("outcome")[:1]),
            last_by=Subquery(newest.values("by_label")[:1]),
        )
        .order_by("-missed_at")
    )
    if view == "calls":
        return rows.filter(call_closed_at=None, missed_at__gt=now() - CALLED_FOR)
    if view == "letters":
        return rows.filter(number__in=_lettered(chosen.decision_at), letter_sent_at=None)
    if view == "decisions":
        return rows.filter(number__gte=chosen.decision_at, decided_at=None)
    return rows


def _lettered(decision_at: int) -> list[int]:
    return [number for number in (1, 2) if rules.letter_of(number, decision_at)]


def missed_line(row: MissedVisit) -> MissedLine:
    """A row of `missed_visits` in words."""
    visit, patient = row.appointment, row.patient
    person = visit.provider or visit.ma
    outcomes = dict(ContactAttempt.Outcome.choices)
    chosen = outreach_settings()
    return MissedLine(
        id=row.pk,
        appointment_id=visit.pk,
        patient_id=patient.pk,
        visit_type_id=visit.visit_type_id,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        phone=row.phone or "",
        phone_words=display(row.phone) if row.phone else "",
        kind=row.kind,
        kind_words=rules.Kind(row.kind).words,
        when=f"{format_day(visit.local_day)}, {format_clock(visit.starts_at, visit.zone)}",
        type_name=visit.visit_type.name,
        who=person.name if person else "",
        number=row.number,
        risk_words=", ".join(rules.Risk(risk).words for risk in row.risks),
        call_open=row.call_closed_at is None,
        tries=row.tries or 0,
        last_try=str(outcomes.get(row.last_outcome, "")),
        last_by=row.last_by or "",
        letter=rules.letter_of(row.number, chosen.decision_at),
        letter_sent=row.letter_sent_at,
        letter_file=row.letter_file_id,
        needs_decision=rules.needs_decision(row.number, chosen.decision_at) and row.decided_at is None,
        decision=row.get_decision_display() if row.decision else "",
        missed_at=row.missed_at,
    )
