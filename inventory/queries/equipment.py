"""The equipment register as lists."""

import datetime as dt
from dataclasses import dataclass

from clinic.core import time
from clinic.core.profile import clinic_zone
from inventory.models import Equipment


@dataclass(frozen=True)
class EquipmentRow:
    """A device and how many days are left to its service (None: no date set)."""

    equipment: Equipment
    days: int | None

    @property
    def state(self) -> str:
        if self.days is None:
            return ""
        return "overdue" if self.days < 0 else "soon" if self.days <= 30 else ""


def equipment_rows(
    kind: str = "", with_retired: bool = False, today: dt.date | None = None
) -> list[EquipmentRow]:
    """Devices, the one whose service is due first on top. One query."""
    today = today or time.today(clinic_zone())
    rows = Equipment.objects.select_related("place")
    if kind:
        rows = rows.filter(kind=kind)
    if not with_retired:
        rows = rows.exclude(status=Equipment.Status.RETIRED)
    listed = [
        EquipmentRow(row, (row.service_due_on - today).days if row.service_due_on else None) for row in rows
    ]
    return sorted(listed, key=lambda row: (row.days is None, row.days or 0, row.equipment.name))


def bookable_equipment(kind: str):
    """Devices of a kind that are in service, for a booking."""
    return Equipment.objects.filter(kind=kind, status=Equipment.Status.IN_SERVICE)
