"""The biller's list: everything that holds money up, the most money first.

Each kind of work is counted and added up by the database, and only the rows with the most money are read: a list
over every patient costs the same in a clinic of any size.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.urls import reverse

from billing.models import Charge, ChargeDiagnosis, PatientBalance
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Encounter, Patient

from .claims import claims_to_correct, may_bring
from .fees import fee_on, visit_type_fees
from .visits import retracted_doses, sources_of

ZERO = Decimal("0.00")
DAYS_BACK = 90
OLD_BALANCE_DAYS = 30
SHOWN = 100
KINDS = {
    "uncharged": "Visits without charges",
    "approve": "To approve",
    "retracted": "Retracted doses",
    "claim": "Claims to correct",
    "balance": "Old balances",
}


_CLAIM_WORDS = {
    "rejected": "The payer turned it away on arrival. Correct it and send it again.",
    "denied": "The payer decided not to pay. Replace it, appeal, or close it.",
}


@dataclass(frozen=True)
class QueueRow:
    """One thing to do. `money` in dollars is what it holds up; `day` is since when."""

    kind: str
    patient_id: UUID
    what: str
    why: str
    money: Decimal
    day: dt.date
    days: int
    url: str
    act: str
    patient: Patient | None = None


@dataclass(frozen=True)
class Pile:
    """One kind of work: how many there are, the dollars that they hold up, and those with the most."""

    kind: str
    count: int
    money: Decimal
    rows: list[QueueRow]


@dataclass(frozen=True)
class BillingQueue:
    """The biller's work. `rows` are the `shown` with the most money of the kinds that were asked for."""

    piles: list[Pile]
    rows: list[QueueRow]
    count: int
    money: Decimal

    @property
    def more(self) -> int:
        return self.count - len(self.rows)

    @property
    def total(self) -> int:
        return sum(pile.count for pile in self.piles)


def billing_queue(kind: str = "", shown: int = SHOWN) -> BillingQueue:
    """All work of the biller, ordered by money at stake, then by age. Six queries whatever there is, and that of the prices.

    `kind` chooses the rows; the piles are always counted whole.
    """
    today = time.today(clinic_zone())
    piles = [pile(today, shown) for pile in (_uncharged, _to_approve, _retracted, _claims, _old_balances)]
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
    prices = {kind: fee.price for kind, code in visit_type_fees().items() if (fee := fee_on(code, today))}
    price = Case(
        *(When(appointment__visit_type=kind, then=Value(price)) for kind, price in prices.items()),
        default=Value(ZERO),
        output_field=DecimalField(),
    )
    found = uncharged_encounters(None, today).values(
        "pk",
        "patient_id",
        money=price,
        day=F("appointment__local_day"),
        visit=F("appointment__visit_type__name"),
    )
    return _pile(
        "uncharged",
        found,
        shown,
        lambda row: _row(
            today,
            row,
            "uncharged",
            f"{row['visit']} has no charges",
            "Nothing was proposed at checkout. Propose what was done, or say why nothing is charged.",
            reverse("billing:charges", args=[row["pk"]]),
            "Propose charges",
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
    return _pile(
        "approve",
        found,
        shown,
        lambda row: _row(
            today,
            row,
            "approve",
            f"{row['lines']} charge{'s' if row['lines'] > 1 else ''} to approve",
            "A charge points at no diagnosis yet."
            if row["bare"]
            else "Everything is pointed at a diagnosis.",
            reverse("billing:charges", args=[row["encounter_id"]]),
            "Complete" if row["bare"] else "Approve",
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
    return _pile(
        "retracted",
        found,
        shown,
        lambda row: _row(
            today,
            row,
            "retracted",
            f"{row['code']} is charged for a retracted dose",
            "The dose was taken back in the chart after this charge was approved. Void the charge.",
            reverse("billing:charges", args=[row["encounter_id"]]),
            "Void",
        ),
    )


def _claims(today: dt.date, shown: int) -> Pile:
    found = (
        claims_to_correct()
        .order_by()
        .values("pk", "patient_id", "account", "state", "errors", money=may_bring(), day=F("service_from"))
    )
    return _pile(
        "claim",
        found,
        shown,
        lambda row: _row(
            today,
            row,
            "claim",
            f"Claim {row['account']} is {'not ready' if row['state'] == 'draft' else row['state']}",
            _CLAIM_WORDS.get(
                row["state"], f"{row['errors']} thing{'s' * (row['errors'] != 1)} to fix first."
            ),
            reverse("billing:claim", args=[row["pk"]]),
            "Correct",
        ),
    )


def _old_balances(today: dt.date, shown: int) -> Pile:
    before = today - dt.timedelta(days=OLD_BALANCE_DAYS)
    found = PatientBalance.objects.filter(owed__gt=0, last_day__lte=before).values(
        "patient_id", money=F("owed"), day=F("last_day")
    )
    return _pile(
        "balance",
        found,
        shown,
        lambda row: _row(
            today,
            row,
            "balance",
            "Balance with no payment or charge for 30 days",
            "Call or collect at the next visit.",
            reverse("billing:ledger", args=[row["patient_id"]]),
            "Open ledger",
        ),
    )


def _pile(kind: str, found: QuerySet, shown: int, ready: Callable[[dict[str, Any]], QueueRow]) -> Pile:
    """The rows with the most money, the oldest first among equals, with count and sum of all. One query."""
    inner, given = found.query.sql_with_params()
    sql = (
        f"SELECT *, count(*) OVER () AS count, sum(money) OVER () AS all_money FROM ({inner}) AS work "  # noqa: S608
        "ORDER BY money DESC, day LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, shown])
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    count, money = (rows[0]["count"], rows[0]["all_money"]) if rows else (0, ZERO)
    return Pile(kind, count, money, [ready(row) for row in rows])


def _row(today: dt.date, row: dict, kind: str, what: str, why: str, url: str, act: str) -> QueueRow:
    days = (today - row["day"]).days
    return QueueRow(kind, row["patient_id"], what, why, row["money"], row["day"], days, url, act)


def _with_patients(rows: Iterable[QueueRow]) -> list[QueueRow]:
    rows = list(rows)
    patients = Patient.objects.in_bulk({row.patient_id for row in rows})
    return [replace(row, patient=patients[row.patient_id]) for row in rows]
