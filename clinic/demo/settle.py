"""What follows a visit hours and days later: notes signed, charges approved, balances settled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from billing.models import Charge, JournalEntry, Posting
from billing.rules.ledger import RECEIVABLE, adjustment_lines, charge_lines
from clinic.demo.dice import minutes, stream
from clinic.demo.front import add_entry, add_payment
from clinic.demo.hours import at, is_workday
from clinic.demo.models import DemoVisit
from clinic.demo.rows import Rows
from clinic.demo.world import World
from records.models import Encounter, Note
from scheduling.models import Appointment

CENTS = Decimal("0.01")


def settle(rows: Rows, world: World) -> None:
    """Everything that has become due by now. Doing it again finds nothing left to do."""
    _sign_notes(rows, world)
    rows.flush()
    _approve_charges(rows, world)
    rows.flush()
    _settle_insurance(rows, world)
    rows.flush()
    _collect_balances(rows, world)
    rows.flush()


def _demo_encounters():
    """Encounters of visits that the demo made and nobody took over."""
    ours = DemoVisit.objects.filter(appointment=OuterRef("appointment__pk"), is_finished=True)
    return Encounter.objects.filter(Exists(ours))


def _sign_notes(rows: Rows, world: World) -> None:
    """Most notes are signed within the hour, some in the evening, a few are still waiting."""
    drafts = Note.objects.filter(
        signed_at=None, addends=None, encounter__in=_demo_encounters()
    ).select_related("author", "encounter")
    for note in drafts:
        dice = stream("sign", note.pk)
        late = dice.random()
        if late > 0.985:
            continue
        wait = minutes(dice, 6, 20, 75) if late < 0.86 else minutes(dice, 180, 300, 1100)
        when = note.created_at + wait
        if when > world.now:
            continue
        rows.change(note, signed_at=when, signed_by=note.author, version=note.version + 1)
        if note.encounter.ended_at:
            rows.change(note.encounter, status="signed")
        rows.audit("note.signed", note, at=when, by=note.author, patient=note.patient_id)


def _approve_charges(rows: Rows, world: World) -> None:
    """The biller goes through yesterday's charges in the morning; what points at no diagnosis stays."""
    biller = world.members["biller"]
    ours = DemoVisit.objects.filter(appointment=OuterRef("appointment_id"))
    charges = Charge.objects.filter(Exists(ours), state="proposed", pointers__isnull=False).distinct()
    for charge in charges.select_related("encounter", "appointment"):
        dice = stream("approve", charge.encounter_id)
        when = _next_morning(world, charge.service_on, dice.choice((1, 1, 1, 1, 2, 3)))
        when += minutes(stream("approve", charge.pk), 5, 90, 240)
        if when > world.now or dice.random() < 0.006:
            continue
        entry = add_entry(
            rows, world, "charge", f"charge:{charge.pk}", charge_lines(charge.amount), charge.patient_id, when, biller,
            memo=f"{charge.code} {charge.words}", encounter=charge.encounter, appointment=charge.appointment,
        )  # fmt: skip
        rows.change(
            charge,
            state="approved",
            approved_at=when,
            approved_by=biller,
            entry=entry,
            version=charge.version + 1,
        )
        rows.audit(
            "charge.approved",
            charge,
            at=when,
            by=biller,
            patient=charge.patient_id,
            code=charge.code,
            amount=charge.amount,
        )


def _settle_insurance(rows: Rows, world: World) -> None:
    """Ten days on, the payer's paper remittance takes most of what is open off the patient's account."""
    biller = world.members["biller"]
    before = world.today - dt.timedelta(days=9)
    open_sums = (
        Posting.objects.filter(
            account=RECEIVABLE, appointment__in=_demo_appointments(), entry__business_day__lte=before
        )
        .order_by()
        .values("appointment_id", "encounter_id", "patient_id")
        .annotate(left=Sum("amount"))
        .filter(left__gt=0)
    )
    done = set(JournalEntry.objects.filter(key__startswith="adjustment:demo:").values_list("key", flat=True))
    people = {world.patients[p.index]: p for p in world.people if p.index in world.patients}
    days = dict(Appointment.objects.filter(local_day__lte=before).values_list("pk", "local_day"))
    for row in sorted(open_sums, key=lambda r: str(r["appointment_id"])):
        key, person = f"adjustment:demo:{row['appointment_id']}", people.get(row["patient_id"])
        day = days.get(row["appointment_id"])
        if key in done or person is None or person.plan is None or day is None:
            continue
        dice = stream("settle", row["appointment_id"])
        when = _next_morning(world, day, dice.randint(6, 9)) + minutes(dice, 60, 160, 300)
        if when > world.now:
            continue
        share = (
            Decimal(str(dice.choice((0, 0, 0, 0.1, 0.15, 0.2))))
            if person.plan.copay is not None
            else Decimal(0)
        )
        share = Decimal("0.55") if person.plan.copay == 0 and person.plan.kind == "commercial" else share
        taken = (row["left"] * (1 - share)).quantize(CENTS)
        if taken > 0:
            entry = add_entry(
                rows, world, "adjustment", key, adjustment_lines(taken), row["patient_id"], when, biller,
                memo=f"{person.plan.payer}: paper remittance", encounter=_ref(Encounter, row["encounter_id"]),
                appointment=_ref(Appointment, row["appointment_id"]),
            )  # fmt: skip
            rows.audit("balance.adjusted", entry, at=when, by=biller, patient=row["patient_id"], amount=taken)


def _collect_balances(rows: Rows, world: World) -> None:
    """About half of the small balances that insurance left are paid within a week or two."""
    rows_open = (
        Posting.objects.filter(account=RECEIVABLE, appointment__in=_demo_appointments())
        .order_by()
        .values("patient_id")
        .annotate(left=Sum("amount"))
        .filter(left__gt=0, left__lte=180)
    )
    settled = dict(
        JournalEntry.objects.filter(key__startswith="adjustment:demo:").values_list(
            "postings__patient_id", "at"
        )
    )
    paid = set(
        JournalEntry.objects.filter(kind="payment", memo__startswith="Balance").values_list(
            "postings__patient_id", flat=True
        )
    )
    for row in sorted(rows_open, key=lambda r: str(r["patient_id"])):
        patient = row["patient_id"]
        if patient not in settled or patient in paid:
            continue
        dice = stream("pay", patient)
        if dice.random() < 0.45:
            continue
        day = settled[patient].astimezone(world.zone).date() + dt.timedelta(days=dice.randint(1, 9))
        when = _next_morning(world, day, 0) + minutes(dice, 30, 150, 400)
        if when > world.now:
            continue
        method = dice.choice(("check", "card", "card"))
        add_payment(
            rows, world, patient, row["left"], when, world.members["lmarrero"], method=method, purpose="balance",
            reference=str(dice.randint(1000, 9999)), drawer=world.drawers[-1], name=("balance", patient, row["left"]),
        )  # fmt: skip


def _demo_appointments():
    return DemoVisit.objects.filter(is_finished=True).values("appointment_id")


def _ref(model, pk):
    return model(pk=pk) if pk else None


def _next_morning(world: World, day: dt.date, workdays: int) -> dt.datetime:
    """Nine o'clock so many workdays after a day."""
    while workdays > 0 or not is_workday(day):
        day += dt.timedelta(days=1)
        workdays -= is_workday(day)
    return at(day, dt.time(9), world.zone)
