"""A patient's ledger: every entry with the running balance, and what is open on each visit and with whom."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from billing.models import Charge, JournalEntry, Payment, Posting
from billing.rules.ledger import RECEIVABLE, REVENUE
from clinic.core import time
from clinic.core.money import dollars
from clinic.core.profile import clinic_zone
from records.models import Coverage, Encounter, Payer

ZERO = Decimal("0.00")
# What the money forms take back; everything else is taken back where it was made.
REVERSIBLE = ("payment", "adjustment", "transfer")


@dataclass
class LedgerLine:
    """One entry on a patient's ledger. `amount` is what it adds to what the patient owes and `after` the balance then;
    `insured` and `insured_after` are the same of what payers owe for the patient."""

    entry: JournalEntry
    payment: Payment | None
    charge: Charge | None
    is_reversed: bool
    amount: Decimal = ZERO
    after: Decimal = ZERO
    insured: Decimal = ZERO
    insured_after: Decimal = ZERO

    @property
    def may_reverse(self) -> bool:
        return not self.is_reversed and self.entry.kind in REVERSIBLE


def patient_ledger(patient_id) -> list[LedgerLine]:
    """Every entry of a patient with the running balances, newest first. One query.

    What only moves money from one visit to another changes no balance and is left out.
    """
    rows = (
        Posting.objects.filter(patient_id=patient_id, account=RECEIVABLE)
        .select_related("entry__payment", "entry__charge", "entry__reversed_by", "entry__reverses")
        .order_by("entry__at", "entry__id")
    )
    lines: dict = {}
    for row in rows:
        entry = row.entry
        line = lines.get(entry.pk)
        if line is None:
            line = lines[entry.pk] = LedgerLine(
                entry,
                getattr(entry, "payment", None),
                getattr(entry, "charge", None),
                hasattr(entry, "reversed_by"),
            )
        if row.payer_id is None:
            line.amount += row.amount
        else:
            line.insured += row.amount
    owed = insured = ZERO
    for line in lines.values():
        owed, insured = owed + line.amount, insured + line.insured
        line.after, line.insured_after = owed, insured
    return [line for line in reversed(lines.values()) if line.amount or line.insured]


@dataclass
class VisitBalance:
    """What was charged for a visit and what is open on it, by who owes it. `encounter` None: money at no visit."""

    encounter: Encounter | None
    charged: Decimal = ZERO
    patient: Decimal = ZERO
    payers: dict = field(default_factory=dict)

    @property
    def day(self) -> dt.date | None:
        """The day of the visit on the clinic's clock."""
        return self.encounter and self.encounter.started_at.astimezone(time.zone(clinic_zone())).date()

    @property
    def insured(self) -> Decimal:
        return sum(self.payers.values(), ZERO)

    @property
    def payer_words(self) -> list[tuple[str, Decimal]]:
        """Payer and what it owes, those that owe nothing left out."""
        return [(payer.name, amount) for payer, amount in self.payers.items() if amount]


def visit_balances(patient_id) -> list[VisitBalance]:
    """What is open on each visit of a patient, the oldest visit first, and money at no visit before them. Three queries."""
    sums = list(
        Posting.objects.filter(patient_id=patient_id, account__in=(RECEIVABLE, REVENUE))
        .order_by()
        .values_list("encounter_id", "account", "payer_id")
        .annotate(total=Sum("amount"))
    )
    encounters = {
        row.pk: row
        for row in Encounter.objects.filter(pk__in={key for key, *_ in sums if key})
        .select_related("appointment__visit_type")
        .order_by("started_at")
    }
    payers = Payer.objects.in_bulk({payer for _, _, payer, _ in sums if payer})
    found = {key: VisitBalance(encounters.get(key)) for key in (None, *encounters)}
    for encounter, account, payer, amount in sums:
        visit = found[encounter]
        if account == REVENUE:
            visit.charged -= amount
        elif payer is None:
            visit.patient += amount
        else:
            visit.payers[payers[payer]] = visit.payers.get(payers[payer], ZERO) + amount
    return [visit for visit in found.values() if visit.charged or visit.patient or any(visit.payers.values())]


def owed_by(patient_id, payer=None, encounter=None) -> Decimal:
    """What the patient (or a payer for them) owes, on one visit or together; below zero is a credit. One query."""
    rows = Posting.objects.filter(patient_id=patient_id, account=RECEIVABLE, payer=payer)
    if encounter is not None:
        rows = rows.filter(encounter=encounter)
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO


def payers_of(patient_id) -> list[Payer]:
    """The payers that a patient's money can stand with: of their coverages, and those with postings. One query."""
    return list(
        Payer.objects.filter(
            Exists(Coverage.objects.filter(patient=patient_id, payer=OuterRef("pk")))
            | Exists(Posting.objects.filter(patient=patient_id, payer=OuterRef("pk")))
        ).order_by("name")
    )


def visit_words(visit: VisitBalance) -> str:
    """A visit in a list of choices: its day, what it was and what is open on it."""
    appointment = getattr(visit.encounter, "appointment", None)
    what = appointment.visit_type.name if appointment else visit.encounter.get_kind_display()
    return f"{visit.day:%m/%d/%Y} {what}: {dollars(visit.patient + visit.insured)} open"
