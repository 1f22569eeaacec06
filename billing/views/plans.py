"""Payment plans."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import PlanForm, ReasonForm
from billing.queries.balances import balance
from billing.queries.plans import plan_lines, plan_or_404
from billing.queries.visits import patient_or_404
from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@require_GET
@allow(Permission.LEDGER_VIEW)
def plans(request):
    """Every active plan, those with a missed payment first."""
    rows = plan_lines()
    audit.looked_many(request, [row.plan.patient_id for row in rows], page="payment plans")
    return render(request, "billing/plan/list.html", {"rows": rows})


@allow(Permission.CHARGE_APPROVE)
def agree(request, pk):
    """Keep what a patient agreed to."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="ledger")
    owed = balance(pk)
    to = reverse("billing:ledger", args=[pk])

    def do(values):
        return str(services.agree_plan(by=request.actor, patient=patient, **values).pk)

    return form_act(
        request,
        PlanForm(request.POST or None, initial={"total": owed if owed > 0 else None}),
        verb="plan.agree",
        do=do,
        to=to,
        message="Plan kept.",
        refresh=("ledger",),
        template="billing/charge/dialog.html",
        context={
            "title": "Payment plan",
            "submit_label": "Keep the plan",
            "cancel_url": to,
            "patient": patient,
            "owed": owed,
        },
    )


@allow(Permission.CHARGE_APPROVE)
def end(request, pk):
    """End a plan before it is paid."""
    plan = plan_or_404(pk)
    audit.looked(request, plan.patient_id, page="payment plans")
    to = reverse("billing:ledger", args=[plan.patient_id])

    def do(values):
        services.end_plan(by=request.actor, plan=plan, **values)

    return form_act(
        request,
        ReasonForm(request.POST or None),
        verb=f"plan.end:{pk}",
        do=do,
        to=to,
        message="Plan ended.",
        refresh=("ledger",),
        template="billing/charge/dialog.html",
        context={"title": "End the plan", "submit_label": "End", "cancel_url": to, "patient": plan.patient},
    )
