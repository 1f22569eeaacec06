"""Coverage and its checks: what is due, what was answered, what the card of a patient shows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.http import Http404
from django.shortcuts import get_object_or_404

from billing.models import CoverageIssue, EligibilityCheck, EligibilityRequest, VerificationPolicy
from billing.models.eligibility import OPEN_REQUEST
from billing.rules.card import CardSummary, summary
from billing.rules.rejections import PASSING
from billing.rules.verification import LastCheck, Policy, why_check
from clinic.core import time
from clinic.core.kept import kept
from clinic.core.profile import clinic_zone
from records.models import Coverage
from scheduling.models import Appointment
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING

# Every coverage that holds on the day of a coming visit, with its newest check and stamp. Coverages whose payer is
# being asked about that day already are left out.
_TO_CHECK = """
SELECT c.id, c.patient_id, a.local_day, p.kind, c.verified_at, c.version,
       k.checked_at, k.service_on, k.coverage_version, k.status, k.card -> 'errors'
FROM (SELECT DISTINCT patient_id, local_day FROM scheduling_appointment
      WHERE {which} AND state = ANY(%(states)s)) a
JOIN records_coverage c ON c.patient_id = a.patient_id
     AND (c.starts_on IS NULL OR c.starts_on <= a.local_day) AND (c.ends_on IS NULL OR c.ends_on >= a.local_day)
JOIN records_payer p ON p.id = c.payer_id AND p.kind <> 'self'
LEFT JOIN LATERAL (
    SELECT checked_at, service_on, coverage_version, status, card FROM billing_eligibilitycheck
    WHERE coverage_id = c.id ORDER BY checked_at DESC, id DESC LIMIT 1) k ON true
WHERE NOT EXISTS (SELECT FROM billing_eligibilityrequest r
                  WHERE r.coverage_id = c.id AND r.service_on = a.local_day AND r.state = ANY(%(open)s))
ORDER BY a.local_day, c.id
"""
_SOON = "local_day BETWEEN %(first)s AND %(last)s"
_ONE = "id = %(visit)s"


@kept
def _policies() -> tuple[tuple[dt.date, Policy], ...]:
    return tuple(
        (
            row.effective_from,
            Policy(row.days_ahead, row.stale_days, tuple(row.monthly_kinds), row.is_yearly, row.most_tries),
        )
        for row in VerificationPolicy.objects.all()
    )


def policy_on(day: dt.date) -> Policy:
    """When coverage is checked, as it was decided for that day."""
    return next((policy for since, policy in _policies() if since <= day), Policy())


def policy_rows() -> list[VerificationPolicy]:
    """Every decision, the newest first. One query."""
    return list(VerificationPolicy.objects.select_related("decided_by"))


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A coverage that has to be checked for a day, and why."""

    coverage_id: UUID
    patient_id: UUID
    service_on: dt.date
    reason: str


def to_check_soon(today: dt.date) -> list[ToCheck]:
    """What has to be checked for the visits from today to as many days ahead as the policy says. One query."""
    policy = policy_on(today)
    values = {"first": today, "last": today + dt.timedelta(days=policy.days_ahead)}
    return _to_check(_SOON, values, today, policy)


def to_check_for(visit_id: UUID, today: dt.date) -> list[ToCheck]:
    """The same for one visit, however far away it is. One query."""
    return _to_check(_ONE, {"visit": visit_id}, today, policy_on(today))


def to_check_coverage(coverage_id: UUID, today: dt.date) -> list[ToCheck]:
    """The same for one coverage: about the patient's next visit, or about today. Up to four queries."""
    row = Coverage.objects.select_related("payer").filter(pk=coverage_id).first()
    if row is None:
        return []
    day = next_visit_day(row.patient_id, today) or today
    if not row.is_effective(day) or open_requests([row.pk]).filter(service_on=day).exists():
        return []
    seen = EligibilityCheck.objects.filter(coverage=row).values_list(
        "checked_at", "service_on", "coverage_version", "status", "card__errors"
    )
    last = _last(time.zone(clinic_zone()), row.verified_at, row.version, *(seen.first() or (None,) * 5))
    reason = why_check(last, row.payer.kind, day, today, policy_on(today))
    return [ToCheck(row.pk, row.patient_id, day, reason)] if reason else []


def _to_check(which: str, values: dict, today: dt.date, policy: Policy) -> list[ToCheck]:
    values |= {"states": sorted(UPCOMING | IN_CLINIC), "open": list(OPEN_REQUEST)}
    with connection.cursor() as cursor:
        cursor.execute(_TO_CHECK.format(which=which), values)
        rows = cursor.fetchall()
    zone = time.zone(clinic_zone())
    found = []
    for coverage, patient, day, kind, stamped, version, *check, errors in rows:
        # A bare cursor gives JSON as its text.
        last = _last(zone, stamped, version, *check, json.loads(errors) if errors else [])
        reason = why_check(last, kind, day, today, policy)
        if reason:
            found.append(ToCheck(coverage, patient, day, reason))
    return found


def _last(zone, stamped, version, checked_at, about_on, seen_version, status, errors) -> LastCheck | None:
    """The newer of a check and of the stamp that somebody set on the coverage by hand."""
    if checked_at is None and stamped is None:
        return None
    if checked_at is None or (stamped is not None and stamped > checked_at):
        day = stamped.astimezone(zone).date()
        return LastCheck(day, day)
    return LastCheck(
        checked_at.astimezone(zone).date(),
        about_on,
        is_edited_since=seen_version != version,
        was_silent=status == EligibilityCheck.Status.NOT_VERIFIED and _is_silent(errors),
    )


def _is_silent(errors) -> bool:
    return bool(errors) and all(error.get("code") in PASSING for error in errors)


@dataclass(frozen=True)
class Checked:
    """A coverage with its newest check as a card, the newest answer that said something where the last one did not,
    and what is open: the question that is on its way and what somebody has to look at."""

    coverage: Coverage
    last: EligibilityCheck | None
    known: EligibilityCheck | None
    request: EligibilityRequest | None
    issues: Sequence[CoverageIssue]

    @property
    def card(self) -> CardSummary | None:
        """What is known: of the newest answer that said whether the coverage is active."""
        return summary(self.known.card) if self.known else None

    @property
    def problems(self):
        """Why the newest check could not tell, with the fields to look at."""
        if self.last is None or self.last.status != EligibilityCheck.Status.NOT_VERIFIED:
            return ()
        return summary(self.last.card).problems

    @property
    def is_older_known(self) -> bool:
        """Whether what is shown is from before the newest check, which could not tell."""
        return self.known is not None and self.last is not None and self.known.pk != self.last.pk

    @property
    def copay_differs(self) -> bool:
        """Whether the payer names another office copay than the one on file."""
        card = self.card
        said = card.copay_for(("98", "BY", "1")) if card and card.status == "active" else None
        return said is not None and said != self.coverage.copay_office

    @property
    def said_copay(self):
        """The office copay that the payer names, None where it names none."""
        return self.card.copay_for(("98", "BY", "1")) if self.card else None


def checked_coverages(patient_id: UUID, day: dt.date) -> list[Checked]:
    """The patient's coverages that hold on `day` or later, with what is known of each. Five queries."""
    rows = [
        row
        for row in Coverage.objects.filter(patient_id=patient_id).select_related("payer", "verified_by")
        if row.ends_on is None or row.ends_on >= day
    ]
    return with_checks(sorted(rows, key=lambda row: (row.rank, row.created_at)))


def with_checks(rows: Iterable[Coverage]) -> list[Checked]:
    """The same for given coverages. Four queries."""
    rows = list(rows)
    ids = [row.pk for row in rows]
    checks = EligibilityCheck.objects.filter(coverage__in=ids).select_related("checked_by")
    checks = checks.defer("raw_answer", "raw_question")
    newest = checks.order_by("coverage_id", "-checked_at", "-id").distinct("coverage_id")
    telling = newest.exclude(status=EligibilityCheck.Status.NOT_VERIFIED)
    last = {row.coverage_id: row for row in newest}
    known = {row.coverage_id: row for row in telling}
    open_now = {row.coverage_id: row for row in open_requests(ids)}
    issues: dict[UUID, list[CoverageIssue]] = {}
    for issue in CoverageIssue.objects.filter(coverage__in=ids, resolved_at=None).select_related("owner"):
        issues.setdefault(issue.coverage_id, []).append(issue)
    return [
        Checked(row, last.get(row.pk), known.get(row.pk), open_now.get(row.pk), issues.get(row.pk, ()))
        for row in rows
    ]


def open_requests(coverage_ids: Iterable[UUID]):
    """Questions that are on their way."""
    return EligibilityRequest.objects.filter(coverage__in=list(coverage_ids), state__in=OPEN_REQUEST)


def history(coverage_id: UUID, limit: int = 50) -> list[EligibilityCheck]:
    """The newest checks of a coverage. One query."""
    rows = EligibilityCheck.objects.filter(coverage=coverage_id).select_related("checked_by")
    return list(rows.defer("raw_answer", "raw_question")[:limit])


def coverage_or_404(pk) -> Coverage:
    """One coverage with payer and patient."""
    return get_object_or_404(Coverage.objects.select_related("payer", "patient", "verified_by"), pk=pk)


def check_or_404(pk) -> EligibilityCheck:
    """One check with its coverage, payer and patient."""
    rows = EligibilityCheck.objects.select_related("coverage__payer", "patient", "checked_by")
    return get_object_or_404(rows, pk=pk)


def next_visit_day(patient_id: UUID, today: dt.date) -> dt.date | None:
    """The day of the patient's next visit, today's included."""
    rows = Appointment.objects.filter(
        patient=patient_id, local_day__gte=today, state__in=sorted(UPCOMING | IN_CLINIC)
    )
    return rows.order_by("local_day").values_list("local_day", flat=True).first()


def visit_or_404(pk) -> Appointment:
    """One visit with patient, kind of visit and provider."""
    rows = Appointment.objects.select_related("patient", "visit_type", "provider", "location")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
