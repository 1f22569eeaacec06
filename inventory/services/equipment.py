"""The equipment register."""

import datetime as dt

from clinic.audit import record
from clinic.core.db import service
from clinic.core.errors import Refused
from inventory.models import Equipment

from .catalog import _save


@service
def save_equipment(
    *, by, equipment: Equipment | None = None, version: int | None = None, **fields
) -> Equipment:
    """Put a device on file or change it. Audited with the names of the fields that changed."""
    return _save(by, Equipment, "equipment", equipment, version, fields)


@service
def service_equipment(
    *,
    by,
    equipment: Equipment,
    done_on: dt.date,
    next_due_on: dt.date | None,
    note: str = "",
) -> Equipment:
    """Note a service done and set when the next is due. Refuses a due day before the service. Audited."""
    if next_due_on is not None and next_due_on <= done_on:
        raise Refused("The next service comes after this one.", field="next_due_on")
    current = Equipment.objects.select_for_update().get(pk=equipment.pk)
    current.service_due_on, current.service_note = next_due_on, note.strip()
    current.status = Equipment.Status.IN_SERVICE
    current.version += 1
    current.save()
    record(by, "equipment.serviced", obj=current, done_on=str(done_on), next_due_on=str(next_due_on or ""))
    return current
