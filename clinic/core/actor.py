"""Who acts: a member at a workstation, or the system by the name of its task."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """Passed to every service as `by`. `label` is what the audit trail shows."""

    member_id: UUID | None
    label: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    workstation_id: UUID | None = None
    workstation_label: str = ""
    session_ref: str = ""
    request_id: str = ""
    ip: str | None = None
    is_system: bool = False

    @classmethod
    def system(cls, task: str) -> Actor:
        """The program itself, for a task such as `scheduling.sweep_visits`."""
        return cls(member_id=None, label=f"system:{task}", is_system=True)

    @classmethod
    def outside(cls, label: str, ip: str | None = None) -> Actor:
        """Somebody who is not staff: a patient by a link, a provider's callback, a stranger signing in."""
        return cls(member_id=None, label=label, ip=ip)

    def can(self, permission: str) -> bool:
        """True when this actor holds the permission; the system holds all."""
        return self.is_system or permission in self.permissions
