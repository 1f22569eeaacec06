"""Rules for a professional claim, read or about to be written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from billing.edi.checks.findings import Finding, error, warning
from billing.edi.checks.lists import CodeLists, hcpcs_holds, modifier_holds
from billing.edi.checks.shapes import (
    ADJUSTMENT_GROUPS,
    DRUG_UNITS,
    PLACES_OF_SERVICE,
    RELATIONSHIPS,
    is_procedure,
    npi_holds,
    reason_holds,
    remark_holds,
    tax_id_holds,
    taxonomy_holds,
    zip_holds,
)
from billing.edi.claims import (
    ORIGINAL,
    REPLACEMENT,
    VOID,
    Adjustment,
    Claim,
    OtherInsurance,
    Provider,
    ServiceLine,
)

_ZERO = Decimal(0)
_OLDEST_YEARS = 130


def check_claim(claim: Claim, lists: CodeLists, *, written_on: dt.date | None = None) -> list[Finding]:
    """Every rule that the claim breaks, in the order of the claim. `written_on` is the day of the file; nothing can be later."""
    where = f"Claim {claim.account or '(without a number)'}"
    return [
        *_head(claim, where),
        *_money(claim, where),
        *_people(claim, where),
        *_providers(claim, where),
        *_diagnoses(claim, where, lists),
        *(
            found
            for place, line in enumerate(claim.lines, 1)
            for found in _line(claim, line, f"{where}, line {place}", lists, written_on)
        ),
        *_others(claim, where),
    ]


def _head(claim: Claim, where: str) -> Iterator[Finding]:
    if not claim.account:
        yield error(
            "account", where, "The claim has no account number, so no answer can be matched.", "account"
        )
    elif len(claim.account) > 20:
        yield warning(
            "account", where, "Payers need to give back only 20 characters of an account number.", "account"
        )
    if claim.frequency not in (ORIGINAL, REPLACEMENT, VOID):
        yield error("frequency", where, f"The frequency {claim.frequency!r} is not 1, 7 or 8.", "frequency")
    elif claim.frequency != ORIGINAL and not claim.payer_control:
        yield error(
            "frequency",
            where,
            "To replace or void a claim, the payer's number of it is needed.",
            "payer_control",
        )
    if claim.place_of_service not in PLACES_OF_SERVICE:
        yield error(
            "place-of-service",
            where,
            f"There is no place of service {claim.place_of_service!r}.",
            "place_of_service",
        )
    if {"AA", "OA"} & set(claim.related_causes) and not claim.accident_on:
        yield error("accident", where, "The date of the accident is missing.", "accident_on")


def _money(claim: Claim, where: str) -> Iterator[Finding]:
    if not claim.lines:
        yield error("lines", where, "The claim has no line.", "lines")
    if claim.charge != claim.lines_total:
        yield error(
            "total",
            where,
            f"The claim is over {claim.charge}, its lines add up to {claim.lines_total}.",
            "charge",
        )
    if claim.charge < 0 or any(line.charge < 0 for line in claim.lines):
        yield error("amount", where, "A charge is negative.", "charge")
    elif claim.charge == 0:
        yield warning("amount", where, "The claim charges nothing.", "charge")
    if claim.patient_paid and claim.patient_paid > claim.charge:
        yield warning("amount", where, "The patient paid more than the claim charges.", "patient_paid")


def _people(claim: Claim, where: str) -> Iterator[Finding]:
    if not claim.subscriber.member_id:
        yield error("member", where, "The member number is missing.", "member_id")
    if claim.dependent and claim.relationship not in RELATIONSHIPS - {"18"}:
        yield error(
            "relationship",
            where,
            f"There is no relationship {claim.relationship!r} to the subscriber.",
            "relationship",
        )
    patient = claim.patient
    first = min((line.service_from for line in claim.lines if line.service_from), default=None)
    if patient.birth_date is None:
        yield error("birth-date", where, "The patient's birth date is missing.", "birth_date")
    elif (
        first
        and not 0 <= first.year - patient.birth_date.year <= _OLDEST_YEARS
        or first
        and patient.birth_date > first
    ):
        yield error(
            "birth-date", where, "The patient's birth date does not fit the day of service.", "birth_date"
        )
    if not zip_holds(patient.address.postal_code):
        yield error("zip", where, "The patient's ZIP code is not five or nine digits.", "patient_zip")


def _providers(claim: Claim, where: str) -> Iterator[Finding]:
    billing = claim.billing
    yield from _npi(billing, where, "billing provider", is_needed=True)
    if not tax_id_holds(billing.tax_id.replace("-", "")):
        yield error("tax-id", where, "The billing provider's tax number is not nine digits.", "tax_id")
    if not zip_holds(billing.address.postal_code, is_whole=True):
        yield error("zip", where, "The billing provider's ZIP code needs all nine digits.", "billing_zip")
    if billing.address.line1.upper().replace(".", "").startswith(("PO BOX", "P O BOX")):
        yield error(
            "address",
            where,
            "The billing provider's address has to be a street, not a PO box.",
            "billing_address",
        )
    for role, provider in (
        ("rendering provider", claim.rendering), ("referring provider", claim.referring),
        ("supervising provider", claim.supervising), ("place of service", claim.facility),
    ):  # fmt: skip
        if provider:
            yield from _npi(provider, where, role)
    if claim.facility and not zip_holds(claim.facility.address.postal_code, is_whole=True):
        yield warning(
            "zip", where, "The place of service's ZIP code should have nine digits.", "facility_zip"
        )


def _npi(provider: Provider, where: str, role: str, *, is_needed: bool = False) -> Iterator[Finding]:
    field = f"{role.replace(' ', '_')}_npi"
    if provider.npi and not npi_holds(provider.npi):
        yield error(
            "npi", where, f"The NPI of the {role} is wrong: its check digit or length does not fit.", field
        )
    elif not provider.npi and (is_needed or not provider.other_id):
        yield error("npi", where, f"The NPI of the {role} is missing.", field)
    if provider.taxonomy and not taxonomy_holds(provider.taxonomy):
        yield error(
            "taxonomy",
            where,
            f"The taxonomy code of the {role} has not ten letters and digits.",
            "taxonomy",
        )


def _diagnoses(claim: Claim, where: str, lists: CodeLists) -> Iterator[Finding]:
    if not claim.diagnoses:
        yield error("diagnosis", where, "The claim has no diagnosis.", "diagnoses")
    if len(claim.diagnoses) > 12:
        yield error(
            "diagnosis",
            where,
            f"The claim has {len(claim.diagnoses)} diagnoses; 12 is the most.",
            "diagnoses",
        )
    if len(set(claim.diagnoses)) < len(claim.diagnoses):
        yield error("diagnosis", where, "A diagnosis stands twice.", "diagnoses")
    if claim.diagnosis_system != "ICD-10-CM":
        yield error(
            "diagnosis", where, f"Diagnoses are {claim.diagnosis_system}; payers take ICD-10-CM.", "diagnoses"
        )
        return
    on = max(
        (line.service_to or line.service_from for line in claim.lines if line.service_from), default=None
    )
    for code in claim.diagnoses:
        if not (3 <= len(code) <= 7 and code[:1].isalpha() and code.isalnum()):
            yield error("diagnosis", where, f"{code} has not the form of a diagnosis.", "diagnoses")
        elif on and lists.diagnosis and lists.diagnosis(code, on) is False:
            yield error("diagnosis", where, f"{code} is no billable diagnosis on {on}.", "diagnoses")


def _line(
    claim: Claim, line: ServiceLine, where: str, lists: CodeLists, written_on: dt.date | None
) -> Iterator[Finding]:
    yield from _service(line, where, lists)
    if not line.pointers:
        yield error("pointer", where, "The line points at no diagnosis.", "pointers")
    elif len(line.pointers) > 4 or not all(1 <= one <= len(claim.diagnoses) for one in line.pointers):
        yield error(
            "pointer",
            where,
            "The line points at a diagnosis that the claim does not have, or at more than four.",
            "pointers",
        )
    if line.units <= 0:
        yield error("units", where, "The line has no units.", "units")
    if line.place_of_service and line.place_of_service not in PLACES_OF_SERVICE:
        yield error(
            "place-of-service",
            where,
            f"There is no place of service {line.place_of_service!r}.",
            "place_of_service",
        )
    yield from _days(line, where, written_on)
    if line.drug:
        ndc = line.drug.ndc
        if len(ndc) != 11 or not ndc.isdigit():
            yield error("ndc", where, "The NDC has not eleven digits.", "ndc")
        if line.drug.quantity <= 0 or line.drug.unit not in DRUG_UNITS:
            yield error("ndc", where, "The quantity or unit of the drug is wrong.", "ndc")
    for role, provider in (
        ("rendering provider", line.rendering),
        ("supervising provider", line.supervising),
    ):
        if provider:
            yield from _npi(provider, where, role)


def _days(line: ServiceLine, where: str, written_on: dt.date | None) -> Iterator[Finding]:
    last = line.service_to or line.service_from
    if not line.service_from:
        yield error("date", where, "The day of service is missing.", "service_from")
    elif last < line.service_from:
        yield error("date", where, "The service ends before it begins.", "service_to")
    elif written_on and last > written_on:
        yield error("date", where, "The day of service is later than the file.", "service_from")


def _service(line: ServiceLine, where: str, lists: CodeLists) -> Iterator[Finding]:
    """The code and its modifiers on the day of service."""
    if line.code_qualifier == "HC":
        known = _known(line, lists)
        if known is False:
            yield error(
                "service-code", where, f"{line.code} is no service code on {line.service_from}.", "code"
            )
        elif known is None and line.code[:1].isalpha():
            yield warning("service-code", where, f"{line.code} is not in the lists that are here.", "code")
    for modifier in line.modifiers:
        holds = modifier_holds(modifier)
        if holds is False:
            yield error("modifier", where, f"{modifier} has not the form of a modifier.", "modifiers")
        elif holds is None and not modifier.isdigit():
            yield warning(
                "modifier", where, f"The modifier {modifier} is not in the list that is here.", "modifiers"
            )
    if len(line.modifiers) > 4 or len(set(line.modifiers)) < len(line.modifiers):
        yield error(
            "modifier", where, "The line has more than four modifiers, or one of them twice.", "modifiers"
        )


def _known(line: ServiceLine, lists: CodeLists) -> bool | None:
    if not is_procedure(line.code):
        return False
    if not line.service_from:
        return None
    own = lists.service(line.code, line.service_from) if lists.service else None
    return own if own is not None else hcpcs_holds(line.code, line.service_from)


def _others(claim: Claim, where: str) -> Iterator[Finding]:
    """Other payers: their decision has to add up, line by line and together."""
    orders = [claim.subscriber.order, *(one.subscriber.order for one in claim.other_insurance)]
    if len(set(orders)) < len(orders):
        yield error("payer-order", where, "Two payers stand in the same place.", "payer_order")
    for other in claim.other_insurance:
        yield from _adjustments(other.adjustments, where)
        for remark in other.remark_codes:
            if not remark_holds(remark):
                yield warning("remark", where, f"There is no remark code {remark}.", "remark_codes")
        if other.paid is not None:
            yield from _other_balance(claim, other, where)


def _other_balance(claim: Claim, other: OtherInsurance, where: str) -> Iterator[Finding]:
    """charge = paid + adjustments for what another payer decided."""
    done = [
        (line, one)
        for line in claim.lines
        for one in line.adjudications
        if one.payer_id == other.payer.payer_id
    ]
    by_lines = _ZERO
    for line, one in done:
        yield from _adjustments(one.adjustments, where)
        taken = sum((part.amount for part in one.adjustments), _ZERO)
        by_lines += taken
        if one.paid + taken != line.charge:
            yield error("other-payer-balance", where, (
                f"Line {line.code}: {one.paid} paid by another payer and {taken} adjusted is not {line.charge}."
            ), "other_insurance")  # fmt: skip
    taken = by_lines + sum((part.amount for part in other.adjustments), _ZERO)
    if (done or other.adjustments) and other.paid is not None and other.paid + taken != claim.charge:
        yield error("other-payer-balance", where, (
            f"{other.paid} paid by another payer and {taken} adjusted is not {claim.charge}."
        ), "other_insurance")  # fmt: skip


def _adjustments(adjustments: tuple[Adjustment, ...], where: str) -> Iterator[Finding]:
    for one in adjustments:
        if one.group not in ADJUSTMENT_GROUPS:
            yield error(
                "adjustment-group", where, f"There is no adjustment group {one.group}.", "other_insurance"
            )
        if not reason_holds(one.reason):
            yield error(
                "adjustment-reason", where, f"There is no adjustment reason {one.reason}.", "other_insurance"
            )
