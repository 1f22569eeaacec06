"""The end of a business day: what it held, what is still missing, and whether it may be closed."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce

from billing.models import Charge, DayClose, Drawer, DrawerSession, JournalEntry, Payment, Posting
from billing.rules.ledger import ADJUSTMENT, MONEY, RECEIVABLE, REVENUE
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Coverage, Encounter
from scheduling.models import Appointment

from .drawers import DrawerRow, drawer_board, uncovered
from .queue import uncharged_encounters

ZERO = Decimal("0.00")
REVIEWED = 50


@dataclass(frozen=True)
class DayTotals:
    """What the ledger holds on some business days, in dollars; charges = payments + adjustments + receivable."""

    charges: Decimal
    payments: Decimal
    adjustments: Decimal
    receivable: Decimal


@dataclass(frozen=True)
class OpenCopay:
    """A visit whose copay was not taken (dollars still due)."""

    appointment: Appointment
    due: Decimal


@dataclass(frozen=True)
class DayPage:
    """All that is looked at before a day is closed."""

    day: dt.date
    closed: DayClose | None
    from_day: dt.date
    board: list[DrawerRow]
    totals: DayTotals
    blocks: list[str]
    copays: list[OpenCopay]
    uncharged: list[Encounter]
    reversals: list[JournalEntry]
    adjustments: list[JournalEntry]
    voids: list[Charge]

    @property
    def may_close(self) -> bool:
        return self.closed is None and not self.blocks

    @property
    def copays_due(self) -> Decimal:
        return sum((row.due for row in self.copays), ZERO)


def last_closed() -> dt.date | None:
    """The last business day that is closed. One query."""
    return DayClose.objects.aggregate(last=Max("day"))["last"]


def day_totals(first: dt.date, last: dt.date) -> DayTotals:
    """What the ledger holds on business days `first` to `last`. One query."""

    def total(*accounts):
        return Coalesce(Sum("amount", filter=Q(account__in=accounts)), ZERO)

    row = Posting.objects.filter(entry__business_day__range=(first, last)).aggregate(
        revenue=total(REVENUE), paid=total(*MONEY), off=total(ADJUSTMENT), owed=total(RECEIVABLE)
    )
    return DayTotals(-row["revenue"], row["paid"], row["off"], row["owed"])


def close_blocks(day: dt.date, closed: dt.date | None) -> list[str]:
    """What must be done before a day can be closed, in words; empty when it may be. Two queries."""
    today = time.today(clinic_zone())
    if day > today:
        return ["This day has not come yet."]
    if closed is not None and day <= closed:
        return [f"This day is closed: {closed:%m/%d/%Y} is the last closed day."]
    words = [
        f"{session.drawer.name} of {session.business_day:%m/%d} is "
        + ("not counted yet." if session.closed_at is None else "not verified by a second person yet.")
        for session in DrawerSession.objects.filter(
            covers_from__lte=day, verified_at__isnull=True
        ).select_related("drawer")
    ]
    since = closed + dt.timedelta(days=1) if closed else day
    covered = uncovered(day, since)
    names = (
        {pk: drawer.name for pk, drawer in Drawer.objects.in_bulk(list(covered)).items()} if covered else {}
    )
    words += [
        f"{names.get(drawer, 'A drawer')} has money since {first:%m/%d} and was not opened. Open it and count it."
        for drawer, first in covered.items()
        if closed is None or first > closed
    ]
    return words


def day_page(day: dt.date) -> DayPage:
    """The page of one business day. A fixed number of queries."""
    closed_to = last_closed()
    closed = DayClose.objects.select_related("closed_by").filter(from_day__lte=day, day__gte=day).first()
    first = closed.from_day if closed else _first_open(day, closed_to)
    last = closed.day if closed else day
    entries = (
        JournalEntry.objects.filter(business_day__range=(first, last))
        .select_related("reverses__payment", "reverses__charge")
        .prefetch_related("postings__patient")
    )
    return DayPage(
        day=last,
        closed=closed,
        from_day=first,
        board=drawer_board(last),
        totals=day_totals(first, last),
        blocks=[] if closed else close_blocks(day, closed_to),
        copays=open_copays(first, last),
        uncharged=list(
            uncharged_encounters(first, last).select_related("patient", "appointment__visit_type")[:REVIEWED]
        ),
        reversals=list(entries.filter(kind=JournalEntry.Kind.REVERSAL)[:REVIEWED]),
        adjustments=list(entries.filter(kind=JournalEntry.Kind.ADJUSTMENT)[:REVIEWED]),
        voids=_voids(first, last),
    )


def _first_open(day: dt.date, closed_to: dt.date | None) -> dt.date:
    return min(day, closed_to + dt.timedelta(days=1)) if closed_to else day


def open_copays(first: dt.date, last: dt.date) -> list[OpenCopay]:
    """Completed visits whose copay, as their first coverage says it, was not fully taken. Three queries."""
    visits = list(
        Appointment.objects.filter(local_day__range=(first, last), state="completed")
        .select_related("patient", "visit_type", "provider")
        .order_by("starts_at")
    )
    expected: dict = {}
    for coverage in Coverage.objects.filter(patient__in={v.patient_id for v in visits}).order_by(
        "rank", "created_at"
    ):
        expected.setdefault(coverage.patient_id, []).append(coverage)
    paid = _copays_paid([visit.pk for visit in visits])
    rows = []
    for visit in visits:
        for coverage in expected.get(visit.patient_id, ()):
            if coverage.is_effective(visit.local_day):
                due = (coverage.copay_office or ZERO) - paid.get(visit.pk, ZERO)
                if due > 0 and visit.provider_id:
                    rows.append(OpenCopay(visit, due))
                break
    return rows


def _copays_paid(appointments: list) -> dict:
    return dict(
        Payment.objects.filter(
            appointment__in=appointments, purpose=Payment.Purpose.COPAY, entry__reversed_by__isnull=True
        )
        .order_by()
        .values_list("appointment_id")
        .annotate(total=Sum("amount"))
    )


def _voids(first: dt.date, last: dt.date) -> list[Charge]:
    zone = clinic_zone()
    start, _ = time.local_day(first, zone)
    _, end = time.local_day(last, zone)
    return list(
        Charge.objects.filter(state=Charge.State.VOID, voided_at__gte=start, voided_at__lt=end)
        .select_related("patient", "voided_by")
        .order_by("voided_at")[:REVIEWED]
    )


def closed_days(limit: int = 30) -> list[DayClose]:
    """The last closed days, the newest first, with the number of their drawers' sessions. One query."""
    return list(DayClose.objects.select_related("closed_by")[:limit])
