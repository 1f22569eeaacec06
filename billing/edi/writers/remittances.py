"""Writes remittances (835): a payment and what it is made of."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator

from billing.edi.answers import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine
from billing.edi.claims import Person
from billing.edi.writers.claim_loops import adjustment_segments, procedure
from billing.edi.writers.envelope import ControlNumbers, Partners, TransactionSet, interchange_lines
from billing.edi.writers.segments import (
    Unwritable,
    address,
    amount,
    code,
    composite,
    contact,
    day,
    needed,
    number,
    person_name,
    provider_name,
    segment,
    words,
)

REMITTANCE_VERSION = "005010X221A1"


def remittance_lines(
    remittances: Iterable[Remittance], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> Iterator[str]:
    """An 835 for each remittance, segment by segment. Sums are written as given: a test may want them wrong."""
    sets = (
        TransactionSet(kind="835", version=REMITTANCE_VERSION, segments=_remittance(one), names_version=False)
        for one in remittances
    )
    return interchange_lines(partners, numbers, at, sets)


def write_remittances(
    remittances: Iterable[Remittance], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:
    """The whole text of `remittance_lines`."""
    return "".join(remittance_lines(remittances, partners, numbers, at))


def _remittance(one: Remittance) -> Iterator[str]:
    origin = f"1{code(one.payer_tax_id, 'The tax number of the payer', 9)}"
    yield _payment(one, origin)
    yield segment("TRN", "1", code(one.trace, "The trace number"), origin)
    yield segment("DTM", "405", day(one.paid_on))
    yield segment("N1", "PR", needed(words(one.payer.name, 60), "The name of the payer"))
    yield from address(one.payer.address, "the payer")
    yield segment("REF", "2U", code(one.payer.payer_id, "The number of the payer"))
    yield contact(one.payer_contact, "the payer").replace("PER*IC*", "PER*BL*", 1)
    yield segment(
        "N1", "PE", words(one.payee.last_name, 60), "XX", code(one.payee.npi, "The NPI of the payee", 10)
    )
    yield from address(one.payee_address, "the payee")
    if one.payee.tax_id:
        yield segment("REF", "TJ", code(one.payee.tax_id, "The tax number of the payee", 9))
    # Claims come in runs of 10,000 at most.
    for place, start in enumerate(range(0, len(one.claims), 10_000), 1):
        yield segment("LX", str(place))
        for claim in itertools.islice(one.claims, start, start + 10_000):
            yield from _claim(claim)
    for adjustment in one.provider_adjustments:
        yield _provider_adjustment(adjustment)


def _payment(one: Remittance, origin: str) -> str:
    if one.method == "NON":
        return segment("BPR", "H", amount(one.payment), "C", "NON", *([""] * 11), day(one.paid_on))
    if one.method == "CHK":
        return segment("BPR", "I", amount(one.payment), "C", "CHK", *([""] * 11), day(one.paid_on))
    if one.method != "ACH" or not one.payer_bank or not one.payee_bank:
        raise Unwritable(
            "A payment is a check (CHK), nothing (NON) or a transfer (ACH) between two accounts."
        )
    return segment(
        "BPR", "I", amount(one.payment), "C", "ACH", "CCP", "01", one.payer_bank.routing, one.payer_bank.kind,
        one.payer_bank.account, origin, "", "01", one.payee_bank.routing, one.payee_bank.kind, one.payee_bank.account,
        day(one.paid_on),
    )  # fmt: skip


def _claim(claim: RemittanceClaim) -> Iterator[str]:
    # A reversal carries no patient responsibility: it takes back what was said before.
    responsibility = "" if claim.status == "22" else amount(claim.patient_responsibility)
    yield segment(
        "CLP", code(claim.account, "The account number", 38), claim.status, amount(claim.charge), amount(claim.paid),
        "" if responsibility == "0" else responsibility, claim.filing_code,
        code(claim.payer_control, "The payer's claim number"), claim.place_of_service, claim.frequency,
    )  # fmt: skip
    yield from adjustment_segments(claim.adjustments)
    member = code(claim.member_id, "The member number", 80)
    yield person_name("QC", claim.patient, "MI", member)
    if claim.subscriber:
        yield person_name("IL", claim.subscriber, "MI", member)
    if claim.corrected_patient:
        yield _corrected(claim.corrected_patient)
    if claim.rendering:
        yield provider_name("82", claim.rendering)
    if claim.crossover:
        yield segment("NM1", "TT", "2", words(claim.crossover.name, 60), "", "", "", "", "PI",
                      code(claim.crossover.payer_id, "The number of the next payer", 80))  # fmt: skip
    if claim.remark_codes:
        yield segment("MOA", "", "", *claim.remark_codes[:5])
    for qualifier, value in (
        ("232", claim.service_from),
        ("233", claim.service_to),
        ("050", claim.received_on),
    ):
        if value:
            yield segment("DTM", qualifier, day(value))
    for line in claim.lines:
        yield from _line(line)


def _corrected(person: Person) -> str:
    return segment("NM1", "74", "1", words(person.last_name, 60), words(person.first_name, 35),
                   words(person.middle_name, 25))  # fmt: skip


def _line(line: RemittanceLine) -> Iterator[str]:
    yield segment(
        "SVC", procedure(line.code_qualifier, line.code, line.modifiers), amount(line.charge), amount(line.paid), "",
        number(line.units),
    )  # fmt: skip
    if line.service_to and line.service_to != line.service_from:
        yield segment("DTM", "150", day(line.service_from))
        yield segment("DTM", "151", day(line.service_to))
    else:
        yield segment("DTM", "472", day(line.service_from))
    yield from adjustment_segments(line.adjustments)
    if line.control:
        yield segment("REF", "6R", code(line.control, "The line's number"))
    if line.allowed is not None:
        yield segment("AMT", "B6", amount(line.allowed))
    for remark in line.remark_codes:
        yield segment("LQ", "HE", remark)


def _provider_adjustment(one: ProviderAdjustment) -> str:
    return segment("PLB", one.provider, day(one.fiscal_year_ends), composite(one.reason, one.reference),
                   amount(one.amount))  # fmt: skip
