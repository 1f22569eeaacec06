"""What claims stand on: who bills, how each payer wants its claims, contracts and rules. Kept in memory."""

import datetime as dt
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404

from billing.models import BillingProvider, ClaimRule, PayerContract, PayerTerms
from billing.rules.contracts import allowed_amount
from billing.rules.scrub import Rule
from clinic.core.kept import kept
from clinic.core.profile import clinic
from records.models import Payer


@kept
def billing_provider() -> BillingProvider:
    """Who bills, to be read only; what was not set up yet is taken from the clinic's profile, unsaved."""
    found = BillingProvider.objects.first()
    if found is not None:
        return found
    profile = clinic()
    return BillingProvider(
        name=profile.name,
        npi=profile.npi,
        address_line1=profile.address_line1,
        address_line2=profile.address_line2,
        city=profile.city,
        state=profile.state,
        postal_code=profile.postal_code,
        contact_name="Billing",
        contact_phone=profile.phone,
    )


def provider_to_edit() -> BillingProvider:
    """Who bills, for the form that changes it: never the row that is kept."""
    return BillingProvider.objects.first() or copy(billing_provider())


def terms_to_edit(payer: Payer) -> PayerTerms:
    """A payer's terms, for the form that changes them."""
    return PayerTerms.objects.filter(payer=payer).first() or PayerTerms(payer=payer)


@kept
def terms_of(payer_id: UUID) -> PayerTerms:
    """How a payer wants its claims; the usual terms, unsaved, for one that nobody described."""
    return PayerTerms.objects.filter(payer=payer_id).first() or PayerTerms(payer_id=payer_id)


@dataclass(frozen=True)
class Contract:
    """A contract on a day: its share of the fee schedule and its rates by code and modifier, in dollars."""

    name: str
    percent_of_fee: Decimal | None
    rates: dict[tuple[str, str], Decimal]

    def allowed(self, code: str, modifiers, units: int, charge: Decimal) -> Decimal | None:
        return allowed_amount(code, modifiers, units, charge, self.rates, self.percent_of_fee)


@kept
def contract_on(payer_id: UUID, day: dt.date) -> Contract | None:
    """The payer's contract that holds on a day of service."""
    found = (
        PayerContract.objects.filter(payer=payer_id, effective_from__lte=day)
        .filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day))
        .prefetch_related("rates")
        .order_by("-effective_from")
        .first()
    )
    if found is None:
        return None
    rates = {(rate.code, rate.modifier): rate.allowed for rate in found.rates.all()}
    return Contract(found.name, found.percent_of_fee, rates)


@kept
def claim_rules() -> list[Rule]:
    """The rule table as the checks take it."""
    return [
        Rule(
            row.code,
            row.kind,
            row.severity,
            row.words,
            row.parameters,
            str(row.payer_id or ""),
            row.effective_from,
            row.effective_to,
        )
        for row in ClaimRule.objects.all()
    ]


def rule_rows() -> list[ClaimRule]:
    """The rule table for the page that edits it. One query."""
    return list(ClaimRule.objects.select_related("payer").order_by("severity", "name"))


def rule_or_404(pk) -> ClaimRule:
    """One rule."""
    return get_object_or_404(ClaimRule.objects.select_related("payer"), pk=pk)


def payer_or_404(pk) -> Payer:
    """One payer."""
    return get_object_or_404(Payer, pk=pk)


@dataclass(frozen=True)
class PayerRow:
    """A payer with its terms and its contracts, the newest first."""

    payer: Payer
    terms: PayerTerms
    contracts: list[PayerContract]


def payer_rows() -> list[PayerRow]:
    """Every payer that is in use. Three queries."""
    terms = {row.payer_id: row for row in PayerTerms.objects.all()}
    payers = Payer.objects.filter(is_active=True).exclude(kind=Payer.Kind.SELF).prefetch_related("contracts")
    return [
        PayerRow(payer, terms.get(payer.pk) or PayerTerms(payer=payer), list(payer.contracts.all()))
        for payer in payers
    ]


def contract_or_404(pk) -> PayerContract:
    """One contract with its payer."""
    return get_object_or_404(PayerContract.objects.select_related("payer"), pk=pk)
