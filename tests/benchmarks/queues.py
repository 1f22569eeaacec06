"""The lists that staff work off, as they look in a clinic of years: some dozens to do on top of many that are done.

Follow-up calls, the waitlist, recalls and texts to read; what is done grows with the number of patients.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

import psycopg

NOTE = "bench queue"
TO_DO, RECALLS_DUE = 120, 800
_SETS = "FROM generate_series(1, %(all)s) n, LATERAL (SELECT now() - n * interval '7 minutes' AS t) moment"
_WHOM = "(%(patients)s::uuid[])[1 + n %% %(count)s]"
_FOLLOW_UPS = f"""
INSERT INTO scheduling_followup (id, created_at, updated_at, patient_id, rule_id, reason, opens_at, closes_at, zone, pool,
    state, next_at, is_call_wanted, counted, last_outcome, last_at, closed_at, closed_by_label, outcome_note)
SELECT gen_random_uuid(), t, t, {_WHOM}, %(rule)s, %(note)s, t, t + interval '2 days', %(zone)s, 'ma',
    CASE WHEN n <= %(to_do)s THEN 'queue' ELSE 'closed' END, t, n <= %(to_do)s AND n %% 9 = 0, 1, 'no_answer', t,
    CASE WHEN n > %(to_do)s THEN t + interval '1 day' END, CASE WHEN n > %(to_do)s THEN 'bench' END, '' {_SETS}"""
_WAITLIST = f"""
INSERT INTO scheduling_waitlistentry (id, created_at, updated_at, version, patient_id, location_id, visit_type_id, weekdays,
    day_parts, urgency, notice_minutes, note, state, added_by_label, closed_at, closed_by_label, close_note)
SELECT gen_random_uuid(), t, t, 1, {_WHOM}, %(location)s, %(kind)s, '{{}}', '{{}}', 1 + n %% 3, 120, %(note)s,
    CASE WHEN n <= %(to_do)s THEN 'waiting' ELSE 'withdrawn' END, 'bench', CASE WHEN n > %(to_do)s THEN t END, '', ''
{_SETS}"""
_RECALLS = f"""
INSERT INTO scheduling_recall (id, created_at, updated_at, version, patient_id, reason_id, visit_type_id, due_on, note,
    needs_call, why_call, added_by_label, outcome, outcome_note, closed_at, closed_by_label)
SELECT gen_random_uuid(), t, t, 1, {_WHOM}, %(reason)s, %(kind)s, t::date, %(note)s, n <= %(due)s AND n %% 5 = 0, '',
    'bench', CASE WHEN n > %(due)s THEN 'declined' ELSE '' END, '', CASE WHEN n > %(due)s THEN t END, '' {_SETS}"""
_REPLIES = f"""
INSERT INTO messaging_inboundmessage (id, created_at, updated_at, gateway, ref, from_address, to_address, body, received_at,
    patient_id, meaning, settled_at, needs_person, handled_at, handled_by_id, outcome)
SELECT gen_random_uuid(), t, t, 'bench', 'bench-' || n, '+13125550100', '', 'Can I come a little earlier?', t,
    {_WHOM}, 'unclear', t, true, CASE WHEN n > %(to_do)s THEN t END, CASE WHEN n > %(to_do)s THEN %(member)s::uuid END, ''
{_SETS}"""
_FILLED = {
    "scheduling_followup": _FOLLOW_UPS,
    "scheduling_waitlistentry": _WAITLIST,
    "scheduling_recall": _RECALLS,
    "messaging_inboundmessage": _REPLIES,
}


def fill(owner: psycopg.Connection, location: uuid.UUID, zone: str, kind: uuid.UUID, patients: list) -> None:
    """Fills the lists once: a fifth as many done rows in each as there are patients."""
    if owner.execute("SELECT 1 FROM scheduling_recall WHERE note = %s LIMIT 1", [NOTE]).fetchone():
        return

    def one(sql: str) -> uuid.UUID:
        return owner.execute(sql).fetchone()[0]

    total = owner.execute("SELECT count(*) FROM records_patient").fetchone()[0]
    # An open wish or recall is one of a patient, so that no more are open than there are patients to take.
    some = list(dict.fromkeys(patients))
    values = {
        "all": max(total // 5, 4 * len(some) // 3), "to_do": min(TO_DO, len(some) // 2), "due": min(RECALLS_DUE, len(some) // 2),
        "patients": some, "count": len(some), "location": location, "zone": zone, "kind": kind, "note": NOTE,
        "rule": one("SELECT id FROM scheduling_followuprule WHERE code = 'by-hand' ORDER BY version DESC LIMIT 1"),
        "reason": one("SELECT id FROM scheduling_recallreason ORDER BY rank LIMIT 1"),
        "member": one("SELECT id FROM staff_member WHERE username = 'frontdesk'"),
    }  # fmt: skip
    for table, sql in _FILLED.items():
        owner.execute(sql, values)
        owner.execute(f"ANALYZE {table}")


# The least SQL of each list's first page: fifty rows with whose they are.
_WITH_NAMES = "JOIN records_patient p ON p.id = q.patient_id"
LISTS = {
    "follow_ups": f"SELECT q.*, p.last_name, p.first_name FROM scheduling_followup q {_WITH_NAMES} "
    "WHERE q.state = 'queue' AND q.next_at <= now() ORDER BY q.is_call_wanted DESC, q.closes_at, q.id LIMIT 51",
    "follow_ups_closed": f"SELECT q.*, p.last_name, p.first_name FROM scheduling_followup q {_WITH_NAMES} "
    "WHERE q.state = 'closed' ORDER BY q.closed_at DESC, q.id LIMIT 51",
    "waitlist": f"SELECT q.*, p.last_name, p.first_name FROM scheduling_waitlistentry q {_WITH_NAMES} "
    "WHERE q.state = 'waiting' ORDER BY q.urgency, q.created_at LIMIT 51",
    "recalls": f"SELECT q.*, p.last_name, p.first_name FROM scheduling_recall q {_WITH_NAMES} "
    "WHERE q.closed_at IS NULL AND q.due_on <= current_date ORDER BY q.due_on, q.created_at LIMIT 51",
    "replies": f"SELECT q.*, p.last_name, p.first_name FROM messaging_inboundmessage q {_WITH_NAMES} "
    "WHERE q.needs_person AND q.handled_at IS NULL ORDER BY q.received_at, q.id LIMIT 51",
    "conversation": "SELECT q.* FROM messaging_message q WHERE q.patient_id = %(patient)s AND q.state <> 'void' "
    "ORDER BY q.planned_at DESC LIMIT 30",
}


def floors_of(audited: Callable) -> dict[str, Callable]:
    """Each list as a bare limit: its rows, and the row that says who looked."""

    def read(name: str, cursor, given) -> list:
        cursor.execute(LISTS[name], {"patient": given.get("patient")})
        rows = cursor.fetchall()
        audited(cursor, name)
        return rows

    return {name: partial(read, name) for name in LISTS}
