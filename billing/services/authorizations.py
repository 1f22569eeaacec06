"""Prior authorizations and referrals: put on file and ended. What they are used up by is counted, never written."""

from __future__ import annotations

import datetime as dt

from billing.models import Authorization, CoverageIssue
from clinic import audit
from clinic.core import time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from records.models import Coverage
from scheduling.models import VisitType


@service
def add_authorization(
    *,
    by: Actor,
    coverage: Coverage,
    kind: str,
    number: str,
    what_for: str,
    units: int,
    starts_on: dt.date,
    ends_on: dt.date,
    visit_type: VisitType | None = None,
    referred_by: str = "",
) -> Authorization:
    """Puts an authorization or a referral on file: `units` visits from day to day, both included.

    Takes “authorization needed” off the list where it holds for that visit. Audited as `authorization.added`. Refuses a
    number that is on file for the coverage already, dates in the wrong order, and a referral without who referred.
    """
    if kind not in Authorization.Kind.values:
        raise Refused("Choose what it is.", field="kind")
    if ends_on < starts_on:
        raise Refused("It cannot end before it starts.", field="ends_on")
    if kind == Authorization.Kind.REFERRAL and not referred_by.strip():
        raise Refused("Who referred the patient?", field="referred_by")
    row = Authorization.objects.create(
        patient_id=coverage.patient_id,
        coverage=coverage,
        kind=kind,
        number=number.strip(),
        what_for=what_for.strip(),
        units=units,
        starts_on=starts_on,
        ends_on=ends_on,
        visit_type=visit_type,
        referred_by=referred_by.strip(),
        recorded_by_id=by.member_id,
    )
    audit.record(by, "authorization.added", obj=row, patient=row.patient_id, units=units)
    _settle_issue(by, row)
    return row


@service
def end_authorization(*, by: Actor, authorization: Authorization, reason: str) -> Authorization:
    """Ends it before its time, with the reason; audited as `authorization.ended`. Refuses a second end."""
    row = Authorization.objects.select_for_update(of=("self",)).get(pk=authorization.pk)
    if row.ended_at is not None:
        raise Refused("This has ended already.")
    if not reason.strip():
        raise Refused("Say why it ends.", field="reason")
    row.ended_at, row.end_reason = time.now(), reason.strip()[:200]
    row.version += 1
    row.save()
    audit.record(by, "authorization.ended", obj=row, patient=row.patient_id)
    return row


def _settle_issue(by: Actor, row: Authorization) -> None:
    open_now = CoverageIssue.objects.select_for_update(of=("self",)).filter(
        coverage_id=row.coverage_id,
        kind=CoverageIssue.Kind.AUTHORIZATION,
        resolved_at=None,
        service_on__range=(row.starts_on, row.ends_on),
    )
    for issue in open_now:
        issue.resolved_at, issue.resolved_by_label = time.now(), by.label[:120]
        issue.resolution = f"{row.get_kind_display()} {row.number} is on file."
        issue.version += 1
        issue.save()
        audit.record(by, "coverage_issue.resolved", obj=issue, patient=issue.patient_id, about=issue.kind)
