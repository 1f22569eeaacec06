"""Working the list of what verification found."""

from __future__ import annotations

from uuid import UUID

from billing.models import CoverageIssue
from clinic import audit
from clinic.core import time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound, Refused, Stale
from clinic.staff.models import Member


@service
def work_issue(
    *, by: Actor, issue_id: UUID, owner: Member | None, note: str, version: int | None = None
) -> CoverageIssue:
    """Says who sees to it and what is known so far; audited as `coverage_issue.worked`.

    Refuses one that is resolved, and a save over somebody else's.
    """
    row = _open(issue_id)
    if version is not None and version != row.version:
        raise Stale("Somebody else has worked on this meanwhile. Look again and save once more.")
    row.owner, row.note = owner, note.strip()[:300]
    row.version += 1
    row.save()
    audit.record(
        by, "coverage_issue.worked", obj=row, patient=row.patient_id, owner=str(owner.pk) if owner else ""
    )
    return row


@service
def take_issue(*, by: Actor, issue_id: UUID) -> CoverageIssue:
    """The actor sees to it. Refuses one that a colleague has taken, by name."""
    row = _open(issue_id)
    if row.owner_id not in (None, by.member_id):
        raise Refused(f"{row.owner.name} is working on this.")
    row.owner_id = by.member_id
    row.version += 1
    row.save()
    audit.record(by, "coverage_issue.worked", obj=row, patient=row.patient_id, owner=str(by.member_id))
    return row


@service
def resolve_issue(*, by: Actor, issue_id: UUID, resolution: str) -> CoverageIssue:
    """Takes it off the list with what was done; audited as `coverage_issue.resolved`. Refuses an empty reason."""
    if not resolution.strip():
        raise Refused("Say how it was resolved.", field="resolution")
    row = _open(issue_id)
    row.resolved_at, row.resolved_by_label = time.now(), by.label[:120]
    row.resolution = resolution.strip()[:300]
    row.version += 1
    row.save()
    audit.record(by, "coverage_issue.resolved", obj=row, patient=row.patient_id, about=row.kind)
    return row


def _open(issue_id: UUID) -> CoverageIssue:
    row = CoverageIssue.objects.select_for_update(of=("self",)).filter(pk=issue_id).first()
    if row is None:
        raise NotFound("This is not on the list.")
    if row.resolved_at is not None:
        raise Refused(f"This was resolved by {row.resolved_by_label} already.")
    return row
