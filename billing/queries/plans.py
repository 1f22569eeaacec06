"""Payment plans: what was paid since they were agreed, and which have missed a payment."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from billing.models import PaymentPlan, Posting
from billing.rules.ledger import CASH
from billing.rules.plans import due_days, missed_on, payments_needed
from clinic.core import time
from clinic.core.profile import clinic_zone

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class PlanLine:
    """A plan with what was paid since it was agreed (dollars, what was taken back off)."""

    plan: PaymentPlan
    paid: Decimal
    missed: dt.date | None
    next_due: dt.date | None

    @property
    def left(self) -> Decimal:
        return max(self.plan.total - self.paid, ZERO)

    @property
    def payments(self) -> int:
        return payments_needed(self.plan.total, self.plan.amount)


def plan_lines(today: dt.date | None = None, **which) -> list[PlanLine]:
    """Active plans (`which` limits them), those with a missed payment first. One query."""
    today = today or time.today(clinic_zone())
    paid = (
        Posting.objects.filter(
            patient=OuterRef("patient"), account=CASH, entry__at__gte=OuterRef("agreed_at")
        )
        .order_by()
        .values("patient")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    rows = (
        PaymentPlan.objects.filter(state=PaymentPlan.State.ACTIVE, **which)
        .select_related("patient", "agreed_with")
        .annotate(paid=Coalesce(Subquery(paid), Value(ZERO), output_field=DecimalField()))
    )
    lines = [_line(row, today) for row in rows]
    return sorted(lines, key=lambda line: (line.missed is None, line.missed or line.next_due or today))


def _line(plan: PaymentPlan, today: dt.date) -> PlanLine:
    facts = (plan.total, plan.amount, plan.first_due_on)
    days = due_days(
        plan.first_due_on, plan.first_due_on + dt.timedelta(days=31 * payments_needed(*facts[:2]))
    )
    covered = int(plan.paid // plan.amount)
    return PlanLine(
        plan,
        plan.paid,
        missed_on(*facts, plan.paid, today),
        days[covered] if plan.paid < plan.total and covered < len(days) else None,
    )


def plan_of(patient_id) -> PlanLine | None:
    """The active plan of a patient. One query."""
    lines = plan_lines(patient=patient_id)
    return lines[0] if lines else None


def plan_or_404(pk) -> PaymentPlan:
    """One plan with its patient."""
    return get_object_or_404(PaymentPlan.objects.select_related("patient"), pk=pk)
