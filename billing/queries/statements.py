"""Who is due a statement and why others are not, what stands on it, and the statements made."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.shortcuts import get_object_or_404

from billing.models import (
    BillingHold,
    CollectionCase,
    MoneyPolicy,
    PatientBalance,
    PaymentPlan,
    Posting,
    Statement,
)
from billing.queries.money_policy import money_policy
from billing.queries.statement_items import visit_items
from billing.rules.ledger import CASH
from billing.rules.statements import DUE_DAYS, VisitItem, amount_due, content_of, language_of
from clinic.core import time
from clinic.core.profile import clinic, clinic_zone
from records.models import Patient
from records.queries.reach import mailing_address

ZERO = Decimal("0.00")
SHOWN = 100
ADULT = 18
VIEWS = ("due", "pile", "sent")


@dataclass(frozen=True)
class Due:
    """A patient whom a statement is due, what it will ask for in dollars, and the last one."""

    patient: Patient
    items: list[VisitItem]
    amount: Decimal
    last_made_on: dt.date | None
    has_address: bool

    @property
    def visits(self) -> int:
        return sum(item.day is not None and not item.waits for item in self.items)


def standing_holds(day: dt.date):
    """Holds that keep a patient out on a day; not evaluated."""
    return BillingHold.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), lifted_at__isnull=True, starts_on__lte=day
    )


def hold_of(patient_id, day: dt.date | None = None) -> BillingHold | None:
    """The hold that stands for a patient on a day (today). One query."""
    return standing_holds(day or time.today(clinic_zone())).filter(patient=patient_id).first()


def hold_or_404(pk) -> BillingHold:
    """One hold with its patient."""
    return get_object_or_404(BillingHold.objects.select_related("patient"), pk=pk)


def last_paid(patient=None):
    """When a patient last paid something that was not taken back, as an expression over rows with a patient."""
    rows = Posting.objects.filter(
        patient=OuterRef("patient") if patient is None else patient,
        account=CASH,
        amount__gt=0,
        entry__kind="payment",
        entry__reversed_by__isnull=True,
    )
    return Subquery(rows.order_by("-entry__at").values("entry__at")[:1])


def _candidates(policy: MoneyPolicy, today: dt.date):
    """Balances for which nothing but the visits themselves can speak against a statement."""
    mine = OuterRef("patient")
    return (
        PatientBalance.objects.filter(owed__gte=policy.statement_minimum, owed__gt=0)
        .filter(patient__deceased_on__isnull=True)
        .exclude(Exists(standing_holds(today).filter(patient=mine)))
        .exclude(Exists(PaymentPlan.objects.filter(patient=mine, state=PaymentPlan.State.ACTIVE)))
        .exclude(Exists(CollectionCase.objects.filter(patient=mine, state=CollectionCase.State.PLACED)))
        .exclude(
            Exists(
                Statement.objects.filter(
                    patient=mine, made_on__gt=today - dt.timedelta(days=policy.statement_days)
                )
            )
        )
    )


def due_statements(today: dt.date | None = None, limit: int = SHOWN) -> list[Due]:
    """Patients whom a statement is due, the most money first, up to `limit`.

    Left out: who owes less than the minimum, is on hold or deceased, pays by a plan, is with a collector, or was sent a
    statement within the days between two; and visits that the insurance has not decided.
    """
    today = today or time.today(clinic_zone())
    policy = money_policy(today)
    last = Statement.objects.filter(patient=OuterRef("patient")).order_by("-number").values("made_on")[:1]
    rows = list(
        _candidates(policy, today)
        .annotate(last_made_on=Subquery(last))
        .order_by("-owed", "patient")
        .values_list("patient_id", "last_made_on")
    )
    found: list[Due] = []
    for start in range(0, len(rows), SHOWN):
        part = dict(rows[start : start + SHOWN])
        items = visit_items(part, today)
        patients = Patient.objects.in_bulk(part)
        for key, made_on in part.items():
            amount = amount_due(items[key])
            if amount > 0 and amount >= policy.statement_minimum:
                patient = patients[key]
                found.append(Due(patient, items[key], amount, made_on, bool(mailing_address(patient))))
        if len(found) >= limit:
            break
    return sorted(found[:limit], key=lambda row: -row.amount)


@dataclass(frozen=True)
class LeftOut:
    """How many patients owe something and get no statement now, by why."""

    held: int
    planned: int
    small: int


def left_out(today: dt.date) -> LeftOut:
    """Why patients who owe something are not due a statement. One query."""
    mine, policy = OuterRef("patient"), money_policy(today)
    sums = (
        PatientBalance.objects.filter(owed__gt=0)
        .annotate(
            held=Exists(standing_holds(today).filter(patient=mine)),
            planned=Exists(PaymentPlan.objects.filter(patient=mine, state=PaymentPlan.State.ACTIVE)),
        )
        .aggregate(
            h=Count("pk", filter=Q(held=True)),
            p=Count("pk", filter=Q(planned=True)),
            s=Count("pk", filter=Q(owed__lt=policy.statement_minimum)),
        )
    )
    return LeftOut(sums["h"], sums["p"], sums["s"])


def notice_of(patient_id) -> int:
    """Which statement since the last payment the next one is: 1 for the first. One query."""
    paid_at = last_paid(patient_id)
    rows = Statement.objects.filter(patient=patient_id).annotate(paid_at=paid_at)
    return rows.filter(Q(paid_at__isnull=True) | Q(made_at__gt=F("paid_at"))).count() + 1


def statement_content(
    patient: Patient, items: list[VisitItem], today: dt.date, *, number=0, notice=1
) -> dict:
    """What a statement of today says; number 0 for a preview."""
    us = clinic()
    town = " ".join(part for part in (us.state, us.postal_code) if part)
    place = ", ".join(part for part in (us.city, town) if part)
    phone = us.phone_shown if us.phone else ""
    sender = [line for line in (us.name, us.address_line1, us.address_line2, place, phone) if line]
    return content_of(
        items,
        number=number,
        made_on=today,
        due_on=today + dt.timedelta(days=DUE_DAYS),
        notice=notice,
        language=language_of(patient.language),
        sender=sender,
        to=[patient.legal_name, *mailing_address(patient)],
        phone=phone,
        minor=patient.age(today) < ADULT,
    )


def unsent():
    """Statements that wait to be mailed, the oldest first; to be sliced."""
    return Statement.objects.filter(sending__isnull=True).select_related("patient").order_by("number")


def sent():
    """Statements that went out, the newest first; to be sliced."""
    return Statement.objects.filter(sending__isnull=False).select_related("patient", "sending")


def statements_of(patient_id, limit: int = 12) -> list[Statement]:
    """A patient's statements, the newest first. One query."""
    return list(
        Statement.objects.filter(patient=patient_id).select_related("sending").defer("content")[:limit]
    )


def statement_or_404(pk) -> Statement:
    """One statement with its patient and file."""
    return get_object_or_404(Statement.objects.select_related("patient", "file", "sending"), pk=pk)


def chosen_statements(ids: Iterable) -> list[Statement]:
    """Those of the pile among these ids. One query."""
    return list(unsent().filter(pk__in=list(ids)[:SHOWN]))
