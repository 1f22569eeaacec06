"""Verification: names every changed, missing, inserted or reordered row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection

from clinic.audit.models import AuditEvent, AuditLink
from clinic.audit.rules import FIELDS, GENESIS, link
from clinic.audit.sealing import known_head
from clinic.core.time import now

CHUNK = 5_000
GRACE = timedelta(minutes=1)


@dataclass
class Report:
    """What was checked and what is wrong, in sentences."""

    checked: int = 0
    waiting: int = 0
    head: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        return not self.problems


def verify(*, most_problems: int = 100) -> Report:
    """Reads the whole chain in order and recomputes it. Memory stays flat."""
    report = Report()
    previous, expected_seq = GENESIS, 1
    after = 0
    while len(report.problems) < most_problems:
        links = list(AuditLink.objects.filter(seq__gt=after).order_by("seq")[:CHUNK])
        if not links:
            break
        events = {
            e["id"]: e
            for e in AuditEvent.objects.filter(id__in=[row.event_id for row in links]).values(*FIELDS)
        }
        for row in links:
            if row.seq != expected_seq:
                report.problems.append(f"Links {expected_seq} to {row.seq - 1} are missing from the chain.")
            event = events.get(row.event_id)
            if event is None:
                report.problems.append(f"Event {row.event_id} (link {row.seq}) is missing.")
            elif link(previous, event) != bytes(row.hash):
                report.problems.append(
                    f"Event {row.event_id} (link {row.seq}, {event['at']:%Y-%m-%d %H:%M:%S} UTC, {event['action']}) "
                    "was changed or put in another place."
                )
            previous, expected_seq, after = bytes(row.hash), row.seq + 1, row.seq
            report.checked += 1
    report.head = f"{expected_seq - 1}:{previous.hex()[:16]}"
    _outside_head(report, expected_seq - 1)
    _unsealed(report)
    return report


def _outside_head(report: Report, last_seq: int) -> None:
    head = known_head()
    if head is None:
        return
    seq, value = head
    if seq > last_seq:
        report.problems.append(
            f"The head written outside the database is link {seq}; the chain ends at {last_seq}."
        )
        return
    row = AuditLink.objects.filter(seq=seq).first()
    if row is None or bytes(row.hash).hex() != value:
        report.problems.append(f"Link {seq} differs from the head written outside the database.")


def _unsealed(report: Report) -> None:
    """Events without a link: new ones wait for the sealer; older ones were inserted behind its back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.at FROM audit_auditevent e LEFT JOIN audit_auditlink l ON l.event_id = e.id "
            "WHERE l.event_id IS NULL ORDER BY e.id LIMIT 1000"
        )
        for event_id, at in cursor.fetchall():
            if now() - at > GRACE:
                report.problems.append(
                    f"Event {event_id} of {at:%Y-%m-%d %H:%M:%S} UTC stands outside the chain."
                )
            else:
                report.waiting += 1
