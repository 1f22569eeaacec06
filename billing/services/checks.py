"""Writing down what a payer said, by whatever way it was heard, and what follows from it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from billing.models import Authorization, CoverageIssue, EligibilityCheck, EligibilityRequest
from billing.rules.card import summary
from billing.rules.exceptions import Finding, OnFile, findings
from billing.services.readings import card_of
from clinic import audit
from clinic.core import time
from clinic.core.actor import Actor
from clinic.core.db import attempt, service
from clinic.core.errors import Refused
from records.models import Coverage
from records.services import verify_coverage

Source, Status = EligibilityCheck.Source, EligibilityCheck.Status
BY_HAND = (Source.PHONE, Source.PORTAL, Source.CARD)


def keep_answer(*, by: Actor, request: EligibilityRequest, text: str) -> EligibilityCheck:
    """Keeps a payer's answer to a question; `text` is stored as it came. Called inside a service.

    What cannot be read, or is about somebody else, is kept as “could not verify”.
    """
    text = text.replace("\0", "") or "(empty)"  # a column holds no NUL
    return _keep(
        by=by,
        coverage=request.coverage,
        service_on=request.service_on,
        source=Source.ELECTRONIC,
        card=card_of(text, trace=request.trace, member_id=request.coverage.member_id),
        request=request,
        raw_question=request.question,
        raw_answer=text,
        answer_sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
    )


def keep_silence(*, by: Actor, request: EligibilityRequest, error: Exception) -> EligibilityCheck:
    """Keeps that nobody answered, or that the question could not be put: “could not verify”, never “not active”."""
    missing = {"clinic": "43", "payer": "79"}.get(getattr(error, "field", None) or "")
    code = missing or ("15" if isinstance(error, Refused) else "80")
    return _keep(
        by=by,
        coverage=request.coverage,
        service_on=request.service_on,
        source=Source.ELECTRONIC,
        card={
            "status": Status.NOT_VERIFIED.value,
            "errors": [{"level": "connection", "code": code, "follow_up": ""}],
        },
        request=request,
        raw_question=request.question,
        note=str(error)[:300],
    )


@service
def record_check(
    *,
    by: Actor,
    coverage: Coverage,
    service_on: dt.date,
    source: str,
    status: str,
    card: Mapping[str, Any] | None = None,
    representative: str = "",
    reference: str = "",
    note: str = "",
) -> EligibilityCheck:
    """Keeps what somebody heard by phone, read on the payer's website or saw on the card.

    `card` holds what was told in the shape of an answer (`billing.rules.card`). Stamps the coverage as checked when it
    is active; a card alone proves nothing, so seeing one stamps nothing. Audited as `eligibility.checked`. Refuses an
    unknown way or result, and a call without a name or a reference number.
    """
    if source not in BY_HAND or status not in Status.values:
        raise Refused("Choose how it was checked and what came out.", field="source")
    if source == Source.PHONE and not (representative.strip() or reference.strip()):
        raise Refused(
            "Whom did you speak to?", field="representative", hint="The name or the call’s reference number."
        )
    return _keep(
        by=by,
        coverage=coverage,
        service_on=service_on,
        source=source,
        card={**(card or {}), "status": status},
        representative=representative.strip()[:80],
        reference=reference.strip()[:60],
        note=note.strip()[:300],
    )


def _keep(
    *, by: Actor, coverage: Coverage, service_on: dt.date, source: str, card: dict, **more
) -> EligibilityCheck:
    at = time.now()
    row = EligibilityCheck.objects.create(
        coverage=coverage,
        coverage_version=coverage.version,
        patient_id=coverage.patient_id,
        service_on=service_on,
        source=source,
        status=card["status"],
        checked_at=at,
        checked_by_id=by.member_id,
        checked_by_label=by.label[:120],
        card=card,
        **more,
    )
    if row.status == Status.ACTIVE and source != Source.CARD:
        verify_coverage(by=by, coverage_id=coverage.pk, note=row.get_source_display(), at=at)
    audit.record(
        by,
        "eligibility.checked",
        obj=row,
        patient=coverage.patient_id,
        source=source,
        status=row.status,
        on=service_on,
    )
    if source != Source.CARD:
        _put_on_list(by, row, coverage)
    return row


def _put_on_list(by: Actor, check: EligibilityCheck, coverage: Coverage) -> None:
    """Opens what somebody has to look at, and closes what this answer has settled."""
    found = findings(summary(check.card), _on_file(coverage, check.service_on, check), check.service_on)
    open_now = {
        row.kind: row
        for row in CoverageIssue.objects.select_for_update(of=("self",)).filter(
            coverage=coverage, resolved_at=None
        )
    }
    for one in found:
        if one.kind in open_now:
            _renew(open_now[one.kind], one, check)
        else:
            _open(by, one, check)
    if check.status == Status.NOT_VERIFIED:
        return  # nothing was learned: what was known to be wrong still is
    for kind, row in open_now.items():
        if kind not in {one.kind for one in found}:
            row.resolved_at, row.resolved_by_label = check.checked_at, by.label[:120]
            row.resolution = "A later check came back without it."
            row.version += 1
            row.save()
            audit.record(by, "coverage_issue.resolved", obj=row, patient=row.patient_id, about=kind)


def _renew(row: CoverageIssue, one: Finding, check: EligibilityCheck) -> None:
    row.words, row.found_in, row.service_on = one.words[:300], check, check.service_on
    row.version += 1
    row.save()


def _open(by: Actor, one: Finding, check: EligibilityCheck) -> None:
    with attempt():
        row = CoverageIssue.objects.create(
            coverage_id=check.coverage_id,
            patient_id=check.patient_id,
            kind=one.kind,
            words=one.words[:300],
            service_on=check.service_on,
            found_in=check,
            opened_at=check.checked_at,
        )
    audit.record(by, "coverage_issue.opened", obj=row, patient=row.patient_id, about=one.kind)


def _on_file(coverage: Coverage, service_on: dt.date, check: EligibilityCheck) -> OnFile:
    before = (
        EligibilityCheck.objects.filter(coverage=coverage, status=Status.ACTIVE).exclude(pk=check.pk).first()
    )
    allowed = Authorization.objects.filter(
        Q(starts_on__lte=service_on, ends_on__gte=service_on), coverage=coverage, ended_at=None
    )
    return OnFile(
        payer=coverage.payer.name,
        plan=summary(before.card).plan if before else "",
        member_id=coverage.member_id,
        is_first=coverage.rank == Coverage.Rank.PRIMARY,
        has_authorization=allowed.exists(),
    )


def told_card(
    *,
    plan: str = "",
    copay_office: Decimal | None = None,
    copay_specialist: Decimal | None = None,
    copay_urgent: Decimal | None = None,
    deductible: Decimal | None = None,
    deductible_left: Decimal | None = None,
    out_of_pocket_left: Decimal | None = None,
    coinsurance: int | None = None,
    needs_authorization: bool = False,
    other_payer: str = "",
) -> dict[str, Any]:
    """The card of what was told by a person, amounts in dollars and coinsurance in percent, as JSON."""
    copays = [
        {"amount": str(amount), "service_types": [code], "network": "in", "messages": [note] if note else []}
        for amount, code, note in (
            (copay_office, "98", ""),
            (copay_specialist, "98", "Specialist"),
            (copay_urgent, "UC", ""),
        )
        if amount is not None
    ]
    return {
        "plan": plan,
        "copays": copays,
        "deductibles": _amounts((deductible, "calendar_year"), (deductible_left, "remaining")),
        "out_of_pocket": _amounts((out_of_pocket_left, "remaining")),
        "coinsurance": [{"percent": str(coinsurance), "service_types": ["30"], "network": "in"}]
        if coinsurance is not None
        else [],
        "authorization": ["98"] if needs_authorization else [],
        "other_coverage": [{"payer": other_payer}] if other_payer else [],
        "benefits": [],
    }


def _amounts(*pairs: tuple[Decimal | None, str]) -> list[dict[str, str]]:
    return [
        {"amount": str(amount), "scope": "individual", "period": period, "network": "in"}
        for amount, period in pairs
        if amount is not None
    ]
