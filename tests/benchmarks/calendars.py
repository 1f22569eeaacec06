"""Eight providers with sixty days of nearly full calendars, in a place of their own: what a search for openings has to read.

The next five weekdays are full, later ones keep one place in thirty; Monday mornings are full throughout, so that
a search for one goes through all sixty days.
"""

from __future__ import annotations

import datetime as dt
import uuid

import psycopg
from psycopg.types.json import Jsonb

PLACE = "Bench calendars"
PROVIDERS, DAYS = 8, 60
_COPY = "INSERT INTO {table} SELECT (jsonb_populate_record(one, %s::jsonb)).* FROM {table} one WHERE id = %s"
_VISITS = """
WITH places AS (
    SELECT gen_random_uuid() AS id, who, day::date AS day, start, row_number() OVER (ORDER BY day, who, start) AS n
    FROM unnest(%(providers)s::uuid[]) WITH ORDINALITY AS w (who, rank),
        generate_series(%(first)s::date, %(last)s::date, '1 day') AS day,
        generate_series(0, 26) AS slot,
        LATERAL (SELECT (day + interval '8 hours' + slot * interval '20 minutes') AT TIME ZONE %(zone)s AS start) s
    WHERE extract(isodow FROM day) < 6 AND slot NOT IN (12, 13, 14)
        AND (day < %(thin)s OR (rank * 7 + slot * 11 + extract(doy FROM day)::int * 3) %% 30 <> 0
             OR (extract(isodow FROM day) = 1 AND slot < 12))
), visits AS (
    INSERT INTO scheduling_appointment (id, created_at, updated_at, version, patient_id, location_id, visit_type_id,
        provider_id, starts_at, ends_at, zone, local_day, local_time, state, state_since, reason, source, is_walk_in,
        is_interpreter_needed, booked_by_label, cancel_reason, cancel_note, is_late_cancel)
    SELECT id, now(), now(), 1, (%(patients)s::uuid[])[1 + n %% %(count)s], %(place)s, %(kind)s, who, start,
        start + interval '20 minutes', %(zone)s, day, (start AT TIME ZONE %(zone)s)::time, 'scheduled', now(),
        'bench calendar', 'phone', false, false, '', '', '', false FROM places
)
INSERT INTO scheduling_resourcehold (id, created_at, updated_at, appointment_id, resource_kind, resource_id, during,
    is_live, is_overbook, overbook_reason)
SELECT gen_random_uuid(), now(), now(), id, 'provider', who, tstzrange(start, start + interval '20 minutes'), true, false,
    '' FROM places"""


def full_calendars(
    owner: psycopg.Connection,
    location: uuid.UUID,
    zone: str,
    day: dt.date,
    kind: uuid.UUID,
    patients: list[uuid.UUID],
) -> uuid.UUID:
    """The key of the place; it is made, or filled up to sixty days from `day`, when that is not so yet."""
    found = owner.execute("SELECT id FROM scheduling_location WHERE name = %s", [PLACE]).fetchone()
    place = found[0] if found else uuid.uuid4()
    if not found:
        owner.execute(
            _COPY.format(table="scheduling_location"), [Jsonb({"id": str(place), "name": PLACE}), location]
        )
        _people(owner, place)
    providers = [
        row[0]
        for row in owner.execute(
            "SELECT DISTINCT provider_id FROM scheduling_providersession WHERE location_id = %s ORDER BY 1",
            [place],
        )
    ]
    last = owner.execute(
        "SELECT max(local_day) FROM scheduling_appointment WHERE location_id = %s", [place]
    ).fetchone()[0]
    first = max(day, last or day) + dt.timedelta(days=1)
    end = day + dt.timedelta(days=DAYS)
    if first <= end:
        owner.execute(_VISITS, {
            "providers": providers, "first": first, "last": end, "thin": day + dt.timedelta(days=7), "zone": zone,
            "patients": patients, "count": len(patients), "place": place, "kind": kind,
        })  # fmt: skip
        owner.execute("ANALYZE scheduling_resourcehold")
    return place


def _people(owner: psycopg.Connection, place: uuid.UUID) -> None:
    model = owner.execute("SELECT id FROM staff_member WHERE username = 'provider'").fetchone()[0]
    for number in range(PROVIDERS):
        member = uuid.uuid4()
        changes = {
            "id": str(member), "username": f"bench{number}", "last_name": f"Bench{number}",
            "email": f"bench{number}@maplestreet.example.org", "npi": "",
        }  # fmt: skip
        owner.execute(_COPY.format(table="staff_member"), [Jsonb(changes), model])
        for weekday in range(5):
            for starts, ends in (("08:00", "12:00"), ("13:00", "17:00")):
                owner.execute(
                    "INSERT INTO scheduling_providersession (id, created_at, updated_at, version, provider_id, location_id, "
                    "weekday, starts, ends, effective_from, slot_minutes, overbook_per_slot, overbook_per_session) "
                    "VALUES (gen_random_uuid(), now(), now(), 1, %s, %s, %s, %s, %s, '2020-01-01', 20, 1, 2)",
                    [member, place, weekday, starts, ends],
                )
