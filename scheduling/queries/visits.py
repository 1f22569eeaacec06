"""Visits by patient, and the lists that the front desk works off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import format_clock, format_day, now, today
from records.models import ContactPoint, Coverage
from records.queries.finder import patient_url
from scheduling.models import Appointment, ContactAttempt, Location, VisitInterval
from scheduling.queries._words import patient_name
from scheduling.queries.settings import flow_settings
from scheduling.rules.visit_states import IN_CLINIC, LABELS, UPCOMING, State, Stay, effective

# An eligibility check is asked for anew when the last one is older than this.
FRESH_CHECK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit in a list."""

    id: UUID
    when: str
    clock: str
    type_name: str
    who: str
    state: str
    state_words: str
    reason: str
    starts_at: datetime
    encounter_id: UUID | None


@dataclass(frozen=True)
class PatientVisits:
    """Why the patient is here, when they come next, and what was."""

    current: VisitLine | None
    upcoming: tuple[VisitLine, ...]
    past: tuple[VisitLine, ...]
    no_shows: int

    @property
    def next(self) -> VisitLine | None:
        return self.upcoming[0] if self.upcoming else None


def patient_visits(patient_id: UUID, *, past: int = 8) -> PatientVisits:
    """The patient's visits in two statements: the latest ones, and no-shows of the last 12 months."""
    rows = Appointment.objects.filter(patient_id=patient_id).exclude(state=State.RESCHEDULED)
    rows = rows.select_related("visit_type", "provider", "ma").order_by("-starts_at")[: past + 20]
    lines = [(_line(row), row.state) for row in rows]
    moment = now()
    no_shows = Appointment.objects.filter(
        patient_id=patient_id, state=State.NO_SHOW, starts_at__gte=moment - timedelta(days=365)
    ).count()
    ahead = [
        line for line, state in lines if state in UPCOMING and line.starts_at >= moment - timedelta(hours=12)
    ]
    here = [line for line, state in lines if state in IN_CLINIC]
    ids = {line.id for line in (*ahead, *here)}
    return PatientVisits(
        current=here[0] if here else None,
        upcoming=tuple(reversed(ahead)),
        past=tuple(line for line, _ in lines if line.id not in ids)[:past],
        no_shows=no_shows,
    )


def _line(row: Appointment) -> VisitLine:
    person = row.provider or row.ma
    return VisitLine(
        id=row.pk,
        when=format_day(row.local_day),
        clock=format_clock(row.starts_at, row.zone),
        type_name=row.visit_type.name,
        who=person.name if person else "",
        state=row.state,
        state_words=LABELS[State(row.state)],
        reason=row.reason,
        starts_at=row.starts_at,
        encounter_id=row.encounter_id,
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """A patient who is due soon, and what is missing before they can be seen."""

    id: UUID
    patient_id: UUID
    name: str
    clock: str
    type_name: str
    who: str
    state: str
    missing: tuple[str, ...]
    reason: str = ""
    phone: str = ""
    phone_words: str = ""
    # The last call about the visit, for the list of those to be confirmed.
    last_try: str = ""
    tries: int = 0


def arrivals(location: Location, *, limit: int = 5) -> list[Arrival]:
    """The next patients of today who have not come yet, with what is missing, in one statement."""
    rows = _with_gaps(Appointment.objects.on_day(location.pk, today(location.zone)), now())
    rows = rows.filter(state__in=sorted(UPCOMING), starts_at__gte=now() - timedelta(hours=1))
    return [_arrival(row) for row in rows.order_by("starts_at")[:limit]]


def unconfirmed(location: Location, day: date | None = None) -> list[Arrival]:
    """Visits of a day (default the next one with visits) that nobody has confirmed, with a number to call."""
    wanted = day or next_day_with_visits(location)
    calls = ContactAttempt.objects.filter(appointment=OuterRef("pk")).order_by("-at", "-pk")
    rows = _with_gaps(Appointment.objects.on_day(location.pk, wanted), now()).annotate(
        last_outcome=Subquery(calls.values("outcome")[:1]),
        tries=Subquery(calls.order_by().values("appointment").annotate(n=Count("pk")).values("n")),
    )
    words = dict(ContactAttempt.Outcome.choices)
    return [
        replace(_arrival(row), last_try=str(words.get(row.last_outcome, "")), tries=row.tries or 0)
        for row in rows.filter(state=State.SCHEDULED).order_by("starts_at")
    ]


def next_day_with_visits(location: Location) -> date:
    """The next day on which somebody is booked within two weeks, weekends and closed days left out; else tomorrow."""
    first = today(location.zone) + timedelta(days=1)
    coming = Appointment.objects.filter(
        location=location, local_day__range=(first, first + timedelta(days=13)), state__in=sorted(UPCOMING)
    )
    return coming.order_by("local_day").values_list("local_day", flat=True).first() or first


def overdue(location: Location) -> list[Arrival]:
    """Past the grace period and not here: the list from which no-shows are marked, by a person."""
    grace = timedelta(minutes=flow_settings().no_show_grace)
    rows = _with_gaps(Appointment.objects.on_day(location.pk, today(location.zone)), now())
    rows = rows.filter(state__in=sorted(UPCOMING), starts_at__lte=now() - grace)
    return [_arrival(row) for row in rows.order_by("starts_at")]


def _with_gaps(rows, moment: datetime):
    covered = Coverage.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today(clinic_zone())), patient=OuterRef("patient_id")
    )
    phones = ContactPoint.objects.filter(patient=OuterRef("patient_id"), is_active=True).exclude(kind="email")
    return rows.select_related("patient", "visit_type", "provider", "ma").annotate(
        is_covered=Exists(covered),
        is_checked=Exists(covered.filter(verified_at__gte=moment - FRESH_CHECK)),
        phone=phones.order_by("-is_preferred", "rank").values("value")[:1],
    )


def _arrival(row: Appointment) -> Arrival:
    gaps = (
        ("Unconfirmed", row.state == State.SCHEDULED),
        ("No coverage", not row.is_covered),
        ("Check coverage", row.is_covered and not row.is_checked),
        ("No phone", not row.phone),
        ("Interpreter", row.is_interpreter_needed),
    )
    person, patient = row.provider or row.ma, row.patient
    return Arrival(
        id=row.pk,
        patient_id=row.patient_id,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        clock=format_clock(row.starts_at, row.zone),
        type_name=row.visit_type.name,
        who=person.name if person else "",
        state=row.state,
        missing=tuple(words for words, is_missing in gaps if is_missing),
        reason=row.reason,
        phone=row.phone or "",
        phone_words=display(row.phone) if row.phone else "",
    )


def timeline(appointment: Appointment) -> list[tuple[Stay, VisitInterval]]:
    """The visit as it counts, each stay with its row; undone moves are left out."""
    rows = {
        row.pk: row
        for row in VisitInterval.objects.filter(appointment=appointment).select_related("room", "by")
    }
    return [(stay, rows[stay.id]) for stay in effective(row.as_stay() for row in rows.values())]


def full_history(appointment: Appointment) -> list[VisitInterval]:
    """Every row, undone ones included, the oldest first."""
    rows = VisitInterval.objects.filter(appointment=appointment)
    return list(rows.select_related("room", "by", "undone_by"))


@dataclass(frozen=True, slots=True)
class TodaysPatient:
    """A patient of today with the address of their page."""

    patient_id: UUID
    name: str
    clock: str
    type_name: str
    who: str
    state: str
    url: str


def patients_today(location: Location) -> list[TodaysPatient]:
    """Who is in the clinic, the longest booked first, then who is still to come today. One statement."""
    rows = Appointment.objects.on_day(location.pk, today(location.zone)).filter(
        state__in=sorted(IN_CLINIC | UPCOMING)
    )
    rows = rows.select_related("patient", "visit_type", "provider", "ma")
    ranked = sorted(rows, key=lambda row: (row.state in UPCOMING, row.starts_at))
    return [_todays_patient(row) for row in ranked]


def _todays_patient(row: Appointment) -> TodaysPatient:
    person, patient = row.provider or row.ma, row.patient
    return TodaysPatient(
        patient_id=patient.pk,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        clock=format_clock(row.starts_at, row.zone),
        type_name=row.visit_type.name,
        who=person.name if person else "",
        state=row.state,
        url=patient_url(patient.pk),
    )


def next_for(member_id: UUID, location: Location | None = None, *, limit: int = 6) -> list[Arrival]:
    """What a provider or MA has before them today: who is here first, then who is due."""
    rows = Appointment.objects.filter(local_day__gte=today_in(location), local_day__lte=today_in(location))
    rows = rows.filter(Q(provider_id=member_id) | Q(ma_id=member_id))
    rows = _with_gaps(rows, now()).filter(state__in=sorted(IN_CLINIC | UPCOMING))
    ranked = sorted(rows, key=lambda row: (row.state in UPCOMING, row.starts_at))
    return [_arrival(row) for row in ranked[:limit]]


def today_in(location: Location | None) -> date:
    """Today at the location, or at the clinic."""
    return today(location.zone if location else clinic_zone())
