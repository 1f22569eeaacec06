"""Payment plans: agreed, kept or ended; a missed payment becomes a task for the billers."""

import datetime as dt
from decimal import Decimal

from billing.models import PaymentPlan
from billing.queries.patient_ledger import owed_by
from billing.queries.plans import PlanLine, plan_lines
from billing.rules.plans import payments_needed
from clinic.audit import record
from clinic.core import failures, time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.money import dollars
from clinic.core.profile import clinic_zone
from clinic.inbox.services import add_task
from clinic.staff.roles import Role

from ._posting import money_key
from .adjusting import plain_words
from .paying import amount_of

LONGEST = 36
TASK = "billing.follow_plans"
SYSTEM = Actor.system(TASK)


@service
def agree_plan(
    *, by, patient, total: Decimal, amount: Decimal, first_due_on: dt.date, signed_by: str
) -> PaymentPlan:
    """Keep what a patient agreed to: `total` dollars in payments of `amount` a month. Audited as plan.agreed.

    Refuses more than is owed, a first day that has passed, more than 36 payments, an agreement that nobody signed, and
    a second plan beside an active one.
    """
    total, amount, signed_by = amount_of(total), amount_of(amount), " ".join(signed_by.split())
    if not signed_by:
        raise Refused("Say who signed the agreement.", field="signed_by")
    if first_due_on < time.today(clinic_zone()):
        raise Refused("The first payment is due today or later.", field="first_due_on")
    if amount > total:
        raise Refused("A payment is at most the whole.", field="amount")
    if payments_needed(total, amount) > LONGEST:
        raise Refused(f"That would take more than {LONGEST} payments.", field="amount")
    lock_keys(money_key(patient))
    owed = owed_by(patient.pk)
    if total > owed:
        raise Refused(f"{dollars(max(owed, Decimal(0)))} is owed.", field="total")
    plan = PaymentPlan.objects.create(
        patient=patient,
        total=total,
        amount=amount,
        first_due_on=first_due_on,
        signed_by=signed_by,
        agreed_at=time.now(),
        agreed_with_id=by.member_id,
    )
    record(by, "plan.agreed", obj=plan, patient=patient, total=str(total), amount=str(amount))
    return plan


@service
def end_plan(*, by, plan: PaymentPlan, reason: str) -> PaymentPlan:
    """End a plan before it is paid, with the reason. Audited. Refuses one that has ended."""
    reason = plain_words(reason, field="reason")
    if not reason:
        raise Refused("Say why.", field="reason")
    return _end(by, plan, PaymentPlan.State.ENDED, reason)


def _end(by, plan, state, reason) -> PaymentPlan:
    plan = PaymentPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state != PaymentPlan.State.ACTIVE:
        raise Refused("This plan has ended.")
    plan.state, plan.ended_at, plan.end_reason = state, time.now(), reason
    plan.ended_by_label = by.label[:120]
    plan.version += 1
    plan.save()
    record(by, "plan.ended", obj=plan, patient=plan.patient_id, state=state, reason=reason)
    return plan


def follow_plans() -> tuple[int, int]:
    """Give the billers a task for each missed payment, once, and end plans that are paid; (missed, paid).

    Each plan is a transaction of its own: one that fails does not hold up the others, and running it twice adds nothing.
    """
    lines = plan_lines()
    paid = [line for line in lines if line.paid >= line.plan.total]
    missed = [line for line in lines if line.paid < line.plan.total and line.missed is not None]
    return failures.each(TASK, missed, _remind, key=_key), failures.each(
        TASK, paid, lambda line: _keep(line=line), key=_key
    )


def _key(line: PlanLine) -> str:
    return str(line.plan.pk)


def _remind(line: PlanLine) -> None:
    add_task(
        by=SYSTEM,
        title="Payment of a plan is missed",
        detail=f"{dollars(line.plan.amount)} was due on {line.missed:%m/%d/%Y}. {dollars(line.left)} of the plan is left.",
        patient=line.plan.patient,
        pool=Role.BILLER,
        source_key=f"plan:{line.plan.pk}:{line.missed}",
    )


@service
def _keep(*, line: PlanLine) -> None:
    _end(SYSTEM, line.plan, PaymentPlan.State.KEPT, "Paid as agreed.")
