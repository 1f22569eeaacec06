"""Checks of who bills, who treated, whose insurance it is, and who the patient is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from billing.rules.npi import npi_holds, tax_id_holds, zip_is_whole

from .facts import ClaimFacts, Found

Parameters = Mapping[str, Any]
_ADDRESS = ("street", "city", "state", "ZIP code")


def billing_provider(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """NPI, tax ID and the whole address (ZIP code with nine digits) of who bills."""
    if not facts.billing.name:
        yield Found("billing.name", "The legal name is missing.")
    if not npi_holds(facts.billing.npi):
        yield Found("billing.npi", _npi_words(facts.billing.npi))
    if not tax_id_holds(facts.tax_id):
        yield Found(
            "billing.tax_id", "The tax ID has nine digits." if facts.tax_id else "The tax ID is missing."
        )
    missing = _missing(facts.billing_address)
    if missing:
        yield Found("billing.address_line1", f"Missing in the address: {missing}.")
    elif not zip_is_whole(facts.billing_address[3]):
        yield Found("billing.postal_code", "The ZIP code needs all nine digits.")


def rendering_npi(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Who treated, with an NPI that passes its check digit."""
    if not facts.rendering.name:
        yield Found("claim.rendering", "Nobody is named as having treated the patient.")
    elif not npi_holds(facts.rendering.npi):
        yield Found("rendering.npi", f"{facts.rendering.name}: {_npi_words(facts.rendering.npi)}")


def other_npi(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Who referred and who supervised, where anybody is named."""
    if facts.referring is not None and not npi_holds(facts.referring.npi):
        yield Found("claim.referring_npi", f"{facts.referring.name}: {_npi_words(facts.referring.npi)}")
    if facts.supervising is not None and not npi_holds(facts.supervising.npi):
        yield Found("supervising.npi", f"{facts.supervising.name}: {_npi_words(facts.supervising.npi)}")


def subscriber(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """The member ID and, for a dependent, the subscriber's name and birth date."""
    if not facts.member_number.strip():
        yield Found("coverage.member_id", "The member ID is missing.")
    if not facts.is_subscriber:
        if not facts.subscriber_name.strip():
            yield Found("coverage.subscriber_name", "The patient is a dependent: name the subscriber.")
        if facts.subscriber_birth_date is None:
            yield Found("coverage.subscriber_birth_date", "The subscriber's date of birth is missing.")


def patient(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """The patient's address, and that the service lies within their life."""
    missing = _missing(facts.patient_address)
    if missing:
        yield Found("patient.address_line1", f"Missing in the address: {missing}.")
    if facts.age_days < 0:
        yield Found("patient.birth_date", "The service lies before the date of birth.")
    if facts.died_on is not None and facts.died_on < facts.service_from:
        yield Found("patient.deceased_on", "The service lies after the date of death.")


def patient_sex(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Female or male, as payers' files have it."""
    if facts.sex not in ("female", "male"):
        yield Found("patient.sex_at_birth", "It goes out as unknown.")


def coverage_dates(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """The coverage's own dates include the day of service."""
    if not facts.coverage_holds:
        yield Found("coverage.starts_on", f"It does not hold on {facts.service_from:%m/%d/%Y}.")


def payer_number(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """An electronic claim is addressed by the payer's number."""
    if facts.is_electronic and not facts.payer_number.strip():
        yield Found("payer.payer_id", "The payer's electronic number is missing.")


def _npi_words(npi: str) -> str:
    return f"{npi} is not a valid NPI." if npi else "the NPI is missing."


def _missing(address: tuple[str, str, str, str]) -> str:
    return ", ".join(name for name, text in zip(_ADDRESS, address, strict=True) if not text.strip())
