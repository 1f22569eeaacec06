"""The biller's list: everything that holds money up, the most money first.

Each kind of work is counted and added up by the database, and only the rows with the most money are read: a list
over every patient costs the same in a clinic of any size.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.urls import reverse

from billing.models import Charge, ChargeDiagnosis, PatientBalance
from billing.queries import queue_payers as payers
from billing.queries.piles import ZERO, Pile, QueueRow, pile_of, price_of_visit, row_of
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Encounter, Patient

from .visits import retracted_doses, sources_of

DAYS_BACK = 90
OLD_BALANCE_DAYS = 30
SHOWN = 100
KINDS = {
    "uncharged": "Visits without charges",
    "approve": "Charges to approve",
    "retracted": "Retracted doses",
    "unclaimed": "Visits to claim",
    "claim": "Claims to correct",
    "ready": "Claims to send",
    "denial": "Denials",
    "remittance": "Payments to review",
    "insurance": "Coverage before visits",
    "balance": "Old balances",
}


@dataclass(frozen=True)
class BillingQueue:
    """The biller's work. `rows` are the `shown` with the most money of the kinds that were asked for."""

    piles: list[Pile]
    rows: list[QueueRow]
    count: int
    money: Decimal

    @property
    def more(self) -> int:
        return self.count - sum(row.many for row in self.rows)

    @property
    def patient_ids(self) -> list[UUID]:
        """Whose rows are shown, each once."""
        return list({row.patient_id: None for row in self.rows if row.patient_id})

    @property
    def named_piles(self) -> list[tuple[str, Pile]]:
        """The piles with their names, empty ones left out."""
        return [(KINDS[pile.kind], pile) for pile in self.piles if pile.count]

    @property
    def all_money(self) -> Decimal:
        """Dollars of every pile, whichever kind the rows are of."""
        return sum((pile.money for pile in self.piles), ZERO)

    @property
    def total(self) -> int:
        return sum(pile.count for pile in self.piles)


def billing_queue(kind: str = "", shown: int = SHOWN) -> BillingQueue:
    """All work of the biller, ordered by money at stake, then by age. Eleven queries whatever there is, and that of the
    prices.

    `kind` chooses the rows; the piles are always counted whole.
    """
    today = time.today(clinic_zone())
    piles = [pile(today, shown) for pile in _PILES]
    chosen = [pile for pile in piles if kind not in KINDS or pile.kind == kind]
    rows = sorted((row for pile in chosen for row in pile.rows), key=lambda row: (-row.money, -row.days))
    return BillingQueue(
        piles,
        _with_patients(rows[:shown]),
        sum(pile.count for pile in chosen),
        sum((pile.money for pile in chosen), ZERO),
    )


def uncharged_encounters(since: dt.date | None, until: dt.date) -> QuerySet[Encounter]:
    """Visits of the clinic that ended without any charge; `since` is three months before `until` unless said."""
    zone = clinic_zone()
    since = since or until - dt.timedelta(days=DAYS_BACK)
    start, _ = time.local_day(since, zone)
    _, end = time.local_day(until, zone)
    live = Charge.objects.filter(encounter=OuterRef("pk")).exclude(state=Charge.State.VOID)
    return Encounter.objects.filter(
        uncharged__isnull=False,  # a short list to look at; whether there is a charge is asked below
        appointment__isnull=False,
        ended_at__isnull=False,
        started_at__gte=start,
        started_at__lt=end,
    ).filter(~Exists(live))


def _uncharged(today: dt.date, shown: int) -> Pile:
    found = uncharged_encounters(None, today).values(
        "pk",
        "patient_id",
        money=price_of_visit(today, "appointment__visit_type"),
        day=F("appointment__local_day"),
        visit=F("appointment__visit_type__name"),
    )
    return pile_of(
        "uncharged",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "uncharged",
            what=f"{row['visit']} has no charges",
            why="Nothing was proposed at checkout. Propose what was done, or say why nothing is charged.",
            url=reverse("billing:charges", args=[row["pk"]]),
            act="Propose charges",
        ),
    )


def _to_approve(today: dt.date, shown: int) -> Pile:
    unpointed = ~Exists(ChargeDiagnosis.objects.filter(charge=OuterRef("pk")))
    found = (
        Charge.objects.filter(state=Charge.State.PROPOSED)
        .order_by()
        .values("encounter_id", "patient_id")
        .annotate(money=Sum("amount"), lines=Count("id"), day=Min("service_on"), bare=BoolOr(unpointed))
    )
    return pile_of(
        "approve",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "approve",
            what=f"{row['lines']} charge{'s' if row['lines'] > 1 else ''} to approve",
            why="A charge points at no diagnosis yet."
            if row["bare"]
            else "Everything is pointed at a diagnosis.",
            url=reverse("billing:charges", args=[row["encounter_id"]]),
            act="Complete" if row["bare"] else "Approve",
        ),
    )


def _retracted(today: dt.date, shown: int) -> Pile:
    doses = retracted_doses(today - dt.timedelta(days=DAYS_BACK))
    theirs = Q(source__in=sources_of(doses, "immunization")) | Q(
        source__in=sources_of(doses, "administration")
    )
    found = Charge.objects.filter(
        theirs, encounter__in=doses.values("encounter"), state=Charge.State.APPROVED
    ).values("encounter_id", "patient_id", "code", money=F("amount"), day=F("service_on"))
    return pile_of(
        "retracted",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "retracted",
            what=f"{row['code']} is charged for a retracted dose",
            why="The dose was taken back in the chart after this charge was approved. Void the charge.",
            url=reverse("billing:charges", args=[row["encounter_id"]]),
            act="Void",
        ),
    )


def _old_balances(today: dt.date, shown: int) -> Pile:
    before = today - dt.timedelta(days=OLD_BALANCE_DAYS)
    found = PatientBalance.objects.filter(owed__gt=0, last_day__lte=before).values(
        "patient_id", money=F("owed"), day=F("last_day")
    )
    return pile_of(
        "balance",
        found,
        shown,
        lambda row: row_of(
            today,
            row,
            "balance",
            what="Balance with no payment or charge for 30 days",
            why="Call or collect at the next visit.",
            url=reverse("billing:ledger", args=[row["patient_id"]]),
            act="Open ledger",
        ),
    )


_PILES = (
    _uncharged,
    _to_approve,
    _retracted,
    payers.unclaimed,
    payers.claims,
    payers.ready_claims,
    payers.denials,
    payers.remittances,
    payers.coverages,
    _old_balances,
)


def _with_patients(rows: Iterable[QueueRow]) -> list[QueueRow]:
    rows = list(rows)
    patients = Patient.objects.in_bulk({row.patient_id for row in rows if row.patient_id})
    return [replace(row, patient=patients.get(row.patient_id)) for row in rows]
