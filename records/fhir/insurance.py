"""Coverage (of its own, or contained in an ExplanationOfBenefit) and Claim totals."""

from __future__ import annotations

import hashlib

from records.fhir.facts import ClaimFacts, CoverageFacts, Skipped
from records.fhir.people import reference_name
from records.fhir.values import (
    Json,
    as_list,
    concept_code,
    concept_text,
    number,
    plain_date,
    reference_key,
)

_NOT_INSURED = {"no_insurance", "no insurance", "none", "self-pay", "self pay", "uninsured"}
_RELATIONS = {"self": "self", "spouse": "spouse", "child": "child"}
_WITHDRAWN = {"entered-in-error", "cancelled", "draft"}


def coverage(resource: Json, *, key: str, clean_names: bool) -> CoverageFacts | Skipped:
    """What one payer covers. "No insurance" is not a coverage."""
    status = str(resource.get("status", ""))
    if status in _WITHDRAWN:
        return Skipped(f"the coverage is {status}")
    payers = as_list(resource.get("payor"))
    payer = reference_name(payers[0]) if payers else ""
    payer = payer or concept_text(resource.get("type"))
    if not payer:
        return Skipped("the coverage names no payer")
    if payer.casefold() in _NOT_INSURED:
        return Skipped("the coverage says there is no insurance")
    classes = {concept_code(item.get("type")): item for item in as_list(resource.get("class"))}
    period = resource.get("period") or {}
    order = number(resource.get("order"))
    return CoverageFacts(
        key=key,
        payer_name=payer_title(payer),
        plan_name=str(classes.get("plan", {}).get("name") or classes.get("plan", {}).get("value") or ""),
        kind=payer_kind(payer),
        member_id=str(resource.get("subscriberId") or "").strip(),
        group_number=str(classes.get("group", {}).get("value", "")),
        relationship=_RELATIONS.get(concept_code(resource.get("relationship")), "self"),
        rank=int(order) if order in (1, 2, 3) else 1,
        starts_on=plain_date(period.get("start")),
        ends_on=plain_date(period.get("end")),
    )


def contained_coverages(benefit: Json) -> list[Json]:
    """The Coverage resources inside an ExplanationOfBenefit, each with the claim's own dates.

    They carry no id of their own that means anything ("coverage" in each), so the key is made of what
    they say: the same coverage in twenty explanations is one coverage, from the first day it paid.
    """
    served = _claim_period(benefit)
    holder = reference_key(benefit.get("patient"))
    found = []
    for item in as_list(benefit.get("contained")):
        if item.get("resourceType") != "Coverage":
            continue
        payers = as_list(item.get("payor"))
        payer = reference_name(payers[0]) if payers else concept_text(item.get("type"))
        said = "|".join((holder, payer.casefold(), str(item.get("subscriberId", ""))))
        merged = {**item, "id": hashlib.sha256(said.encode()).hexdigest()[:32]}
        if "period" not in item and served:
            merged["period"] = {"start": served}
        merged["beneficiary"] = benefit.get("patient")
        found.append(merged)
    return found


def claim(resource: Json, *, key: str, clean_names: bool) -> ClaimFacts | Skipped:
    """What was billed elsewhere, in total. It is history: it does not touch this clinic's ledger."""
    status = str(resource.get("status", ""))
    if status in _WITHDRAWN:
        return Skipped(f"the claim is {status}")
    money = resource.get("total") or {}
    total = number(money.get("value"))
    if total is None:
        return Skipped("the claim has no total")
    period = resource.get("billablePeriod") or {}
    encounters = [ref for item in as_list(resource.get("item")) for ref in as_list(item.get("encounter"))]
    insurance = as_list(resource.get("insurance"))
    payer = reference_name(insurance[0].get("coverage")) if insurance else ""
    return ClaimFacts(
        key=key,
        encounter_key=reference_key(encounters[0]) if encounters else "",
        service_on=plain_date(period.get("start")),
        service_until=plain_date(period.get("end")),
        created_on=plain_date(resource.get("created")),
        total=round(total, 2),
        currency=str(money.get("currency", "USD"))[:3],
        payer_name=payer_title(payer),
        kind=concept_code(resource.get("type")),
    )


def payer_kind(name: str) -> str:
    """commercial, medicare, medicaid or self, from the payer's name."""
    lowered = name.casefold()
    for kind in ("medicare", "medicaid"):
        if kind in lowered:
            return kind
    return "commercial"


def payer_title(name: str) -> str:
    """A payer's name as a person would write it: Synthea's "private" is a kind, not a name."""
    plain = name.strip()
    if plain.casefold() == "private":
        return "Private insurance"
    return plain.capitalize() if plain.islower() else plain


def _claim_period(benefit: Json) -> str:
    """The first day of service that an explanation of benefits speaks of, as written."""
    return str((benefit.get("billablePeriod") or {}).get("start", ""))
