"""What sheets on paper say about patients beyond the visit itself, in a few statements for all of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Subquery

from clinic.core.phones import display
from inventory.models import Equipment
from records.models import ContactPoint, Patient, RedFlag
from scheduling.models import ResourceHold, Room
from scheduling.rules.holds import Resource


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the desk identifies them on paper."""

    born: str
    mrn: str
    phone: str
    language: str


def people(patient_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Date of birth, record number, the number to call and the language, in one statement."""
    numbers = ContactPoint.objects.filter(patient=OuterRef("pk"), is_active=True).exclude(kind="email")
    first = numbers.order_by("-is_preferred", "rank").values("value")[:1]
    rows = Patient.objects.filter(pk__in=list(patient_ids)).annotate(phone=Subquery(first))
    return {
        pk: Person(f"{born:%m/%d/%Y}", mrn, display(phone) if phone else "", language)
        for pk, born, mrn, phone, language in rows.values_list("pk", "birth_date", "mrn", "phone", "language")
    }


@dataclass(frozen=True, slots=True)
class Thing:
    """A room or device that a visit keeps; `starts_at` tells those of its added steps apart."""

    kind: str
    name: str
    starts_at: datetime


Kept = dict[UUID, list[Thing]]


def things(visit_ids: Collection[UUID]) -> Kept:
    """Rooms and devices that visits keep, rooms last, in three statements."""
    kinds = [Resource.ROOM.value, Resource.EQUIPMENT.value]
    holds = ResourceHold.objects.filter(
        appointment_id__in=list(visit_ids), is_live=True, resource_kind__in=kinds
    )
    holds = holds.order_by("resource_kind", "during")
    rows = list(holds.values_list("appointment_id", "resource_kind", "resource_id", "during"))
    wanted = [thing for _, _, thing, _ in rows]
    names = dict(Room.objects.filter(pk__in=wanted).values_list("pk", "name"))
    names |= dict(Equipment.objects.filter(pk__in=wanted).values_list("pk", "name"))
    kept: Kept = defaultdict(list)
    for visit_id, kind, thing, during in rows:
        kept[visit_id].append(Thing(kind, names.get(thing, ""), during.lower))
    return kept


def open_flags(patient_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Red flags that nobody has acknowledged, the oldest first, in one statement."""
    rows = RedFlag.objects.filter(patient_id__in=list(patient_ids), acknowledged_at__isnull=True)
    return _grouped(rows.order_by("raised_at").values_list("patient_id", "text"))


_GAPS = """
SELECT p.id, 'Allergies never asked' AS gap FROM records_patient p
WHERE p.id = ANY(%(ids)s)
  AND NOT EXISTS (SELECT FROM records_allergy a WHERE a.patient_id = p.id AND a.retracted_at IS NULL)
  AND NOT EXISTS (SELECT FROM records_allergystatement s WHERE s.patient_id = p.id AND s.no_known)
UNION ALL
SELECT p.id, 'Medicines never reviewed' FROM records_patient p
WHERE p.id = ANY(%(ids)s)
  AND EXISTS (SELECT FROM records_medication m WHERE m.patient_id = p.id AND m.retracted_at IS NULL)
  AND NOT EXISTS (
      SELECT FROM records_reviewstamp r WHERE r.patient_id = p.id AND r.list_name = 'medications')
UNION ALL
SELECT c.patient_id, 'Due ' || to_char(c.due_on, 'MM/DD/YYYY') || ': ' || r.name
FROM scheduling_recall c JOIN scheduling_recallreason r ON r.id = c.reason_id
WHERE c.patient_id = ANY(%(ids)s) AND c.closed_at IS NULL AND c.due_on <= %(day)s
ORDER BY gap
"""


def care_gaps(patient_ids: Collection[UUID], day: date) -> dict[UUID, list[str]]:
    """What the chart knows to be missing, and what the recall list says is due by `day`, in one statement.

    Care that is due by age or illness shows once somebody put it on the recall list.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, {"ids": list(patient_ids), "day": day})
        return _grouped(cursor.fetchall())


def _grouped(rows: Iterable[tuple[UUID, str]]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for key, words in rows:
        found[key].append(words)
    return found
