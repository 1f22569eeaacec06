"""What is owed by age, by payer and by patients; from the ledger's kept balances, so that any clinic's size will do."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, CharField, Sum, Value, When

from billing.models import OpenBalance
from billing.rules.ageing import BUCKETS, bucket_days
from records.models import Payer

ZERO = Decimal("0.00")
SHOWN = 100
PATIENTS = "Patients"


@dataclass
class AgeRow:
    """What one payer (or all patients together) owes, by age in dollars; `credit` is what stands the other way."""

    name: str
    payer_id: object = None
    buckets: dict = field(default_factory=lambda: {name: ZERO for name, _ in BUCKETS})
    credit: Decimal = ZERO

    @property
    def owed(self) -> Decimal:
        return sum(self.buckets.values(), ZERO)

    @property
    def cells(self) -> list[tuple[str, Decimal]]:
        return list(self.buckets.items())

    @property
    def old_percent(self) -> int:
        """Share of what is owed that is more than 90 days old."""
        old = self.buckets["91-120"] + self.buckets["over 120"]
        return int(old * 100 / self.owed) if self.owed else 0

    @property
    def bars(self) -> list[tuple[str, Decimal, int]]:
        """(bucket, dollars, percent of the largest bucket), for the picture."""
        most = max(self.buckets.values())
        return [(name, amount, int(amount * 100 / most) if most else 0) for name, amount in self.cells]


@dataclass(frozen=True)
class Ageing:
    """The whole page: patients, then payers by what they owe, and all together."""

    patients: AgeRow
    payers: list[AgeRow]
    total: AgeRow

    @property
    def rows(self) -> list[AgeRow]:
        return [self.patients, *self.payers]


def ageing(today: dt.date) -> Ageing:
    """What is owed by age from the day of service, by payer and by patients. Two queries, whatever there is."""
    cases = [
        When(service_on__gte=bucket_days(name, today)[0], then=Value(name)) for name, most in BUCKETS if most
    ]
    sums = (
        OpenBalance.objects.exclude(open=0)
        .order_by()
        .values_list(
            "payer_id",
            Case(*cases, default=Value(BUCKETS[-1][0]), output_field=CharField()),
            Case(When(open__lt=0, then=Value(True)), default=Value(False)),
        )
        .annotate(total=Sum("open"))
    )
    names = dict(Payer.objects.values_list("pk", "name"))
    rows, total = {None: AgeRow(PATIENTS)}, AgeRow("Together")
    for payer, bucket, is_credit, amount in sums:
        row = rows.setdefault(payer, AgeRow(names.get(payer, ""), payer))
        for one in (row, total):
            if is_credit:
                one.credit -= amount
            else:
                one.buckets[bucket] += amount
    payers = sorted((row for key, row in rows.items() if key), key=lambda row: -row.owed)
    return Ageing(rows[None], payers, total)


def aged_rows(today: dt.date, *, payer=None, bucket: str, limit: int = SHOWN) -> list[OpenBalance]:
    """The visits behind one cell, the most money first. One query. Raises KeyError for an unknown bucket."""
    first, last = bucket_days(bucket, today)
    return list(
        OpenBalance.objects.filter(open__gt=0, payer=payer, service_on__range=(first, last))
        .select_related("patient")
        .order_by("-open")[:limit]
    )
