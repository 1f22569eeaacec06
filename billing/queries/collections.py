"""Who could go to a collector, and what stands with one."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q
from django.shortcuts import get_object_or_404

from billing.models import CollectionCase, PatientBalance, PaymentPlan, Statement
from billing.queries.money_policy import money_policy
from billing.queries.statement_items import visit_items
from billing.queries.statements import hold_of, last_paid, standing_holds
from billing.rules.statements import amount_due
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Patient

SHOWN = 100


@dataclass(frozen=True)
class Candidate:
    """A patient who was sent `statements` since the last payment and let the last due day pass; dollars due."""

    patient: Patient
    amount: Decimal
    statements: int
    last_due_on: dt.date


def collection_candidates(today: dt.date | None = None, *, patient=None) -> list[Candidate]:
    """Who was sent as many statements as the rules say without paying, the last of them past its day, the most money
    first. Left out: who is on hold or deceased, pays by a plan, or is on the list already. Eight queries at most."""
    today = today or time.today(clinic_zone())
    policy, mine = money_policy(today), OuterRef("patient")
    rows = (
        Statement.objects.filter(sending__isnull=False)
        .filter(patient__deceased_on__isnull=True)
        .annotate(paid_at=last_paid())
        .filter(Q(paid_at__isnull=True) | Q(made_at__gt=F("paid_at")))
        .exclude(Exists(standing_holds(today).filter(patient=mine)))
        .exclude(Exists(PaymentPlan.objects.filter(patient=mine, state=PaymentPlan.State.ACTIVE)))
        .exclude(Exists(CollectionCase.objects.filter(patient=mine, state__in=CollectionCase.OPEN)))
        .filter(Exists(PatientBalance.objects.filter(patient=mine, owed__gt=0)))
    )
    if patient is not None:
        rows = rows.filter(patient=patient)
    counted: dict = {}
    for key, due_on in rows.order_by("patient", "number").values_list("patient_id", "due_on"):
        counted.setdefault(key, []).append(due_on)
    wanted = {
        key: days
        for key, days in counted.items()
        if len(days) >= policy.collection_after and max(days) < today
    }
    items, patients = visit_items(wanted, today), Patient.objects.in_bulk(wanted)
    found = [
        Candidate(patients[key], amount_due(items[key]), len(days), max(days)) for key, days in wanted.items()
    ]
    found = [row for row in found if row.amount > 0 and row.amount >= policy.statement_minimum]
    return sorted(found, key=lambda row: -row.amount)[:SHOWN]


def collection_cases(today: dt.date | None = None) -> list[CollectionCase]:
    """Cases that are not over, those to decide first, each with whether a hold stops it. One query."""
    today = today or time.today(clinic_zone())
    order = {"proposed": 0, "approved": 1, "placed": 2}
    rows = (
        CollectionCase.objects.filter(state__in=CollectionCase.OPEN)
        .annotate(is_held=Exists(standing_holds(today).filter(patient=OuterRef("patient"))))
        .select_related("patient", "proposed_by", "decided_by")
    )
    return sorted(rows, key=lambda row: (order[row.state], -row.amount))


def ended_cases(limit: int = 20) -> list[CollectionCase]:
    """The last cases that were refused or returned. One query."""
    rows = CollectionCase.objects.exclude(state__in=CollectionCase.OPEN).select_related("patient")
    return list(rows.order_by("-updated_at")[:limit])


def case_or_404(pk) -> CollectionCase:
    """One case with its patient."""
    return get_object_or_404(CollectionCase.objects.select_related("patient"), pk=pk)


def open_case_of(patient_id) -> CollectionCase | None:
    """The case of a patient that is not over. One query."""
    return CollectionCase.objects.filter(patient=patient_id, state__in=CollectionCase.OPEN).first()


def is_held(patient_id) -> bool:
    """Whether a hold stops what is asked of a patient today. One query."""
    return hold_of(patient_id) is not None
