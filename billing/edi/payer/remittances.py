"""Puts decided claims together into payments: one for each payer and provider that is paid."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from billing.edi.answers import BankAccount, ProviderAdjustment, Remittance, RemittanceClaim
from billing.edi.claims import Address, Contact, Provider
from billing.edi.payer.cases import dice, ending
from billing.edi.payer.pricing import ZERO, Decided
from billing.edi.payer.requests import Envelope

OVERPAID = Decimal("12.34")  # what case 80 takes back for an earlier payment
WRONG_BY = Decimal("1.00")  # by how much the payment of case 81 is off
_PAYER_ADDRESS = Address(line1="PO BOX 5500", city="SPRINGFIELD", state="IL", postal_code="627055500")
_PAYER_CONTACT = Contact(name="PROVIDER SERVICES", phone="8005550199")
# Routing numbers whose check digit fits and which no bank has.
_PAYER_BANK = BankAccount(routing="999999992", account="1000200030")
_PAYEE_BANK = BankAccount(routing="999988880", account="4000500060")


def remittances_of(decided: list[Decided], envelope: Envelope) -> list[Remittance]:
    """One 835 for each payer and paid provider; claims of cases 80 and 81 mark the payment they stand in."""
    groups: dict[tuple[str, str], list[Decided]] = {}
    for one in decided:
        groups.setdefault((one.claim.payer.payer_id, one.claim.billing.npi), []).append(one)
    return [_remittance(some, envelope, place) for place, some in enumerate(groups.values(), 1)]


def _remittance(some: list[Decided], envelope: Envelope, place: int) -> Remittance:
    payer, payee = some[0].claim.payer, some[0].claim.billing
    claims = tuple(result for one in some for result in one.results)
    cases = {ending(one.claim.subscriber.member_id) for one in some}
    total = sum((one.paid for one in claims), ZERO)
    adjustments = _provider_adjustments(claims, payee, total, envelope.at.date(), "80" in cases)
    payment = total - sum((one.amount for one in adjustments), ZERO)
    if "81" in cases:
        payment += WRONG_BY
    return Remittance(
        payer=payer if payer.address != Address() else replace(payer, address=_PAYER_ADDRESS), payer_contact=_PAYER_CONTACT,
        payer_tax_id=f"99{dice(payer.payer_id, 10_000_000):07d}", payee=payee, payment=payment,
        method="ACH" if payment else "NON", payer_bank=_PAYER_BANK, payee_bank=_PAYEE_BANK,
        trace=f"{envelope.at:%y%m%d}{envelope.numbers.interchange:06d}{place:02d}", paid_on=envelope.at.date(),
        claims=claims, provider_adjustments=adjustments, payee_address=payee.address,
    )  # fmt: skip


def _provider_adjustments(
    claims: tuple[RemittanceClaim, ...], payee: Provider, total: Decimal, on: dt.date, takes_back: bool
) -> tuple[ProviderAdjustment, ...]:
    """What is taken back for earlier payments (WO); where reversals come to more than is paid, the rest is kept for
    the next payment (FB), since no payment is below zero."""
    year_ends = on.replace(month=12, day=31)
    if total < 0:
        return (ProviderAdjustment(provider=payee.npi, reason="FB", reference=claims[0].payer_control, amount=total,
                                   fiscal_year_ends=year_ends),)  # fmt: skip
    if takes_back and total > 0:
        return (ProviderAdjustment(provider=payee.npi, reason="WO", reference=claims[0].payer_control,
                                   amount=min(OVERPAID, total), fiscal_year_ends=year_ends),)  # fmt: skip
    return ()
