"""Reading the trail for the audit page: filtered, sorted by any column, with names beside the ids."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from clinic.audit.models import AuditEvent
from clinic.core.refs import PATIENT
from clinic.core.time import local_day

# The names that may stand in ?sort=; anything else falls back to the newest first.
SORTS = {
    "at": "at",
    "who": "actor",
    "where": "workstation",
    "kind": "kind",
    "action": "action",
    "patient": "patient_id",
    "object": "object_type",
    "ip": "ip",
}


@dataclass(frozen=True)
class EventRow:
    """One event with the patient's name beside the id."""

    event: AuditEvent
    patient: str

    @property
    def detail_words(self) -> str:
        """The details on one line: "page: chart, by_pin: no"."""
        return ", ".join(f"{key}: {_words(value)}" for key, value in self.event.detail.items())


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " / ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return " ".join(_words(inner) for inner in value)
    return "" if value is None else str(value)


def events(
    *,
    start: date,
    end: date,
    zone: str,
    member_id: UUID | None = None,
    kind: str = "",
    action: str = "",
    patient_id: UUID | None = None,
    sort: str = "-at",
) -> QuerySet[AuditEvent]:
    """Events of whole local days, `end` included. `action` matches the start of the code. Sorted by SORTS."""
    rows = AuditEvent.objects.filter(at__gte=local_day(start, zone)[0], at__lt=local_day(end, zone)[1])
    if member_id:
        rows = rows.filter(member_id=member_id)
    if kind:
        rows = rows.filter(kind=kind)
    if action:
        rows = rows.filter(action__startswith=action.strip().lower())
    if patient_id:
        rows = rows.filter(patient_id=patient_id)
    column = SORTS.get(sort.lstrip("-"))
    if column is None:
        return rows.order_by("-at", "-id")
    sign = "-" if sort.startswith("-") else ""
    return (
        rows.order_by(f"{sign}{column}", "-id")
        if column == "at"
        else rows.order_by(f"{sign}{column}", "-at", "-id")
    )


def with_names(rows: Iterable[AuditEvent]) -> list[EventRow]:
    """The same events with patients' names, in one query."""
    rows = list(rows)
    names = patient_names({row.patient_id for row in rows if row.patient_id})
    return [EventRow(event=row, patient=names.get(row.patient_id, "")) for row in rows]


def patient_names(ids: set[UUID]) -> dict[UUID, str]:
    """Id -> "Ortiz, Maria (100-482-7)"; ids of no patient are left out."""
    if not ids:
        return {}
    model = apps.get_model(PATIENT)
    return {row.pk: f"{row.list_name} ({row.mrn})" for row in model.objects.filter(pk__in=ids)}


def patient_by_mrn(mrn: str) -> UUID | None:
    """The patient with this number, written with or without dashes."""
    digits = "".join(c for c in mrn if c.isdigit())
    written = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 7 else mrn.strip()
    return apps.get_model(PATIENT).objects.filter(mrn=written).values_list("pk", flat=True).first()


def export_rows(rows: QuerySet[AuditEvent], chunk: int = 500) -> Iterator[EventRow]:
    """All events in chunks, so that memory stays flat."""
    batch: list[AuditEvent] = []
    for event in rows.iterator(chunk_size=chunk):
        batch.append(event)
        if len(batch) == chunk:
            yield from with_names(batch)
            batch = []
    yield from with_names(batch)
