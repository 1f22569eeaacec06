"""Writing the trail. Always inside the caller's transaction: no change without its row, no row without its change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
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


_EACH = ("patient_id", "object_type", "object_id", "detail")


def record_many(by: Actor, action: str, rows: Iterable[tuple[models.Model, dict[str, Any]]]) -> None:
    """The same change of many objects that have a `patient_id`, each with its detail, in one statement."""
    each = [
        {
            "patient_id": obj.patient_id and str(obj.patient_id),
            "object_type": obj._meta.label_lower,
            "object_id": str(obj.pk),
            "detail": _plain(detail),
        }
        for obj, detail in rows
    ]
    if not each:
        return
    common = event(by, action)
    fields = [field for field in AuditEvent._meta.concrete_fields if not isinstance(field, models.AutoField)]
    same = [field for field in fields if field.attname not in _EACH]
    columns = ", ".join([*(field.column for field in same), *_EACH])
    # The rows travel as one JSON text: a list of models would cost several times as much to make and to write out.
    with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {AuditEvent._meta.db_table} ({columns}) "  # noqa: S608 - names of our own model
            f"SELECT {', '.join(['%s'] * len(same))}, patient_id, object_type, object_id, detail "
            "FROM json_to_recordset(%s) "
            "AS each(patient_id uuid, object_type text, object_id text, detail jsonb)",
            [
                *(field.get_db_prep_save(getattr(common, field.attname), connection) for field in same),
                json.dumps(each),
            ],
        )


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
