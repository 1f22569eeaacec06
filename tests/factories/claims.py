"""Claims for tests: a clinic that may bill, a visit with approved charges, and claims in any state."""

import datetime as dt
from decimal import Decimal
from itertools import count

from billing import services
from billing.models import BillingProvider, Charge, Claim, ClaimRule, FeeItem
from clinic.core.time import now
from records.models import Coverage, Patient, Payer
from tests.factories.billing import SYSTEM, make_code, make_encounter, make_fee
from tests.factories.scheduling import TUESDAY, make_patient
from tests.factories.staff import make_member

CODE = "G0463"
NPI, CLINIC_NPI = "1999990017", "1999990009"
_numbers = count(1)


def make_payer(name: str = "Lakeshore Health", **fields) -> Payer:
    """A payer with an electronic number."""
    payer, _ = Payer.objects.get_or_create(
        name=name, defaults={"payer_id": "LKH01", "phone": "+13125550177"} | fields
    )
    return payer


def make_biller(**fields) -> BillingProvider:
    """Who bills, complete."""
    return BillingProvider.objects.first() or BillingProvider.objects.create(
        **{
            "name": "Maple Street Clinic",
            "npi": CLINIC_NPI,
            "tax_id": "361234567",
            "address_line1": "14 Maple Street",
            "city": "Springfield",
            "state": "IL",
            "postal_code": "627011234",
            "contact_name": "Billing",
            "contact_phone": "+12175550199",
            "clia": "14D2099999",
        }
        | fields
    )


def insured(
    *, rank: int = 1, payer: Payer | None = None, patient: Patient | None = None, **fields
) -> Coverage:
    """A coverage whose card is complete; its patient has an address."""
    patient = patient or make_patient()
    Patient.objects.filter(pk=patient.pk).update(
        address_line1="1 Elm Street",
        city="Springfield",
        state="IL",
        postal_code="62701",
        sex_at_birth="female",
    )
    defaults = {"member_id": f"LKH{next(_numbers):05d}00", "starts_on": dt.date(2020, 1, 1)}
    return Coverage.objects.create(
        patient=patient, payer=payer or make_payer(), rank=rank, **defaults | fields
    )


def approved_visit(
    coverage: Coverage | None = None, *, codes=(CODE,), day: dt.date = TUESDAY, price="120.00"
):
    """A visit of an insured patient with approved charges at the same price."""
    make_biller()
    coverage = coverage or insured()
    provider = make_member("provider", npi=NPI)
    encounter = make_encounter(coverage.patient, day=day, ended=True, provider=provider)
    for code in codes:
        if not FeeItem.objects.filter(code=code).exists():
            make_fee(code, price)
    if not encounter.billing_diagnoses.exists():
        services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
    for code in codes:
        services.propose_charge(by=SYSTEM, encounter=encounter, code=code)
    services.approve_charges(by=SYSTEM, charges=list(Charge.objects.filter(encounter=encounter)))
    return encounter


def make_claim(coverage: Coverage | None = None, *, state: str = "draft", **fields) -> Claim:
    """A claim built from such a visit, taken to a state by its services where one leads there without a file."""
    coverage = coverage or insured()
    claim = services.build_claim(by=SYSTEM, encounter=approved_visit(coverage, **fields), coverage=coverage)
    if state != "draft":
        claim = services.mark_ready(by=SYSTEM, claim=claim)
    if state in ("sent", "accepted", "rejected", "paid", "denied"):
        claim = services.mark_printed(by=SYSTEM, claim=claim)
    if state in ("accepted", "rejected"):
        Claim.objects.filter(pk=claim.pk).update(state=state, state_since=now())
    if state in ("paid", "denied"):
        claim = decide(claim, is_denied=state == "denied")
    claim.refresh_from_db()
    return claim


def decide(claim: Claim, *, is_denied: bool = False, paid="80.00", owes="20.00") -> Claim:
    """What the payer's remittance would say: paid with a part left to the patient, or nothing at all."""
    paid, owes = (Decimal(0), Decimal(0)) if is_denied else (Decimal(paid), Decimal(owes))
    adjusted = claim.total - paid - owes
    rows = [{"group": "CO", "reason": "16" if is_denied else "45", "amount": str(adjusted)}]
    rows += [{"group": "PR", "reason": "2", "amount": str(owes)}] if owes else []
    return services.record_decision(
        by=SYSTEM,
        claim=claim,
        is_denied=is_denied,
        paid=paid,
        adjusted=adjusted,
        patient_owes=owes,
        payer_control="ICN-1",
        adjudication={
            "decided_on": str(TUESDAY),
            "paid": str(paid),
            "patient_owes": str(owes),
            "lines": [{"line": 1, "paid": str(paid), "adjustments": rows}],
        },
    )


def only_rules(*codes: str) -> None:
    """Switch all shipped rules off but these."""
    ClaimRule.objects.exclude(code__in=codes).update(severity="off")
