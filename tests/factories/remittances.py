"""Remittances (835) as text, with made-up people: small enough to be read, and broken where a test wants them so."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from billing.models import Charge, Claim, ClaimLine, JournalEntry, Posting
from billing.rules.claim_states import account_number
from billing.services import add_diagnosis, approve_charges, propose_charge
from clinic.core import time
from records.models import Coverage, Encounter, Payer
from tests.factories.billing import SYSTEM, make_code, make_encounter, make_fee
from tests.factories.scheduling import make_patient

PAID_ON = dt.date(2026, 3, 9)
# Far from the numbers that the software counts up from 1.
_accounts = iter(range(50_000_000, 60_000_000))


@dataclass
class Says:
    """What a payer says of one claim. Adjustments are "CO-45": amount; `lines` are (charge, paid, adjustments), and the number
    that the claim gave the line where the payer says it."""

    account: str
    charge: str
    paid: str
    adjustments: dict[str, str] = field(default_factory=dict)
    status: str = "1"
    control: str = "PC1"
    lines: tuple = ()
    corrected: str = ""
    share: str | None = None


def _cas(adjustments: dict[str, str]) -> list[str]:
    return [
        f"CAS*{key.partition('-')[0]}*{key.partition('-')[2]}*{amount}" for key, amount in adjustments.items()
    ]


def _claim(one: Says) -> Iterable[str]:
    of_lines = [key for line in one.lines for key in line[2].items()]
    shares = [
        Decimal(amount) for key, amount in (*one.adjustments.items(), *of_lines) if key.startswith("PR")
    ]
    share = one.share if one.share is not None else str(sum(shares, Decimal(0)))
    yield f"CLP*{one.account}*{one.status}*{one.charge}*{one.paid}*{share}*CI*{one.control}*11*1"
    yield from _cas(one.adjustments)
    yield "NM1*QC*1*DOE*JANE****MI*M1"
    if one.corrected:
        last, _, first = one.corrected.partition(",")
        yield f"NM1*74*1*{last}*{first}"
    for charge, paid, adjustments, *number in one.lines:
        yield f"SVC*HC:G0463*{charge}*{paid}**1"
        yield "DTM*472*20260301"
        yield from _cas(adjustments)
        yield from (f"REF*6R*{control}" for control in number)


def remittance_text(
    *claims: Says,
    trace: str = "T1",
    payer: str = "P1",
    payment: str | None = None,
    provider: dict[str, str] | None = None,
    control: int = 1,
) -> bytes:
    """A whole file with one payment, which balances unless `payment` says another amount."""
    provider = provider or {}
    total = sum((Decimal(one.paid) for one in claims), Decimal(0)) - sum(
        (Decimal(amount) for amount in provider.values()), Decimal(0)
    )
    body = [
        f"ST*835*{control:04d}",
        f"BPR*I*{payment if payment is not None else total}*C*CHK************{PAID_ON:%Y%m%d}",
        f"TRN*1*{trace}*1999999999",
        f"N1*PR*LAKESHORE HEALTH*XV*{payer}",
        "N1*PE*MAPLE STREET*XX*1234567893",
        "LX*1",
        *(segment for one in claims for segment in _claim(one)),
        *(f"PLB*1234567893*20261231*{reason}:R1*{amount}" for reason, amount in provider.items()),
    ]
    body.append(f"SE*{len(body) + 1}*{control:04d}")
    return (
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260309*1200*^*00501*"
        f"{control:09d}*0*P*:~GS*HP*PAYER*CLINIC*20260309*1200*{control}*X*005010X221A1~"
        + "".join(f"{segment}~" for segment in body)
        + f"GE*1*{control}~IEA*1*{control:09d}~"
    ).encode()


def make_claim(patient=None, *, price: str = "120.00", payer: str = "Lakeshore Health", **fields) -> Claim:
    """A claim that was sent: one approved charge of a visit of its own."""
    patient = patient or make_patient()
    encounter = make_encounter(patient)
    fee = make_fee(price=price)
    diagnosis = add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
    charge = propose_charge(by=SYSTEM, encounter=encounter, code=fee.code, diagnoses=[diagnosis])
    approve_charges(by=SYSTEM, charges=[charge])
    row = Payer.objects.get_or_create(name=payer)[0]
    coverage = Coverage.objects.filter(patient=patient, payer=row).first() or Coverage.objects.create(
        patient=patient, payer=row
    )
    claim = Claim.objects.create(
        account=account_number(next(_accounts)),
        patient=patient,
        encounter=encounter,
        coverage=coverage,
        payer=row,
        state="sent",
        state_since=time.now(),
        sent_at=time.now(),
        service_from=charge.service_on,
        service_to=charge.service_on,
        total=charge.amount,
        **fields,
    )
    ClaimLine.objects.create(
        claim=claim,
        number=1,
        charge=charge,
        code=charge.code,
        words=charge.words,
        amount=charge.amount,
        service_on=charge.service_on,
        place_of_service="11",
    )
    return claim


def make_claims(count: int, *, price: Decimal = Decimal("120.00"), per_patient: int = 5) -> list[Claim]:
    """Many claims that were sent, in few statements: a visit with one approved and posted charge for each."""
    now, day = time.now(), dt.date(2026, 3, 2)
    payer = Payer.objects.get_or_create(name="Lakeshore Health")[0]
    fee = make_fee(price=str(price))
    patients = [make_patient() for _ in range(-(-count // per_patient))]
    coverages = {patient.pk: Coverage(patient=patient, payer=payer) for patient in patients}
    Coverage.objects.bulk_create(coverages.values())
    visits = [
        Encounter(patient=patients[n // per_patient], started_at=now, ended_at=now, reason="Follow-up")
        for n in range(count)
    ]
    Encounter.objects.bulk_create(visits, batch_size=1000)
    charges, entries, postings, claims, lines = [], [], [], [], []
    for visit in visits:
        entry = JournalEntry(
            kind="charge", business_day=day, key=f"charge:{visit.pk}", at=now, by_label="bulk"
        )
        entries.append(entry)
        postings += [
            Posting(entry=entry, account=account, amount=amount, patient_id=visit.patient_id, encounter=visit)
            for account, amount in (("receivable", price), ("revenue", -price))
        ]
        charge = Charge(
            patient_id=visit.patient_id, encounter=visit, fee=fee, code=fee.code, words=fee.words, unit_price=price,
            amount=price, service_on=day, state="approved", proposed_at=now, approved_at=now, entry=entry,
        )  # fmt: skip
        charges.append(charge)
        claim = Claim(
            account=account_number(next(_accounts)), patient_id=visit.patient_id, encounter=visit,
            coverage=coverages[visit.patient_id], payer=payer, state="sent", state_since=now, sent_at=now,
            service_from=day, service_to=day, total=price,
        )  # fmt: skip
        claims.append(claim)
        lines.append(
            ClaimLine(claim=claim, number=1, charge=charge, code=fee.code, words=fee.words, amount=price,
                      service_on=day, place_of_service="11")
        )  # fmt: skip
    with transaction.atomic():
        for model, rows in (
            (JournalEntry, entries), (Posting, postings), (Charge, charges), (Claim, claims), (ClaimLine, lines),
        ):  # fmt: skip
            model.objects.bulk_create(rows, batch_size=1000)
    return claims
