"""Whether a board still shows what it showed, without building it.

Every row version of PostgreSQL carries the transaction that wrote it and its place (xmin, ctid). A digest of these over the
rows that a board is made of, with the mark of the settings, changes with any of them and costs one
statement. `clinic.ui.boards` remembers for a minute what was shown for it.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection

from clinic.core.time import now
from scheduling.rules.visit_states import IN_CLINIC

_ROWS = """
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
    SELECT concat_ws('/', a.id, a.xmin, a.ctid, p.xmin, p.ctid) AS line
    FROM scheduling_appointment a JOIN records_patient p ON p.id = a.patient_id
    WHERE a.location_id = %(location)s AND {visits}
    UNION ALL
    SELECT concat_ws('/', r.id, r.xmin, r.ctid) FROM scheduling_room r WHERE r.location_id = %(location)s
    UNION ALL
    SELECT concat_ws('/', f.id, f.xmin, f.ctid)
    FROM records_redflag f JOIN scheduling_appointment a ON a.encounter_id = f.encounter_id
    WHERE f.acknowledged_at IS NULL AND a.location_id = %(location)s AND {visits}
    UNION ALL
    SELECT mark::text FROM core_settingsmark{more}
) AS rows
"""
# What is kept for callers runs out by itself: the time of asking decides what is left of it.
_KEPT = """
    UNION ALL
    SELECT concat_ws('/', s.id, s.xmin) FROM scheduling_softhold s
    WHERE s.location_id = %(location)s AND s.expires_at > %(at)s"""
# Assessments are only ever added, never rewritten.
_TRIAGE = """
    UNION ALL
    SELECT concat_ws('/', 'triage', t.id) FROM scheduling_triageassessment t
    JOIN scheduling_appointment a ON a.id = t.appointment_id
    WHERE a.location_id = %(location)s AND a.state = ANY(%(states)s)"""
_FLOW = _ROWS.format(visits="a.state = ANY(%(states)s)", more=_TRIAGE)
_DAY = _ROWS.format(visits="a.local_day = %(day)s", more=_KEPT)
_WEEK = _ROWS.format(visits="a.local_day BETWEEN %(first)s AND %(last)s", more=_KEPT)


def flow_signature(location_pk: UUID) -> tuple:
    """Of the flow board of a location."""
    return ("flow", location_pk, _digest(_FLOW, location=location_pk, states=sorted(IN_CLINIC)))


def day_signature(day: date, location_pk: UUID, *, may_book: bool) -> tuple:
    """Of one local day of a location, as somebody sees it who may book or may not."""
    return ("day", location_pk, day, may_book, _digest(_DAY, location=location_pk, day=day, at=now()))


def week_signature(first: date, last: date, location_pk: UUID, member_pk: UUID, *, may_book: bool) -> tuple:
    """Of a member's days from `first` to `last` at a location."""
    digest = _digest(_WEEK, location=location_pk, first=first, last=last, at=now())
    return ("week", location_pk, member_pk, first, may_book, digest)


def _digest(sql: str, **values: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] or ""
