"""The finder: one box, any part of a name in any order, accents and slips forgiven."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.urls import reverse

from clinic.core.phones import display
from records.rules import names
from records.rules.finding import Wanted, slips, understand

SHOWN = 12
POOL = 300
_COLUMNS = (
    "p.id, p.mrn, p.first_name, p.last_name, p.preferred_name, p.suffix, p.pronouns, p.sex_at_birth, "
    "p.birth_date, p.deceased_on, p.is_sensitive, p.photo_id, "
    "(SELECT c.value FROM records_contactpoint c WHERE c.patient_id = p.id AND c.is_active AND c.kind <> 'email' "
    "ORDER BY c.is_preferred DESC, c.rank LIMIT 1)"
)
SEX = {"female": "F", "male": "M", "intersex": "X", "unknown": ""}


@dataclass(frozen=True)
class FinderRow:
    """One line of the result, with strings ready to show."""

    id: UUID
    mrn: str
    name: str
    list_name: str
    called: str
    born: str
    age: str
    sex: str
    pronouns: str
    phone: str
    url: str
    photo_id: UUID | None
    is_sensitive: bool
    is_deceased: bool


@dataclass(frozen=True)
class Found:
    """What was found. `has_more`: type more; `is_guess`: nothing fitted as typed, these are near."""

    rows: list[FinderRow]
    has_more: bool = False
    is_guess: bool = False
    is_empty: bool = False


def find_patients(text: str, today: dt.date, limit: int = SHOWN) -> Found:
    """Patients that fit everything typed, those whose words start as typed first, then by name.

    One query; a second one only when nothing fits as typed. With very many matches the first few hundred
    are looked at, and `has_more` says to type more.
    """
    wanted = understand(text, today)
    if wanted.is_empty:
        return Found([], is_empty=True)
    rows = _fetch(*_conditions(wanted), _order(wanted), limit)
    if rows or not wanted.words:
        return Found([_row(row, today) for row in rows[:limit]], has_more=len(rows) > limit)
    near = _near(wanted, limit)
    return Found([_row(row, today) for row in near[:limit]], has_more=len(near) > limit, is_guess=bool(near))


def _conditions(wanted: Wanted) -> tuple[list[str], list]:
    clauses = ["search LIKE %s"] * len(wanted.patterns)
    values: list = list(wanted.patterns)
    if wanted.birth_date:
        clauses.append("birth_date = %s")
        values.append(wanted.birth_date)
    return clauses, values


def _order(wanted: Wanted) -> tuple[str, list]:
    """Word starts before parts inside words, the first word at the last name's start before all."""
    if not wanted.words:
        return "(p.id IS NULL)::int", []
    starts = " + ".join("(p.search LIKE %s)::int" for _ in wanted.words)
    return f"(p.search LIKE %s)::int * 2 + {starts}", [
        f" {wanted.words[0]}%",
        *(f"% {w}%" for w in wanted.words),
    ]


def _fetch(clauses: list[str], values: list, order: tuple[str, list], limit: int) -> list[tuple]:
    # Limit inside, sort outside: with a million rows three letters would otherwise sort every match.
    statement = (
        f"SELECT {_COLUMNS} FROM records_patient p "  # noqa: S608 - fixed texts; all values are parameters
        f"WHERE p.id IN (SELECT id FROM records_patient WHERE {' AND '.join(clauses)} LIMIT {POOL}) "
        f"ORDER BY {order[0]} DESC, p.last_name, p.first_name, p.birth_date LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *order[1], limit + 1])
        return cursor.fetchall()


def _near(wanted: Wanted, limit: int) -> list[tuple]:
    """One slip in each word, or by the trigrams of the word where it is long."""
    clauses, values = [], []
    for word in wanted.words:
        patterns = slips(word)
        options = ["search LIKE %s"] * (1 + len(patterns)) + (["search %%> %s"] if len(word) > 3 else [])
        clauses.append(f"({' OR '.join(options)})")
        values += [
            f"%{word}%" if len(word) > 2 else f"% {word}%",
            *patterns,
            *([word] if len(word) > 3 else []),
        ]
    if wanted.birth_date:
        clauses.append("birth_date = %s")
        values.append(wanted.birth_date)
    similar = " + ".join("word_similarity(%s, p.search)" for _ in wanted.words)
    return _fetch(clauses, values, (similar, list(wanted.words)), limit)


def _row(row: tuple, today: dt.date) -> FinderRow:
    pk, mrn, first, last, preferred, suffix, pronouns, sex, born, died, is_sensitive, photo_id, phone = row
    return FinderRow(
        id=pk,
        mrn=mrn,
        name=names.display_name(first, last, preferred, suffix),
        list_name=names.list_name(first, last),
        called=_called(first, preferred, pronouns),
        born=f"{born:%m/%d/%Y}",
        age="deceased" if died else names.age_words(born, today),
        sex=SEX.get(sex, ""),
        pronouns=pronouns,
        phone=display(phone) if phone else "",
        url=patient_url(pk),
        photo_id=photo_id,
        is_sensitive=is_sensitive,
        is_deceased=died is not None,
    )


def _called(first: str, preferred: str, pronouns: str) -> str:
    """“Mia” · she/her: what the list name does not say."""
    return " · ".join(filter(None, (f"“{preferred}”" if preferred and preferred != first else "", pronouns)))


def patient_url(pk: UUID) -> str:
    """The address of a patient's page. Built from one pattern, as reverse() for every row is slow."""
    return f"{reverse('records:finder-page')}{pk}/"
