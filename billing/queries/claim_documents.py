"""A claim as the plain values that the writer of 837P files and the printed form are given."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from billing.edi import claims as edi
from billing.models import BillingProvider, Claim, ClaimLine
from billing.queries.claim_setup import billing_provider, terms_of
from billing.rules.adjudication import Decision, read_decision
from billing.rules.subscribers import CAUSES, FILING_CODES, ORDERS, RELATIONSHIPS, SEXES, digits, split_name
from records.models import Coverage, Patient

WHOLE = (
    "patient",
    "encounter",
    "coverage",
    "payer",
    "rendering",
    "supervising",
    "replaces",
    "follows__coverage",
    "follows__payer",
)


def claims_for_sending(pks: Iterable) -> list[Claim]:
    """Claims with everything that a document needs, by account. Two queries whatever their number."""
    lines = Prefetch("lines", queryset=ClaimLine.objects.order_by("number"))
    return list(
        Claim.objects.filter(pk__in=list(pks))
        .select_related(*WHOLE)
        .prefetch_related(lines, Prefetch("follows__lines", queryset=ClaimLine.objects.order_by("number")))
        .order_by("account")
    )


def document(claim: Claim) -> edi.Claim:
    """The claim as plain values; what is missing stays empty and is refused by whoever writes it."""
    provider, lines = billing_provider(), list(claim.lines.all())
    decision = read_decision(claim.follows.adjudication) if claim.follows else None
    place = lines[0].place_of_service if lines else ""
    return edi.Claim(
        account=claim.account,
        charge=claim.total,
        place_of_service=place,
        billing=_billing(provider),
        subscriber=_subscriber(claim.patient, claim.coverage, claim.payer, claim.rank),
        payer=_payer(claim.payer),
        dependent=_dependent(claim.patient, claim.coverage),
        diagnoses=tuple(claim.diagnoses),
        lines=tuple(_line(claim, line, place, decision, provider) for line in lines),
        frequency=claim.frequency,
        payer_control=claim.replaces.payer_control if claim.replaces else "",
        rendering=_member(claim.rendering, provider),
        supervising=_member(claim.supervising),
        referring=_referring(claim),
        other_insurance=(_earlier(claim, decision),) if decision else (),
        prior_authorization=claim.authorization,
        clia=provider.clia if any("QW" in line.modifiers for line in lines) else "",
        onset_on=claim.onset_on,
        accident_on=claim.accident_on,
        accident_state=claim.accident_state,
        related_causes=(CAUSES[claim.related_to],) if claim.related_to else (),
        is_assignment_accepted=claim.accepts_assignment,
        note=claim.note,
    )


def _billing(provider: BillingProvider) -> edi.Provider:
    return edi.Provider(
        last_name=provider.name,
        npi=provider.npi,
        tax_id=digits(provider.tax_id),
        is_tax_id_ssn=provider.tax_id_kind == "SSN",
        taxonomy=provider.taxonomy,
        address=edi.Address(
            line1=provider.address_line1,
            line2=provider.address_line2,
            city=provider.city,
            state=provider.state,
            postal_code=digits(provider.postal_code),
        ),
        contact=edi.Contact(name=provider.contact_name, phone=digits(provider.contact_phone)),
    )


def _member(member, provider: BillingProvider | None = None) -> edi.Provider | None:
    if member is None or not member.npi:
        return None
    return edi.Provider(
        last_name=member.last_name,
        first_name=member.first_name,
        is_person=True,
        npi=member.npi,
        taxonomy=provider.taxonomy if provider else "",
    )


def _referring(claim: Claim) -> edi.Provider | None:
    if not claim.referring_last:
        return None
    return edi.Provider(
        last_name=claim.referring_last,
        first_name=claim.referring_first,
        is_person=True,
        npi=claim.referring_npi,
    )


def _payer(payer) -> edi.Payer:
    terms = terms_of(payer.pk)
    address = edi.Address(
        line1=terms.address_line1, city=terms.city, state=terms.state, postal_code=digits(terms.postal_code)
    )
    return edi.Payer(name=payer.name, payer_id=payer.payer_id, address=address)


def _patient(patient: Patient) -> edi.Person:
    return edi.Person(
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        suffix=patient.suffix,
        birth_date=patient.birth_date,
        sex=SEXES.get(patient.sex_at_birth, "U"),
        address=edi.Address(
            line1=patient.address_line1,
            line2=patient.address_line2,
            city=patient.city,
            state=patient.state,
            postal_code=digits(patient.postal_code),
        ),
    )


def _subscriber(patient: Patient, coverage: Coverage, payer, rank: int) -> edi.Subscriber:
    """Who holds the policy; a dependent's subscriber is known by name and birth date."""
    if coverage.relationship == "self":
        person = _patient(patient)
    else:
        last, first, suffix = split_name(coverage.subscriber_name)
        person = edi.Person(last_name=last, first_name=first, suffix=suffix)
    usual = FILING_CODES.get(payer.kind, "CI")
    terms = terms_of(payer.pk)
    filing_code = usual if terms._state.adding else terms.filing_code
    return edi.Subscriber(
        person=person,
        member_id=coverage.member_id,
        order=ORDERS.get(rank, "P"),
        group_number=coverage.group_number,
        group_name="" if coverage.group_number else coverage.plan_name,
        filing_code=filing_code,
        secondary_type="12" if filing_code == "MB" and rank > 1 else "",
    )


def _dependent(patient: Patient, coverage: Coverage) -> edi.Dependent | None:
    relationship = RELATIONSHIPS.get(coverage.relationship)
    return edi.Dependent(person=_patient(patient), relationship=relationship) if relationship else None


def _line(claim: Claim, line: ClaimLine, place: str, decision: Decision | None, provider) -> edi.ServiceLine:
    drug = None
    if line.ndc and line.ndc_quantity:
        drug = edi.Drug(ndc=line.ndc, quantity=line.ndc_quantity, unit=line.ndc_unit or "UN")
    return edi.ServiceLine(
        code=line.code,
        charge=line.amount,
        service_from=line.service_on,
        units=Decimal(line.units),
        modifiers=tuple(line.modifiers),
        pointers=tuple(line.pointers),
        place_of_service="" if line.place_of_service == place else line.place_of_service,
        control=str(line.number),
        drug=drug,
        adjudications=_decided(claim, line, decision),
    )


def _decided(claim: Claim, line: ClaimLine, decision: Decision | None) -> tuple[edi.LineAdjudication, ...]:
    """What the earlier payer did with this line, found by its charge."""
    if decision is None or claim.follows is None:
        return ()
    numbers = {earlier.charge_id: earlier.number for earlier in claim.follows.lines.all()}
    found = next((one for one in decision.lines if one.line == numbers.get(line.charge_id)), None)
    if found is None:
        return ()
    return (
        edi.LineAdjudication(
            payer_id=claim.follows.payer.payer_id,
            paid=found.paid,
            code=line.code,
            modifiers=tuple(line.modifiers),
            paid_units=found.units,
            adjustments=_adjustments(found.adjustments),
            adjudicated_on=decision.decided_on,
        ),
    )


def _adjustments(rows: Iterable[Any]) -> tuple[edi.Adjustment, ...]:
    return tuple(
        edi.Adjustment(group=row.group, reason=row.reason, amount=row.amount, quantity=row.quantity)
        for row in rows
    )


def _earlier(claim: Claim, decision: Decision) -> edi.OtherInsurance:
    earlier = claim.follows
    coverage = earlier.coverage
    return edi.OtherInsurance(
        payer=_payer(earlier.payer),
        subscriber=_subscriber(claim.patient, coverage, earlier.payer, earlier.rank),
        relationship=RELATIONSHIPS.get(coverage.relationship, edi.SELF),
        paid=decision.paid,
        remaining_patient_liability=decision.patient_owes,
        # Those that stand at no line; the lines carry their own.
        adjustments=_adjustments(decision.adjustments),
        adjudicated_on=None if decision.lines else decision.decided_on,
        payer_control=earlier.payer_control,
        remark_codes=decision.remarks,
    )
