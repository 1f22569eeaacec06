"""The list of what verification found, for the coming visits first."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.shortcuts import get_object_or_404

from billing.models import CoverageIssue
from billing.rules.exceptions import ORDER
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.models import Member
from clinic.staff.permissions import Permission
from clinic.staff.queries import members_with
from scheduling.models import Appointment
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING

SHOWN = 100


@dataclass(frozen=True)
class IssueRow:
    """One line: the issue, the patient's next visit, and the days until then (None without a visit)."""

    issue: CoverageIssue
    visit: Appointment | None
    days: int | None

    @property
    def when(self) -> str:
        if self.days is None:
            return "No visit booked"
        return {0: "Today", 1: "Tomorrow"}.get(self.days, f"In {self.days} days")


@dataclass(frozen=True)
class WorkList:
    """The lines shown, how many there are of each kind, and in all that were asked for."""

    rows: list[IssueRow]
    piles: list[tuple[str, str, int]]
    total: int
    mine: int
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def work_list(*, kind: str = "", owner: UUID | None = None, shown: int = SHOWN) -> WorkList:
    """What is open, the next visit first, then by gravity. Two queries whatever there is.

    `kind` chooses one kind, `owner` one member's; the counts are always of everything.
    """
    today = time.today(clinic_zone())
    rows = list(
        CoverageIssue.objects.filter(resolved_at=None).select_related("patient", "coverage__payer", "owner")
    )
    visits = _next_visits({row.patient_id for row in rows}, today)
    piles = Counter(row.kind for row in rows)
    chosen = [row for row in rows if kind in ("", row.kind) and owner in (None, row.owner_id)]
    lines = [_line(row, visits.get(row.patient_id), today) for row in chosen]
    lines.sort(key=lambda line: (_far(line), ORDER.index(line.issue.kind), line.issue.opened_at))
    return WorkList(
        lines[:shown],
        [(name, CoverageIssue.Kind(name).label, piles[name]) for name in ORDER],
        len(rows),
        sum(owner is not None and row.owner_id == owner for row in rows),
        len(lines),
    )


def _line(row: CoverageIssue, visit: Appointment | None, today: dt.date) -> IssueRow:
    return IssueRow(row, visit, (visit.local_day - today).days if visit else None)


def _far(line: IssueRow) -> tuple[bool, int]:
    return line.days is None, line.days or 0


def _next_visits(patients: set[UUID], today: dt.date) -> dict[UUID, Appointment]:
    """Each patient's next visit."""
    rows = Appointment.objects.filter(
        patient__in=patients, local_day__gte=today, state__in=sorted(UPCOMING | IN_CLINIC)
    )
    rows = rows.select_related("visit_type", "provider").order_by("patient", "starts_at").distinct("patient")
    return {row.patient_id: row for row in rows}


def issue_or_404(pk) -> CoverageIssue:
    """One issue with patient, payer, owner and the check that it comes from."""
    rows = CoverageIssue.objects.select_related("patient", "coverage__payer", "owner", "found_in")
    return get_object_or_404(rows, pk=pk)


def workers() -> list[Member]:
    """Who may own an issue."""
    return members_with(Permission.INSURANCE_WORK)
