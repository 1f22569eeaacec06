"""A claim's facts for the rules, gathered in few queries."""

import datetime as dt
from typing import Any

from django.db.models import Q

from billing.models import Charge, Claim, ClaimLine
from billing.queries.claim_setup import billing_provider, terms_of
from billing.queries.codes import billable_on, procedures_hold
from billing.rules.scrub import ClaimFacts, LineFacts, Person
from clinic.core import time
from clinic.core.profile import clinic_zone

LIVE = ("ready", "sent", "accepted", "paid", "denied")


def claim_facts(claim: Claim, lines: list[ClaimLine], today: dt.date | None = None) -> ClaimFacts:
    """Everything that the rules look at. `claim` comes with patient, encounter, coverage, payer, rendering and
    supervising; its lines with their charge and its fee. Four queries, and those of settings not kept yet."""
    day, terms = claim.service_from, terms_of(claim.payer_id)
    return ClaimFacts(
        today=today or time.today(clinic_zone()),
        service_from=day,
        lines=_lines(lines, procedures_hold((line.code, line.service_on) for line in lines)),
        diagnoses=tuple(claim.diagnoses),
        valid_diagnoses=billable_on(claim.diagnoses, day),
        is_electronic=terms.is_electronic,
        needs_authorization=frozenset(terms.needs_authorization),
        rank=claim.rank,
        frequency=claim.frequency,
        payer_control=claim.replaces.payer_control if claim.replaces else "",
        has_adjudication=bool(claim.follows and claim.follows.adjudication),
        modality=claim.encounter.kind,
        authorization=claim.authorization,
        file_by=claim.file_by,
        related_to=claim.related_to,
        accident_on=claim.accident_on,
        accident_state=claim.accident_state,
        elsewhere=_elsewhere(claim, lines),
        **_providers(claim),
        **_insured(claim, day),
    )


def _providers(claim: Claim) -> dict[str, Any]:
    """Who bills, treated, supervised and referred."""
    provider = billing_provider()
    return {
        "billing": Person(provider.name, provider.npi),
        "tax_id": provider.tax_id,
        "billing_address": (provider.address_line1, provider.city, provider.state, provider.postal_code),
        "clia": provider.clia,
        "rendering": _person(claim.rendering) or Person(),
        "supervising": _person(claim.supervising),
        "referring": _referring(claim),
    }


def _insured(claim: Claim, day: dt.date) -> dict[str, Any]:
    """The patient, the coverage and its payer."""
    patient, coverage, payer = claim.patient, claim.coverage, claim.payer
    return {
        "payer_key": str(payer.pk),
        "payer_kind": payer.kind,
        "payer_number": payer.payer_id,
        "member_number": coverage.member_id,
        "is_subscriber": coverage.relationship == "self",
        "subscriber_name": coverage.subscriber_name,
        "subscriber_birth_date": coverage.subscriber_birth_date,
        "coverage_holds": coverage.is_effective(day),
        "sex": patient.sex_at_birth,
        "age_days": (day - patient.birth_date).days,
        "patient_address": (patient.address_line1, patient.city, patient.state, patient.postal_code),
        "died_on": patient.deceased_on,
    }


def _person(member) -> Person | None:
    return Person(member.name, member.npi) if member is not None else None


def _referring(claim: Claim) -> Person | None:
    name = f"{claim.referring_first} {claim.referring_last}".strip()
    return Person(name, claim.referring_npi) if name or claim.referring_npi else None


def _lines(lines: list[ClaimLine], validity: dict[tuple[str, dt.date], bool]) -> tuple[LineFacts, ...]:
    return tuple(
        LineFacts(
            number=line.number,
            code=line.code,
            kind=line.charge.fee.kind,
            modifiers=tuple(line.modifiers),
            pointers=tuple(line.pointers),
            units=line.units,
            amount=line.amount,
            service_on=line.service_on,
            place_of_service=line.place_of_service,
            ndc=line.ndc,
            ndc_quantity=line.ndc_quantity,
            ndc_unit=line.ndc_unit,
            is_valid=validity.get((line.code, line.service_on)),
        )
        for line in lines
    )


def _elsewhere(claim: Claim, lines: list[ClaimLine]) -> frozenset[str]:
    """Codes of the same days on this patient's other live claims to the same payer."""
    days = {line.service_on for line in lines}
    rows = (
        ClaimLine.objects.filter(
            claim__patient=claim.patient_id, claim__payer=claim.payer_id, claim__state__in=LIVE
        )
        .filter(service_on__in=days)
        .exclude(claim=claim.pk)
        .exclude(claim=claim.replaces_id)
        .exclude(Q(claim__frequency="8"))
        .exclude(charge__state=Charge.State.VOID)
        .order_by()
        .values_list("code", "service_on")
    )
    return frozenset(f"{code}@{day.isoformat()}" for code, day in rows)
