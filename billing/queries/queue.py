"""The biller's list: everything that holds money up, the most money first."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Sum
from django.urls import reverse

from billing.models import Charge, Posting
from billing.rules.ledger import RECEIVABLE
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Encounter, Patient

from .fees import valid_fees, visit_type_fees
from .visits import retracted_doses

ZERO = Decimal("0.00")
DAYS_BACK = 90
OLD_BALANCE_DAYS = 30


@dataclass(frozen=True)
class QueueRow:
    """One thing to do. `money` in dollars is what it holds up; `day` is since when."""

    kind: str
    patient: Patient
    what: str
    why: str
    money: Decimal
    day: dt.date
    days: int
    url: str
    act: str


@dataclass(frozen=True)
class UnchargedVisit:
    """A finished visit with nothing proposed; `money` is the price of its type, 0 when none is known."""

    encounter: Encounter
    day: dt.date
    money: Decimal
    visit: str


def visits_without_charges(
    since: dt.date | None = None, until: dt.date | None = None
) -> list[UnchargedVisit]:
    """Visits of the clinic that ended without any charge, oldest first. Three queries."""
    until = until or time.today(clinic_zone())
    rows = (
        uncharged_encounters(since, until)
        .select_related("patient", "provider", "appointment__visit_type")
        .order_by("started_at")
    )
    codes = visit_type_fees()
    prices = dict(valid_fees(until).filter(code__in=codes.values()).values_list("code", "price"))
    return [
        UnchargedVisit(
            row,
            row.appointment.local_day,
            prices.get(codes.get(row.appointment.visit_type_id, ""), ZERO),
            row.appointment.visit_type.name,
        )
        for row in rows
    ]


def uncharged_encounters(since: dt.date | None, until: dt.date) -> QuerySet[Encounter]:
    """The encounters of these visits; `since` is three months before `until` when nothing else is said."""
    zone = clinic_zone()
    since = since or until - dt.timedelta(days=DAYS_BACK)
    start, _ = time.local_day(since, zone)
    _, end = time.local_day(until, zone)
    live = Charge.objects.filter(encounter=OuterRef("pk")).exclude(state=Charge.State.VOID)
    return Encounter.objects.filter(
        appointment__isnull=False,
        ended_at__isnull=False,
        started_at__gte=start,
        started_at__lt=end,
    ).filter(~Exists(live))


def billing_queue(kind: str = "") -> list[QueueRow]:
    """All work of the biller, ordered by money at stake, then by age. At most eight queries."""
    today = time.today(clinic_zone())
    rows: list[QueueRow] = []
    if kind in ("", "uncharged"):
        rows += _uncharged(today)
    if kind in ("", "approve"):
        rows += _to_approve(today)
    if kind in ("", "retracted"):
        rows += _retracted(today)
    if kind in ("", "balance"):
        rows += _old_balances(today)
    return sorted(rows, key=lambda row: (-row.money, -row.days))


def _uncharged(today: dt.date) -> list[QueueRow]:
    return [
        QueueRow(
            "uncharged",
            visit.encounter.patient,
            f"{visit.visit} has no charges",
            "Nothing was proposed at checkout. Propose what was done, or say why nothing is charged.",
            visit.money,
            visit.day,
            (today - visit.day).days,
            reverse("billing:charges", args=[visit.encounter.pk]),
            "Propose charges",
        )
        for visit in visits_without_charges(until=today)
    ]


def _to_approve(today: dt.date) -> list[QueueRow]:
    groups = (
        Charge.objects.filter(state=Charge.State.PROPOSED)
        .order_by()
        .values("encounter_id", "patient_id")
        .annotate(money=Sum("amount"), lines=Count("id", distinct=True), day=Min("service_on"))
    )
    groups = list(groups)
    pointed = Charge.objects.filter(state=Charge.State.PROPOSED, pointers__isnull=True).values_list(
        "encounter_id", flat=True
    )
    bare = set(pointed)
    patients = Patient.objects.in_bulk([group["patient_id"] for group in groups])
    rows = []
    for group in groups:
        count = group["lines"]
        missing = group["encounter_id"] in bare
        rows.append(
            QueueRow(
                "approve",
                patients[group["patient_id"]],
                f"{count} charge{'s' if count > 1 else ''} to approve",
                "A charge points at no diagnosis yet."
                if missing
                else "Everything is pointed at a diagnosis.",
                group["money"],
                group["day"],
                (today - group["day"]).days,
                reverse("billing:charges", args=[group["encounter_id"]]),
                "Complete" if missing else "Approve",
            )
        )
    return rows


def _retracted(today: dt.date) -> list[QueueRow]:
    doses = retracted_doses(today - dt.timedelta(days=DAYS_BACK))
    sources = [f"{kind}:{pk}" for pk in doses for kind in ("immunization", "administration")]
    charges = Charge.objects.filter(source__in=sources, state=Charge.State.APPROVED).select_related("patient")
    return [
        QueueRow(
            "retracted",
            charge.patient,
            f"{charge.code} is charged for a retracted dose",
            "The dose was taken back in the chart after this charge was approved. Void the charge.",
            charge.amount,
            charge.service_on,
            (today - charge.service_on).days,
            reverse("billing:charges", args=[charge.encounter_id]),
            "Void",
        )
        for charge in charges
    ]


def _old_balances(today: dt.date) -> list[QueueRow]:
    before = today - dt.timedelta(days=OLD_BALANCE_DAYS)
    groups = list(
        Posting.objects.filter(account=RECEIVABLE)
        .order_by()
        .values("patient_id")
        .annotate(money=Sum("amount"), last=Max("entry__business_day"))
        .filter(money__gt=0, last__lte=before)
    )
    patients = Patient.objects.in_bulk([group["patient_id"] for group in groups])
    return [
        QueueRow(
            "balance",
            patients[group["patient_id"]],
            "Balance with no payment or charge for 30 days",
            "Call or collect at the next visit.",
            group["money"],
            group["last"],
            (today - group["last"]).days,
            reverse("billing:ledger", args=[group["patient_id"]]),
            "Open ledger",
        )
        for group in groups
    ]
