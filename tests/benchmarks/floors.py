"""The least SQL that each operation can do with. The bare server runs it behind a view, the driver by psycopg alone.

Reads are of the clinic's tables, by the clinic's indexes; writes go to a schema of their own that is shaped like
what the operation has to write. Every statement stands here once, so that both limits are of the same work.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from tests.benchmarks import queues

TABLES = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.hold (id uuid PRIMARY KEY, resource uuid NOT NULL, during tstzrange NOT NULL,
    EXCLUDE USING gist (resource WITH =, during WITH &&));
CREATE TABLE bench.visit (id uuid PRIMARY KEY, state text NOT NULL, since timestamptz NOT NULL DEFAULT now());
CREATE TABLE bench.stretch (id uuid PRIMARY KEY, visit uuid NOT NULL, state text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(), until timestamptz);
CREATE INDEX ON bench.stretch (visit);
CREATE TABLE bench.reading (id uuid PRIMARY KEY, encounter uuid NOT NULL, body jsonb NOT NULL);
CREATE TABLE bench.shelf (id int PRIMARY KEY, on_hand int NOT NULL);
INSERT INTO bench.shelf VALUES (1, 100000000);
CREATE TABLE bench.dose (id uuid PRIMARY KEY, patient uuid NOT NULL, body jsonb NOT NULL);
CREATE TABLE bench.movement (id uuid PRIMARY KEY, shelf int NOT NULL, quantity int NOT NULL);
CREATE TABLE bench.charge (id uuid PRIMARY KEY, encounter uuid NOT NULL, amount numeric NOT NULL);
CREATE TABLE bench.audit (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), what text NOT NULL);
GRANT USAGE ON SCHEMA bench TO clinic_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA bench TO clinic_app;
"""

Arguments = Mapping[str, str]
Floor = Callable[[Any, Arguments], list]
_PATIENT = "id, mrn, last_name, first_name, birth_date, preferred_name, sex_at_birth, address_line1, city"


def _rows(cursor, sql: str, values: list) -> list:
    cursor.execute(sql, values)
    return cursor.fetchall()


def audited(cursor, what: str) -> None:
    """The row of the trail that the operation leaves."""
    cursor.execute("INSERT INTO bench.audit (id, what) VALUES (%s, %s)", [uuid.uuid4(), what])


def find(cursor, given: Arguments) -> list:
    """Twenty patients by the one search column, and the row that says who looked."""
    words = given["q"].split()
    where = " AND ".join(["search LIKE %s"] * len(words))
    patterns = [f"% {word}%" if len(word) < 3 else f"%{word}%" for word in words]
    rows = _rows(
        cursor,
        f"SELECT * FROM (SELECT {_PATIENT} FROM records_patient WHERE {where} LIMIT 200) found "
        "ORDER BY last_name, first_name LIMIT 20",
        patterns,
    )
    audited(cursor, "find")
    return rows


def born(cursor, given: Arguments) -> list:
    rows = _rows(
        cursor,
        f"SELECT {_PATIENT} FROM records_patient WHERE birth_date = %s LIMIT 20",
        [given["on"]],
    )
    audited(cursor, "find")
    return rows


def alike(cursor, given: Arguments) -> list:
    """A name with a slip of the finger, by word similarity on the same index."""
    rows = _rows(
        cursor,
        f"SELECT {_PATIENT} FROM records_patient WHERE %s <%% search "
        "ORDER BY word_similarity(%s, search) DESC LIMIT 20",
        [given["q"], given["q"]],
    )
    audited(cursor, "find")
    return rows


DAY = """
SELECT a.id, a.starts_at, a.ends_at, a.state_since, a.state, a.reason, p.last_name, p.first_name, p.birth_date,
    t.name, m.last_name
FROM scheduling_appointment a JOIN records_patient p ON p.id = a.patient_id
JOIN scheduling_visittype t ON t.id = a.visit_type_id LEFT JOIN staff_member m ON m.id = a.provider_id
WHERE a.location_id = %s AND a.local_day = %s ORDER BY a.starts_at"""


def day(cursor, given: Arguments) -> list:
    return _rows(cursor, DAY, [given["location"], given["day"]])


WEEK = DAY.replace("a.local_day = %s", "a.local_day BETWEEN %s AND %s AND a.provider_id = %s")


def week(cursor, given: Arguments) -> list:
    """A provider's visits of seven days, with names."""
    return _rows(cursor, WEEK, [given["location"], given["first"], given["last"], given["member"]])


def poll(cursor, given: Arguments) -> list:
    """Whether anything on the board changed: one number by the index of a day."""
    return _rows(
        cursor,
        "SELECT count(*), max(state_since) FROM scheduling_appointment WHERE location_id = %s AND local_day = %s",
        [given["location"], given["day"]],
    )


def chart(cursor, given: Arguments) -> list:
    """The patient, the newest ten sets of vitals and ten visits, and the row that says who looked."""
    patient = given["patient"]
    rows = _rows(cursor, f"SELECT {_PATIENT} FROM records_patient WHERE id = %s", [patient])
    rows += _rows(
        cursor,
        "SELECT id, measured_at, recorded_at, note FROM records_vitalset WHERE patient_id = %s "
        "ORDER BY measured_at DESC LIMIT 10",
        [patient],
    )
    rows += _rows(
        cursor,
        "SELECT id, starts_at, ends_at, state, reason FROM scheduling_appointment WHERE patient_id = %s "
        "ORDER BY starts_at DESC LIMIT 10",
        [patient],
    )
    audited(cursor, "chart")
    return rows


def book(cursor, given: Arguments) -> list:
    cursor.execute(
        "INSERT INTO bench.hold VALUES (%s, %s, tstzrange(%s, %s))",
        [uuid.uuid4(), given["who"], given["from"], given["to"]],
    )
    audited(cursor, "book")
    return []


def vitals(cursor, given: Arguments) -> list:
    cursor.execute(
        "INSERT INTO bench.reading VALUES (%s, %s, %s)",
        [uuid.uuid4(), given["encounter"], '{"systolic": 120, "diastolic": 80, "pulse": 70}'],
    )
    audited(cursor, "vitals")
    return []


def move(cursor, given: Arguments) -> list:
    """One step of a visit: its row, the stretch it ends, the one it begins, the trail."""
    visit = given["visit"]
    cursor.execute(
        "INSERT INTO bench.visit VALUES (%s, 'arrived') ON CONFLICT (id) DO UPDATE SET since = now()", [visit]
    )
    cursor.execute("UPDATE bench.stretch SET until = now() WHERE visit = %s AND until IS NULL", [visit])
    cursor.execute(
        "INSERT INTO bench.stretch (id, visit, state) VALUES (%s, %s, 'arrived')", [uuid.uuid4(), visit]
    )
    audited(cursor, "move")
    return []


def check_out(cursor, given: Arguments) -> list:
    """Two steps of a visit and what it costs."""
    move(cursor, given)
    move(cursor, given)
    cursor.execute("INSERT INTO bench.charge VALUES (%s, %s, 85)", [uuid.uuid4(), given["visit"]])
    return []


def vaccine(cursor, given: Arguments) -> list:
    """A dose off the shelf and into the record."""
    cursor.execute("UPDATE bench.shelf SET on_hand = on_hand - 1 WHERE id = 1 AND on_hand > 0")
    cursor.execute("INSERT INTO bench.movement VALUES (%s, 1, -1)", [uuid.uuid4()])
    cursor.execute("INSERT INTO bench.dose VALUES (%s, %s, '{}')", [uuid.uuid4(), given["patient"]])
    audited(cursor, "vaccine")
    return []


def manager(cursor, given: Arguments) -> list:
    """The day's visits by state and provider, and the day's money."""
    rows = _rows(
        cursor,
        "SELECT provider_id, state, count(*), min(starts_at), max(state_since) FROM scheduling_appointment "
        "WHERE location_id = %s AND local_day = %s GROUP BY 1, 2",
        [given["location"], given["day"]],
    )
    rows += _rows(
        cursor,
        "SELECT kind, count(*) FROM billing_journalentry WHERE business_day = %s GROUP BY 1",
        [given["day"]],
    )
    return rows


def outbox(cursor, given: Arguments) -> list:
    """The newest fifty messages that left, with whose they are, and the row that says who looked."""
    rows = _rows(
        cursor,
        "SELECT m.id, m.planned_at, m.left_at, m.state, m.channel, m.body, p.last_name, p.first_name "
        "FROM messaging_message m LEFT JOIN records_patient p ON p.id = m.patient_id "
        "WHERE m.state = 'delivered' ORDER BY m.planned_at DESC, m.id DESC LIMIT 51",
        [],
    )
    audited(cursor, "outbox")
    return rows


def audit(cursor, given: Arguments) -> list:
    """The newest fifty rows of the trail."""
    return _rows(
        cursor,
        "SELECT id, at, actor, kind, action, patient_id, object_type, object_id, workstation FROM audit_auditevent "
        "ORDER BY at DESC, id DESC LIMIT 50",
        [],
    )


def openings(cursor, given: Arguments) -> list:
    """What eight calendars hold over sixty days, as the search that finds nothing has to read it; six rows are shown."""
    rows = _rows(
        cursor,
        "SELECT resource_id, during FROM scheduling_resourcehold WHERE is_live AND NOT is_overbook AND resource_id = ANY(ARRAY("
        "SELECT provider_id FROM scheduling_providersession WHERE location_id = %s)) "
        "AND during && tstzrange(now(), now() + %s::interval)",
        [given["location"], f"{given['days']} days"],
    )
    return rows[:6]


FLOORS: dict[str, Floor] = {
    "find": find, "born": born, "alike": alike, "day": day, "poll": poll, "chart": chart, "book": book, "vitals": vitals,
    "outbox": outbox, "move": move, "check_out": check_out, "vaccine": vaccine, "manager": manager, "audit": audit,
    "openings": openings, "week": week, **queues.floors_of(audited),
}  # fmt: skip
