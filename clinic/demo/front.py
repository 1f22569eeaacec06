"""The front desk's part of a visit: check-in with the copay, charges at checkout, leaving."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from billing.models import Charge, ChargeDiagnosis, EncounterDiagnosis, JournalEntry, Payment, Posting
from billing.rules.ledger import CASH, Line, payment_lines
from clinic.demo.data.stock import VISIT_FEES
from clinic.demo.dice import stream, weighted
from clinic.demo.rows import Rows
from clinic.demo.stockroom import Stockroom
from clinic.demo.world import World
from clinic.desk.models import DeskBlock
from clinic.staff.models import Member
from records.models import IdentityCheck, Immunization

if TYPE_CHECKING:
    from clinic.demo.visits import Live

MINUTE = dt.timedelta(minutes=1)


def check_in(rows: Rows, world: World, live: Live, when: dt.datetime, member: Member | None) -> None:
    """Identity, address, coverage and copay, in the two minutes after the patient came in."""
    dice = stream("check-in", live.name)
    member = member or world.members["frontdesk"]
    patient = live.appointment.patient_id
    check = rows.add(
        IdentityCheck(pk=rows.id("identity desk", live.name, at=when), patient_id=patient, encounter=live.encounter,
                      identifiers=["name", "birth_date"], moment="check_in", by=member, at=when, created_at=when)
    )  # fmt: skip
    rows.audit("identity.confirmed", check, at=when, by=member, patient=patient, moment="check_in")
    done = min(when + 2 * MINUTE, world.now)
    copay = live.person.plan.copay if live.person.plan else None
    pays = bool(copay) and live.appointment.provider_id is not None and dice.random() < 0.88
    outcomes = {
        "identity": "done",
        "demographics": "changed" if dice.random() < 0.09 else "done",
        "coverage": "done" if live.person.plan else "not_due",
        "copay": "done" if pays else "not_done" if copay and live.appointment.provider_id else "not_due",
    }
    for block, outcome in outcomes.items():
        _block(rows, live, block, outcome, member, done)
    if pays:
        _take(rows, world, live, Decimal(copay), done, member, dice)


def _block(rows: Rows, live: Live, block: str, outcome: str, member: Member, when: dt.datetime) -> None:
    rows.add(
        DeskBlock(pk=rows.id("block", live.name, block, at=when), appointment=live.appointment, block=block,
                  outcome=outcome, by=member, at=when, created_at=when)
    )  # fmt: skip


def _take(
    rows: Rows, world: World, live: Live, amount: Decimal, when: dt.datetime, member: Member, dice
) -> None:
    method = weighted(dice, (("card", 71), ("cash", 19), ("check", 10)))
    reference = {"card": f"{dice.randint(1000, 9999)}", "check": f"{dice.randint(300, 2400)}", "cash": ""}[
        method
    ]
    drawer = world.drawers[0 if member.username == "frontdesk" else -1]
    add_payment(
        rows, world, live.appointment.patient_id, amount.quantize(Decimal("0.01")), when, member, method=method,
        purpose="copay", reference=reference, drawer=drawer, live=live, name=("copay", live.name),
    )  # fmt: skip


def add_payment(
    rows, world, patient, amount, when, member, *, method, purpose, reference, drawer, name, live=None
) -> None:
    """A payment with its ledger entry, as the service writes it."""
    key = rows.id("payment", *name, at=when)
    day = world.open_day(when.astimezone(world.zone).date(), drawer)
    words = f"{Payment.Purpose(purpose).label} by {Payment.Method(method).label.lower()}"
    entry = add_entry(
        rows, world, "payment", f"payment:{key}", payment_lines(amount), patient, when, member, memo=words, live=live,
        drawer=drawer, day=day,
    )  # fmt: skip
    payment = rows.add(
        Payment(
            pk=key, patient_id=patient, appointment=live.appointment if live else None, amount=amount, method=method,
            purpose=purpose, reference=reference, drawer=drawer, business_day=day, received_at=when,
            received_by=member, received_by_label=member.name, entry=entry, created_at=when, receipt_number=0,
        )
    )  # fmt: skip
    rows.audit(
        "payment.taken",
        payment,
        at=when,
        by=member,
        patient=patient,
        amount=amount,
        method=method,
        purpose=purpose,
    )


def add_entry(rows, world, kind, key, lines: tuple[Line, ...], patient, when, member, *, memo, live=None, encounter=None,
              appointment=None, drawer=None, day=None) -> JournalEntry:  # fmt: skip
    """One balanced entry. The encounter and appointment are those of `live` unless given.

    It counts on the first day that is still open, as the services have it.
    """
    entry = rows.add(
        JournalEntry(pk=rows.id("entry", key, at=when), kind=kind, key=key, memo=memo[:200], at=when, by=member,
                     by_label=member.name, created_at=when,
                     business_day=world.open_day(day or when.astimezone(world.zone).date(), drawer))
    )  # fmt: skip
    for number, line in enumerate(lines):
        rows.add(
            Posting(pk=rows.id("posting", key, number, at=when), entry=entry, account=line.account, amount=line.amount,
                    patient_id=patient, encounter=live.encounter if live else encounter,
                    appointment=live.appointment if live else appointment,
                    drawer=drawer if line.account == CASH else None, created_at=when)
        )  # fmt: skip
    return entry


def capture(
    rows: Rows, world: World, stockroom: Stockroom, live: Live, when: dt.datetime, member: Member | None
) -> None:
    """Diagnoses and proposed charges. A few visits are forgotten: the biller's list must have something."""
    dice = stream("capture", live.name)
    member = member or live.appointment.provider or world.members["ma"]
    codes = [world.codes[code] for code in live.complaint.codes if code in world.codes]
    diagnoses = [
        rows.add(EncounterDiagnosis(pk=rows.id("diagnosis", live.name, n, at=when), encounter=live.encounter, code=code,
                                    rank=n, created_at=when))
        for n, code in enumerate(codes, 1)
    ]  # fmt: skip
    for number, fee in enumerate(live.complaint.extras):
        stockroom.use_test(fee, when - 4 * MINUTE, _who_tests(world, live), ("test", live.name, number))
    if dice.random() < 0.015:
        return
    wanted = [(VISIT_FEES.get(live.complaint.visit_type), f"visit:{live.appointment.pk}")]
    wanted += [(fee, "") for fee in live.complaint.extras if fee != VISIT_FEES.get(live.complaint.visit_type)]
    wanted += _dose_fees(rows, world, live)
    pointed = diagnoses if dice.random() < 0.985 else []
    for number, (code, source) in enumerate(wanted):
        if code in world.fees:
            _charge(rows, world, live, world.fees[code], source, when, member, pointed, number)


def _who_tests(world: World, live: Live) -> Member:
    return live.appointment.ma or world.members["jkim"]


def _dose_fees(rows: Rows, world: World, live: Live) -> list[tuple[str, str]]:
    by_cvx = {fee.cvx: fee.code for fee in world.fees.values() if fee.cvx}
    found = []
    doses = live.doses
    if live.encounter.pk not in rows.fresh:  # given before an earlier start of the demo ended
        given = Immunization.objects.filter(
            encounter=live.encounter, source="administered", retracted_at=None
        )
        doses = [*given, *live.doses]
    for dose in doses:
        if dose.funding == "private" and dose.cvx in by_cvx:
            found.append((by_cvx[dose.cvx], f"immunization:{dose.pk}"))
        found.append(("LOC-590", f"administration:{dose.pk}"))
    return found


def _charge(rows, world: World, live: Live, fee, source: str, when, member, diagnoses, number: int) -> None:
    charge = rows.add(
        Charge(
            pk=rows.id("charge", live.name, number, at=when), patient_id=live.appointment.patient_id,
            encounter=live.encounter, appointment=live.appointment, fee=fee, code=fee.code, words=fee.words, units=1,
            unit_price=fee.price, amount=fee.price, service_on=live.appointment.local_day, source=source,
            proposed_at=when, proposed_by=member, created_at=when,
        )
    )  # fmt: skip
    rows.audit(
        "charge.proposed",
        charge,
        at=when,
        by=member,
        patient=charge.patient_id,
        code=fee.code,
        amount=fee.price,
    )
    for rank, diagnosis in enumerate(diagnoses[:4], 1):
        rows.add(ChargeDiagnosis(pk=rows.id("pointer", live.name, number, rank, at=when), charge=charge,
                                 diagnosis=diagnosis, rank=rank, created_at=when))  # fmt: skip


def check_out(rows: Rows, world: World, live: Live, when: dt.datetime, member: Member | None) -> None:
    """Summary handed over, next visit talked about."""
    member = member or world.members["frontdesk"]
    follow = "done" if live.complaint.follow_up_days else "not_due"
    for block, outcome in (("summary", "done"), ("follow_up", follow)):
        _block(rows, live, block, outcome, member, when)
