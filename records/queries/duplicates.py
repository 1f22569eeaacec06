"""Who on file may be the person being registered."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from clinic.core.phones import display
from records.rules import duplicates
from records.rules.names import display_name, fold

SHOWN = 5
POOL = 200


@dataclass(frozen=True)
class Candidate:
    patient_id: UUID
    name: str
    mrn: str
    birth_date: dt.date
    phone: str
    points: int
    reasons: tuple[str, ...]
    is_strong: bool


_SQL = """
SELECT p.id, p.first_name, p.last_name, p.preferred_name, p.suffix, p.mrn, p.birth_date, p.postal_code,
       coalesce(array_agg(DISTINCT c.value) FILTER (WHERE c.kind <> 'email'), '{{}}'),
       coalesce(array_agg(DISTINCT c.value) FILTER (WHERE c.kind = 'email'), '{{}}')
FROM (
    (SELECT id FROM records_patient WHERE birth_date = ANY(%(born)s) LIMIT {pool})
    UNION (SELECT patient_id FROM records_contactpoint WHERE value = ANY(%(values)s) AND is_active LIMIT {pool})
    UNION (SELECT patient_id FROM records_coverage WHERE member_id = ANY(%(members)s) LIMIT {pool})
    UNION (SELECT id FROM records_patient WHERE search LIKE %(last)s AND search LIKE %(first)s LIMIT {pool})
) AS pool
JOIN records_patient p ON p.id = pool.id
LEFT JOIN records_contactpoint c ON c.patient_id = p.id AND c.is_active
GROUP BY p.id
"""


def candidates(person: duplicates.Person, *, leave_out: UUID | None = None) -> list[Candidate]:
    """People on file whose score reaches the warning line, best first, at most five. One query.

    The pool is who shares a date of birth (or its day and month swapped), a phone, an e-mail, a member id,
    or both names.
    """
    born = [person.birth_date] if person.birth_date else []
    if person.birth_date and person.birth_date.day <= 12:
        born.append(person.birth_date.replace(month=person.birth_date.day, day=person.birth_date.month))
    last, first = fold(person.last), fold(person.first)
    parameters = {
        "born": born,
        "values": [*person.phones, *person.emails],
        "members": list(person.member_ids),
        "last": f"% {last.split()[0]}%" if last else "",
        "first": f"% {first.split()[0]}%" if first else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(pool=POOL), parameters)
        rows = cursor.fetchall()
    found = [_candidate(person, row) for row in rows if row[0] != leave_out]
    warned = [one for one in found if one.points >= duplicates.WARN_AT]
    return sorted(warned, key=lambda one: (-one.points, one.name))[:SHOWN]


def _candidate(person: duplicates.Person, row: tuple) -> Candidate:
    pk, first, last, preferred, suffix, mrn, born, postal, phones, emails = row
    known = duplicates.Person(
        first, last, born, frozenset(phones), frozenset(emails), preferred=preferred, postal_code=postal
    )
    score = duplicates.score(person, known)
    return Candidate(
        pk,
        display_name(first, last, preferred, suffix),
        mrn,
        born,
        display(phones[0]) if phones else "",
        score.points,
        score.reasons,
        score.is_strong,
    )
