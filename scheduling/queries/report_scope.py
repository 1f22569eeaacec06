"""What every report on visits reads from: one row per visit of a scope, with the classes it is counted in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from clinic.core.errors import NotFound
from clinic.core.kept import kept
from clinic.core.time import now
from clinic.staff.models import Member
from scheduling.models import CancelReason, Location, VisitType
from scheduling.models.places import WEEKDAYS
from scheduling.rules.outcomes import LEADS, WALK_IN, WORDS, Outcome
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING

# A visit is a patient's first within three years, or one of an established patient.
NEW_AFTER_YEARS = 3
# Read in pieces of this size when rows leave as a stream.
CHUNK = 500


@dataclass(frozen=True)
class VisitScope:
    """Local days `first` to `last` (both included) of one location or all, of one provider or all."""

    first: date
    last: date
    location_id: UUID | None = None
    provider_id: UUID | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def bucket(self) -> str:
        """How a line over the scope is cut: by day, by week from three months on, by month from a year on."""
        return "day" if self.days <= 92 else "week" if self.days <= 366 else "month"

    def parameters(self) -> dict[str, Any]:
        places = [self.location_id] if self.location_id else [place.pk for place in all_locations()]
        return {
            "first": self.first,
            "last": self.last,
            "locations": places,
            "provider": self.provider_id,
            "now": now(),
            "upcoming": sorted(UPCOMING),
            "in_clinic": sorted(IN_CLINIC),
        }


@kept
def all_locations() -> tuple[Location, ...]:
    """Every place, closed ones too: their past counts."""
    return tuple(Location.objects.all())


@kept
def everybody_with_sessions() -> tuple[Member, ...]:
    """Members who have or had sessions, those who left too, by name."""
    members = Member.objects.filter(sessions__isnull=False).distinct()
    return tuple(members.order_by("last_name", "first_name"))


@kept
def type_names() -> dict[str, str]:
    """Names of all visit types by key, in the clinic's order."""
    return {str(kind.pk): kind.name for kind in VisitType.objects.all()}


@kept
def member_names() -> dict[str, str]:
    """Names of all members by key: whoever saw a patient, on the schedule or not."""
    return {str(member.pk): member.name for member in Member.objects.order_by("last_name", "first_name")}


_LEAD = " ".join(
    f"WHEN lead_days <= {most} THEN '{key}'" if most is not None else f"ELSE '{key}'"
    for key, (_, most, _) in LEADS.items()
)

# Named columns that a report may count by or a reader may ask for. Every expression is a constant of this file.
DIMENSIONS: dict[str, str] = {
    "outcome": "v.outcome",
    "day": "v.local_day",
    "week": "date_trunc('week', v.local_day)::date",
    "month": "date_trunc('month', v.local_day)::date",
    "hour": "extract(hour FROM v.local_time)::int",
    "weekday": "extract(isodow FROM v.local_day)::int - 1",
    "type": "v.visit_type_id",
    "provider": "coalesce(v.provider_id, v.ma_id)",
    "lead": f"CASE WHEN v.is_walk_in THEN '{WALK_IN}' {_LEAD} END",
    "newness": f"""CASE WHEN EXISTS (
        SELECT 1 FROM scheduling_appointment e WHERE e.patient_id = v.patient_id AND e.state = 'completed'
        AND e.starts_at < v.starts_at AND e.starts_at >= v.starts_at - interval '{NEW_AFTER_YEARS} years'
    ) OR EXISTS (
        SELECT 1 FROM records_encounter e WHERE e.patient_id = v.patient_id
        AND e.started_at < v.starts_at AND e.started_at >= v.starts_at - interval '{NEW_AFTER_YEARS} years'
        AND NOT EXISTS (SELECT 1 FROM scheduling_appointment o WHERE o.encounter_id = e.id)
    ) THEN 'established' ELSE 'new' END""",  # noqa: S608 - constants of this file
    "reminder": """CASE WHEN v.confirmed_at IS NOT NULL THEN 'confirmed' ELSE coalesce((
        SELECT CASE WHEN bool_or(m.state IN ('sent', 'delivered')) THEN 'reminded'
            WHEN bool_or(m.state = 'failed') THEN 'failed' END
        FROM messaging_message m
        WHERE m.subject = 'appointment:' || v.id AND m.purpose = 'reminder'), 'none') END""",
    "reason": "v.cancel_reason",
}  # fmt: skip

NEWNESS = {"new": "New patients", "established": "Established patients"}
REMINDER = {
    "confirmed": "Confirmed",
    "reminded": "Reminded, not confirmed",
    "failed": "Reminder not delivered",
    "none": "No reminder",
}

VISITS = """
visits AS (
    SELECT a.id, a.patient_id, a.provider_id, a.ma_id, a.visit_type_id, a.location_id, a.local_day, a.local_time,
        a.starts_at, a.ends_at, a.state, a.cancel_reason, a.confirmed_at, a.is_walk_in,
        greatest(0, a.local_day - (a.created_at AT TIME ZONE a.zone)::date) AS lead_days,
        CASE
            WHEN a.state = 'cancelled' AND a.is_late_cancel THEN 'late_cancel'
            WHEN a.state = 'cancelled' THEN 'cancel'
            WHEN a.state IN ('completed', 'left', 'no_show', 'rescheduled') THEN a.state
            WHEN a.state = ANY(%(upcoming)s) THEN CASE
                WHEN a.local_day < (%(now)s AT TIME ZONE a.zone)::date THEN 'unmarked' ELSE 'to_come' END
            WHEN a.local_day < (%(now)s AT TIME ZONE a.zone)::date THEN 'unclosed'
            ELSE 'in_clinic'
        END AS outcome
    FROM scheduling_appointment a
    WHERE a.location_id = ANY(%(locations)s) AND a.local_day BETWEEN %(first)s AND %(last)s
        AND (%(provider)s::uuid IS NULL OR a.provider_id = %(provider)s OR a.ma_id = %(provider)s)
)"""


def where(picks: Iterable[tuple[str, str]], parameters: dict[str, Any]) -> str:
    """A condition for what the reader picked; names are of DIMENSIONS, values travel as parameters."""
    parts = ["TRUE"]
    for number, (name, value) in enumerate(picks):
        parts.append(f"({DIMENSIONS[name]})::text = %(pick_{number})s")
        parameters[f"pick_{number}"] = value
    return " AND ".join(parts)


def run(sql: str, parameters: dict[str, Any]) -> list[tuple]:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


class Statement(Sequence):
    """The rows of one statement, read only as far as they are asked for: a page by slice, or all as a stream."""

    def __init__(self, sql: str, parameters: dict[str, Any]) -> None:
        self.sql, self.parameters = sql, parameters

    def __getitem__(self, wanted):
        if not isinstance(wanted, slice):
            raise TypeError("Rows are read by pages.")
        start = wanted.start or 0
        limits = {"_limit": wanted.stop - start, "_offset": start}
        return run(f"{self.sql} LIMIT %(_limit)s OFFSET %(_offset)s", self.parameters | limits)

    def __len__(self) -> int:
        raise TypeError("Rows are never counted to be shown.")

    def chunks(self) -> Iterator[list[tuple]]:
        """Everything, in pieces, held by the database's own cursor meanwhile."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(self.sql, self.parameters)
            while rows := cursor.fetchmany(CHUNK):
                yield rows


def dimension_words(name: str, value: str) -> str:
    """A value of a dimension as the manager reads it; the value itself where no words are known.

    Raises NotFound for a day or hour that is none.
    """
    try:
        return _dimension_words(name, value)
    except ValueError as error:
        raise NotFound("There is no such row in this report.") from error


def _dimension_words(name: str, value: str) -> str:
    if name == "weekday":
        return WEEKDAYS[int(value)] if value in set("0123456") else value
    if name == "hour":
        hour = int(value)
        return f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"
    if name in ("day", "week", "month"):
        return day_words(date.fromisoformat(value), name)
    if name == "lead":
        return LEADS[value][2] if value in LEADS else "Walk-in"
    known: dict[str, dict[str, str]] = {
        "outcome": {key.value: words for key, words in WORDS.items()},
        "newness": NEWNESS,
        "reminder": REMINDER,
        "reason": reasons(),
        "type": type_names() if name == "type" else {},
        "provider": member_names() if name == "provider" else {},
    }
    return known.get(name, {}).get(value) or ("Nobody named" if name == "provider" else value)


def reasons() -> dict[str, str]:
    """Words of the reasons for cancelling."""
    return {key: str(words) for key, words in CancelReason.choices}


def day_words(day: date, bucket: str = "day") -> str:
    """Tue, Mar 10, or the week that begins then, or Mar 2026."""
    if bucket == "month":
        return f"{day:%b %Y}"
    words = f"{day:%b} {day.day}"
    return f"{day:%a}, {words}" if bucket == "day" else f"Week of {words}"


def tally(
    scope: VisitScope, dimensions: Sequence[str], *, within: Sequence[tuple[str, str]] = ()
) -> dict[str, dict[str, dict[Outcome, int]]]:
    """Visits by outcome for each value of each dimension, and under "" over all; one statement.

    `{"type": {"<id>": {Outcome.COMPLETED: 12}}, "": {"": {...}}}`. Values are texts; None is "".
    """
    parameters = scope.parameters()
    condition = where(within, parameters)
    columns = ", ".join(f"({DIMENSIONS[name]})::text AS {name}" for name in dimensions)
    sets = ", ".join(f"({name}, outcome)" for name in dimensions)
    marks = ", ".join(f"GROUPING({name})" for name in dimensions)
    sql = f"""
        WITH {VISITS}, classed AS (SELECT v.outcome, {columns} FROM visits v WHERE {condition})
        SELECT {marks}, {", ".join(dimensions)}, outcome, count(*)
        FROM classed GROUP BY GROUPING SETS ({sets}, (outcome))
    """  # noqa: S608 - constants of this file; every value is a parameter
    found: dict[str, dict[str, dict[Outcome, int]]] = {name: {} for name in (*dimensions, "")}
    width = len(dimensions)
    for row in run(sql, parameters):
        grouped = [index for index in range(width) if row[index] == 0]
        name = dimensions[grouped[0]] if grouped else ""
        value = str(row[width + grouped[0]] or "") if grouped else ""
        found[name].setdefault(value, {})[Outcome(row[-2])] = row[-1]
    return found
