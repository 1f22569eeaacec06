"""What the booking dialog shows about the patient on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import format_clock, format_day, local_day, now, today
from records.models import Patient
from scheduling.models import Appointment, MissedVisit
from scheduling.queries.contact import status_of
from scheduling.queries.outreach import outreach_settings
from scheduling.rules.missed import months_before
from scheduling.rules.visit_states import UPCOMING, State

KEEP = MissedVisit.Decision.KEEP
# The next visit, how often nobody came within a year, what the provider decided about that, and the number for texts,
# in one round trip.
_FACTS = """
SELECT next.local_day, next.starts_at, next.zone,
    (SELECT count(*) FROM scheduling_appointment WHERE patient_id = %(patient)s AND state = %(no_show)s
        AND starts_at >= %(year_ago)s),
    (SELECT decision FROM scheduling_missedvisit WHERE patient_id = %(patient)s AND decided_at >= %(decided_since)s
        ORDER BY decided_at DESC LIMIT 1),
    (SELECT value FROM records_contactpoint WHERE patient_id = %(patient)s AND kind = 'mobile' AND is_active
        ORDER BY is_preferred DESC, rank LIMIT 1)
FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
    SELECT local_day, starts_at, zone FROM scheduling_appointment
    WHERE patient_id = %(patient)s AND state = ANY(%(upcoming)s) AND starts_at >= %(half_a_day_ago)s
    ORDER BY starts_at LIMIT 1
) AS next ON true"""


@dataclass(frozen=True)
class NextVisit:
    """Day and time, in words."""

    when: str
    clock: str


@dataclass(frozen=True)
class PatientLine:
    """The patient in one line, with what matters for a booking."""

    patient: Patient
    born: str
    age: str
    phone: str
    next_visit: NextVisit | None
    no_shows: int
    decision: str
    can_text: bool
    text_words: str

    @property
    def needs_call(self) -> bool:
        """Who did not come twice within a year is confirmed by phone."""
        return self.no_shows >= 2


def patient_line(patient: Patient) -> PatientLine:
    """Born, phone, next visit, no-shows with what the provider decided about them, and whether texts are welcome."""
    moment = now()
    months = outreach_settings().count_months
    given = {
        "patient": patient.pk,
        "no_show": State.NO_SHOW.value,
        "upcoming": sorted(UPCOMING),
        "year_ago": moment - timedelta(days=365),
        "decided_since": local_day(months_before(today(clinic_zone()), months), clinic_zone())[0],
        "half_a_day_ago": moment - timedelta(hours=12),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, given)
        day, starts_at, place, no_shows, decision, number = cursor.fetchone()
    contact = status_of(patient, number)
    return PatientLine(
        patient=patient,
        born=f"{patient.birth_date:%m/%d/%Y}",
        age=patient.age_words(today(clinic_zone())),
        phone=display(contact.number) if contact.number else "",
        next_visit=NextVisit(format_day(day), format_clock(starts_at, place)) if day else None,
        no_shows=no_shows,
        decision=MissedVisit.Decision(decision).label if decision and decision != KEEP else "",
        can_text=contact.is_allowed,
        text_words=contact.words,
    )


def minutes_early(visit: Appointment) -> int:
    """How long before the start of the visit the patient is wanted: for added steps, then for the MA."""
    kind = visit.visit_type
    begin = visit.starts_at - timedelta(minutes=kind.ma_before_minutes if kind.needs_provider else 0)
    first = min([begin, *(step.starts_at for step in visit.added_steps)])
    return int((visit.starts_at - first).total_seconds() // 60)
