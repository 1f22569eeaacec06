"""Rules for a remittance (835): balance, and codes that can exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from billing.edi.checks.findings import Finding, error, warning
from billing.edi.checks.shapes import (
    ADJUSTMENT_GROUPS,
    PROVIDER_ADJUSTMENTS,
    npi_holds,
    reason_holds,
    remark_holds,
)
from billing.edi.claims import Adjustment
from billing.edi.envelopes import TransactionSet
from billing.edi.readers.remittance import Remittance
from billing.edi.readers.remittance_claims import RemittanceClaim


def check_remittance(one: TransactionSet) -> Iterator[Finding]:
    """Every rule that the remittance breaks: reads the set to its end, claim by claim."""
    remittance = Remittance(one)
    told = 0
    for claim in remittance.claims():
        where = f"Claim {claim.patient_account or '(without a number)'}"
        for words in remittance.problems[told:]:
            yield error("balance", where, words)
        told = len(remittance.problems)
        yield from _claim(claim, where)
    for words in remittance.problems[told:]:
        yield error("balance", "Payment", words)
    if remittance.paid_on is None:
        yield error("date", "Payment", "The payment has no date that exists.", "paid_on")
    if remittance.payee_id and remittance.payee_id.isdigit() and len(remittance.payee_id) == 10:
        yield from _npi(remittance.payee_id, "Payment", "payee")
    for adjustment in remittance.provider_adjustments:
        if adjustment.reason not in PROVIDER_ADJUSTMENTS:
            yield warning(
                "provider-adjustment", "Payment", f"There is no provider adjustment {adjustment.reason}."
            )


def _claim(claim: RemittanceClaim, where: str) -> Iterator[Finding]:
    yield from _adjustments(claim.adjustments, where)
    yield from _remarks(claim.remarks, where)
    if claim.rendering and claim.rendering.npi:
        yield from _npi(claim.rendering.npi, where, "rendering provider")
    for place, line in enumerate(claim.lines, 1):
        yield from _adjustments(line.adjustments, f"{where}, line {place}")
        yield from _remarks(line.remarks, f"{where}, line {place}")


def _npi(npi: str, where: str, role: str) -> Iterator[Finding]:
    if not npi_holds(npi):
        yield error(
            "npi", where, f"The NPI of the {role} is wrong: its check digit or length does not fit.", "npi"
        )


def _adjustments(adjustments: Iterable[Adjustment], where: str) -> Iterator[Finding]:
    for one in adjustments:
        if one.group not in ADJUSTMENT_GROUPS:
            yield error("adjustment-group", where, f"There is no adjustment group {one.group}.", "group")
        if not reason_holds(one.reason):
            yield error("adjustment-reason", where, f"There is no adjustment reason {one.reason}.", "reason")


def _remarks(remarks: Iterable[str], where: str) -> Iterator[Finding]:
    for one in remarks:
        if not remark_holds(one):
            yield warning("remark", where, f"There is no remark code {one}.", "remark_codes")
