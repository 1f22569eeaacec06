"""Money of a day: by drawer, method and person, and against a usual day."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from billing.models import Drawer, JournalEntry, Payment, Posting
from billing.rules.ledger import CASH
from billing.rules.usual import compared, usual
from clinic.core.money import dollars

from .drawers import method_of_entry

ZERO = Decimal("0.00")
WEEKS_BACK = 8


@dataclass(frozen=True)
class DrawerTotal:
    """What one person took into one drawer by one method on a day; `reversed` was taken back out that day."""

    drawer: str
    method: str
    user: str
    count: int
    amount: Decimal
    reversed: Decimal

    @property
    def net(self) -> Decimal:
        return self.amount + self.reversed


@dataclass(frozen=True)
class Collected:
    """Money taken on a day, reversals of that day taken off."""

    day: dt.date
    total: Decimal
    by_method: dict[str, Decimal]
    usual: Decimal | None

    @property
    def words(self) -> str:
        return compared(self.total, self.usual)

    @property
    def total_words(self) -> str:
        return dollars(self.total)

    @property
    def method_words(self) -> list[tuple[str, str]]:
        return [(method, dollars(amount)) for method, amount in sorted(self.by_method.items())]

    @property
    def hint(self) -> str:
        if self.usual is None:
            return ""
        usual = f"usual {self.day:%A} {dollars(self.usual)}"
        return f"{self.words}; {usual}" if self.words and self.words != "usual" else usual


def drawer_totals(day: dt.date, member_id=None) -> list[DrawerTotal]:
    """Totals of a day per drawer, method and user, reversals posted that day shown apart. Two queries."""
    taken = Payment.objects.filter(business_day=day)
    back = _reversals(day)
    if member_id is not None:
        taken, back = (
            taken.filter(received_by=member_id),
            back.filter(entry__reverses__payment__received_by=member_id),
        )
    sums: dict[tuple, list] = defaultdict(lambda: [0, ZERO, ZERO])
    for drawer, method, user, count, amount in (
        taken.order_by()
        .values_list("drawer__name", "method", "received_by_label")
        .annotate(n=Count("id"), total=Sum("amount"))
    ):
        sums[drawer, method, user][:2] = [count, amount]
    for drawer, method, user, amount in back.values_list(
        "drawer__name",
        "entry__reverses__payment__method",
        "entry__reverses__payment__received_by_label",
        "amount",
    ):
        sums[drawer, method, user][2] += amount
    return [
        DrawerTotal(drawer, Payment.Method(method).label, user, *values)
        for (drawer, method, user), values in sorted(sums.items())
    ]


def collected(day: dt.date) -> Collected:
    """What was collected on a day, by method, beside the median of the same weekday. One query.

    A payment counts on its day, a reversal on the day it was posted.
    """
    days = [day - dt.timedelta(weeks=week) for week in range(WEEKS_BACK + 1)]
    taken = (
        Payment.objects.filter(business_day__in=days)
        .order_by()
        .values_list("business_day", "method")
        .annotate(total=Sum("amount"))
    )
    # The few other entries that move money; payments have their own table, which has an index of just these sums.
    others = (
        Posting.objects.filter(
            account=CASH, entry__kind__in=JournalEntry.OF_CASH, entry__business_day__in=days
        )
        .order_by()
        .values_list("entry__business_day", method_of_entry())
        .annotate(total=Sum("amount"))
    )
    sums = taken.union(others, all=True)
    by_method: dict[str, Decimal] = defaultdict(lambda: ZERO)
    by_day: dict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    for on, method, amount in sums:
        by_day[on] += amount
        if on == day and method:
            by_method[Payment.Method(method).label] += amount
    before = [amount for on, amount in by_day.items() if on != day]
    return Collected(day, sum(by_method.values(), ZERO), dict(by_method), usual(before))


def _reversals(day: dt.date):
    return Posting.objects.filter(
        account=CASH,
        entry__business_day=day,
        entry__kind=JournalEntry.Kind.REVERSAL,
        entry__reverses__payment__isnull=False,
    ).order_by()


def drawers():
    """Drawers in use."""
    return Drawer.objects.filter(is_active=True)


def all_drawers():
    """Every drawer, those no longer in use last."""
    return Drawer.objects.order_by("-is_active", "name")
