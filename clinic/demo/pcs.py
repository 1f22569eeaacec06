"""The demo's registered PCs: what they are called, and who usually sits where."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from clinic.staff.models import Member, Workstation
from clinic.staff.roles import Role

if TYPE_CHECKING:
    from clinic.demo.rows import Rows

# Name, room, what it is, whether several people use it.
PCS = (
    ("Front desk PC", "Front desk", Workstation.Kind.PC, True),
    ("Room 1 PC", "Exam 1", Workstation.Kind.PC, True),
    ("Room 3 PC", "Exam 3", Workstation.Kind.PC, True),
    ("Lab PC", "Lab", Workstation.Kind.PC, True),
    ("Provider laptop", "", Workstation.Kind.PC, False),
    ("Office PC", "Back office", Workstation.Kind.PC, False),
    ("Hallway screen", "Hallway", Workstation.Kind.WALL, True),
)
_SEATS = {
    Role.FRONT_DESK: "Front desk PC (Front desk)",
    Role.MA: "Room 1 PC (Exam 1)",
    Role.LEAD_MA: "Lab PC (Lab)",
    Role.PROVIDER: "Provider laptop",
}
_OFFICE = "Office PC (Back office)"


def usual_pc(member: Member) -> str:
    """The label of the PC where this member usually sits, as the trail shows it."""
    return next((pc for role, pc in _SEATS.items() if role in member.roles), _OFFICE)


def register_pcs(rows: Rows, at: dt.datetime) -> None:
    """Adds the clinic's PCs where none was ever registered; what an administrator changed or revoked stays."""
    if Workstation.objects.exists():
        return
    admin = Member.objects.get(username="admin")
    for name, room, kind, is_shared in PCS:
        row = Workstation(
            pk=rows.id("workstation", name, at=at), name=name, room=room, kind=kind, is_shared=is_shared,
            registered_by=admin, created_at=at,
        )  # fmt: skip
        rows.add(row)
        rows.audit("workstation.registered", row, at=at, by=admin, name=name, type=str(kind))
