"""Writing the trail. Always inside the caller's transaction: no change without its row, no row without its change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models
from django.http import HttpRequest

from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.db import insert_together


def _plain(value: Any) -> Any:
    """JSON that hashes the same when read back: no floats, no exotic types."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [
            _plain(inner)
            for inner in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)
        ]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def event(
    by: Actor,
    action: str,
    *,
    obj: models.Model | None = None,
    patient: models.Model | UUID | None = None,
    kind: str = AuditEvent.Kind.CHANGE,
    **detail: Any,
) -> AuditEvent:
    """The row of a change (or, with kind SECURITY, a sign-in matter) as `<noun>.<verb in the past>`.

    For a caller that inserts it together with the rows it is about. `detail` holds codes, ids, field names and values
    before and after; never secrets.
    """
    return AuditEvent(
        kind=kind,
        action=action,
        member_id=by.member_id,
        actor=by.label[:120],
        workstation_id=by.workstation_id,
        workstation=by.workstation_label[:80],
        patient_id=getattr(patient, "pk", patient),
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        detail=_plain(detail),
        request_id=by.request_id,
        ip=by.ip,
    )


def record(by: Actor, action: str, **facts: Any) -> AuditEvent:
    """Writes the row that `event` makes of the same arguments."""
    row = event(by, action, **facts)
    row.save(force_insert=True)
    return row


def record_many(by: Actor, action: str, rows: Iterable[tuple[models.Model, dict[str, Any]]]) -> None:
    """The same change of many objects that have a `patient_id`, each with its detail, in one statement."""
    insert_together(*(event(by, action, obj=obj, patient=obj.patient_id, **detail) for obj, detail in rows))


def looked(request: HttpRequest, patient: models.Model | UUID, page: str) -> None:
    """Records that the signed-in member saw `page` of the patient's chart: once per person, patient, page and view."""
    looked_many(request, [getattr(patient, "pk", patient)], page)


def looked_many(request: HttpRequest, patient_ids: Iterable[UUID], page: str) -> None:
    """The same for a page that shows several patients (a finder's result, a board)."""
    seen: set = request.__dict__.setdefault("_charts_looked_at", set())
    new = [pid for pid in dict.fromkeys(patient_ids) if pid and (pid, page) not in seen]
    seen.update((pid, page) for pid in new)
    insert_together(
        *(
            event(request.actor, "chart.viewed", kind=AuditEvent.Kind.LOOK, patient=pid, page=page)
            for pid in new
        )
    )
