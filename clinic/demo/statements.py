"""Statements in the demo: somebody says that the bill is wrong, a few wait to be mailed and the rest are due. After the
first time nothing is added: from then on they are made by hand."""

from __future__ import annotations

from billing.queries.statements import due_statements
from billing.services import make_statements, place_hold
from clinic.core.actor import Actor
from clinic.demo.world import World
from clinic.staff.roles import ROLE_PERMISSIONS, Role

WAITING, NEEDED = 3, 6


def write_statements(world: World, *, is_new: bool) -> None:
    """A hold and a small pile, the first time only, where enough patients owe something."""
    due = due_statements(world.today, limit=NEEDED) if is_new else []
    if len(due) < NEEDED:
        return
    member = world.members["biller"]
    by = Actor(member_id=member.pk, label=member.name, permissions=ROLE_PERMISSIONS[Role.BILLER])
    says_wrong, *others = due
    place_hold(
        by=by,
        patient=says_wrong.patient,
        kind="dispute",
        reason="Says that the second service was not done; asked the provider",
        starts_on=world.today,
    )
    make_statements(by=by, patients=[row.patient for row in others[:WAITING]])
