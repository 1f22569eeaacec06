"""The warnings of a stretch of days at one location, in one statement.

Written as SQL because every poll of a board may build it: the same as a queryset costs several times as much to put
together as to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from clinic.core.time import now, today
from clinic.messaging.models.choices import REACHES
from scheduling.models import Location
from scheduling.queries.visits import FRESH_CHECK
from scheduling.rules.marks import Facts, Mark, marks_of
from scheduling.rules.visit_states import UPCOMING, State

# Two patients of one day are namesakes when last name and first letter of the first name are the same, accents aside.
_SQL = """
WITH visits AS (
    SELECT a.id, a.patient_id, a.local_day, a.state, a.is_interpreter_needed, p.address_line1,
           coalesce(a.provider_id, a.ma_id) AS member_id,
           min(p.id::text) OVER namesakes <> max(p.id::text) OVER namesakes AS has_namesake
    FROM scheduling_appointment a JOIN records_patient p ON p.id = a.patient_id
    WHERE a.location_id = %(location)s AND a.local_day BETWEEN %(first)s AND %(last)s
      AND a.state <> ALL(%(gone)s)
    WINDOW namesakes AS (
        PARTITION BY a.local_day, lower(unaccent(p.last_name)), lower(left(unaccent(p.first_name), 1))
    )
)
SELECT v.id, v.local_day, v.state, v.is_interpreter_needed, v.has_namesake, v.address_line1 = '',
       v.state = ANY(%(ahead)s) AND NOT EXISTS (
           SELECT FROM records_contactpoint c
           WHERE c.patient_id = v.patient_id AND c.is_active AND c.kind <> 'email'),
       v.state = ANY(%(ahead)s) AND EXISTS (
           SELECT FROM records_contactpoint c
           WHERE c.patient_id = v.patient_id AND c.is_active AND c.kind = 'mobile')
       AND NOT EXISTS (
           SELECT FROM messaging_contactconsent m
           WHERE m.patient_id = v.patient_id AND m.purpose <> %(reaches)s),
       v.state = ANY(%(ahead)s) AND EXISTS (
           SELECT FROM records_coverage c
           WHERE c.patient_id = v.patient_id AND (c.ends_on IS NULL OR c.ends_on >= v.local_day)
             AND c.verified_at >= %(fresh)s)
FROM visits v
WHERE %(member)s::uuid IS NULL OR v.member_id = %(member)s
   OR EXISTS (SELECT FROM scheduling_visitstep s WHERE s.appointment_id = v.id AND s.member_id = %(member)s)
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """The warnings of one visit, and what of the registration is missing while that can be mended."""

    marks: tuple[Mark, ...]
    gaps: tuple[str, ...]


NOTHING = Marked((), ())


def marks_between(
    location: Location, first: date, last: date, member_id: UUID | None = None
) -> dict[UUID, Marked]:
    """The warnings of every visit (or one member's, steps they do included) from `first` to `last`, both included.

    Cancelled and moved ones are left out. Namesakes are looked for among everybody of the day.
    """
    moment, soon = now(), today(location.zone) + timedelta(days=1)
    values = {
        "location": location.pk,
        "first": first,
        "last": last,
        "gone": [State.CANCELLED.value, State.RESCHEDULED.value],
        "ahead": sorted(UPCOMING),
        "fresh": moment - FRESH_CHECK,
        "member": member_id,
        "reaches": REACHES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        return {row[0]: _marked(row, soon) for row in cursor.fetchall()}


def _marked(row: tuple, soon: date) -> Marked:
    _, day, state, interpreter, namesake, no_address, no_phone, not_asked, is_checked = row
    missing = (no_address, "no address"), (no_phone, "no phone"), (not_asked, "texts not asked about")
    gaps = tuple(words for is_missing, words in missing if is_missing)
    facts = Facts(
        is_upcoming=state in UPCOMING,
        is_soon=day <= soon,
        is_confirmed=state != State.SCHEDULED,
        is_coverage_checked=is_checked,
        gaps=gaps,
        needs_interpreter=interpreter,
        has_namesake=namesake,
    )
    marks = marks_of(facts)
    return Marked(marks, gaps if Mark.FORMS in marks else ())
