"""What waits for a second person, credits to give back, small balances, and the rules about money."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import DecideForm, MoneyPolicyForm
from billing.models import MoneyRequest
from billing.queries.money_policy import money_policy, policy_rows
from billing.queries.money_requests import (
    decided_requests,
    open_requests,
    patient_credits,
    payer_credits,
    request_or_404,
    small_balances,
)
from clinic import audit
from clinic.core import time
from clinic.core.errors import ClinicError
from clinic.core.money import dollars
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved

REFRESH = ("approvals",)


@require_GET
@allow(Permission.MONEY_APPROVE, Permission.CHARGE_APPROVE)
def approvals(request):
    """Write-offs and refunds that wait for somebody, credits that nobody has asked for, and balances too small to chase."""
    today = time.today(clinic_zone())
    policy = money_policy(today)
    context = {
        "waiting": open_requests(),
        "decided": decided_requests(),
        "credits": patient_credits(),
        "payer_credits": payer_credits(),
        "small": list(small_balances(policy, today)),
        "policy": policy,
        "today": today,
    }
    seen = [row.patient_id for name in ("waiting", "decided", "credits", "small") for row in context[name]]
    seen += [row["patient_id"] for row in context["payer_credits"]]
    audit.looked_many(request, list(dict.fromkeys(seen)), page="approvals")
    return render(request, "billing/money/approvals.html", context)


@allow(Permission.MONEY_APPROVE)
def decide(request, pk):
    """Approve or refuse a write-off or a refund."""
    row = request_or_404(pk)
    audit.looked(request, row.patient_id, page="approval")
    to = reverse("billing:approvals")

    def do(values):
        services.decide_request(
            by=request.actor,
            request=row,
            is_approved=values["decision"] == "approve",
            note=values["note"],
            reference=values.get("reference", ""),
        )

    asks_check = row.kind == MoneyRequest.Kind.REFUND and row.method == MoneyRequest.Method.CHECK
    return form_act(
        request,
        DecideForm(request.POST or None, asks_check=asks_check),
        verb=f"request.decide:{pk}",
        do=do,
        to=to,
        message="Decided.",
        refresh=REFRESH,
        template="billing/money/decide.html",
        context={"row": row, "patient": row.patient, "cancel_url": to},
    )


@require_POST
@allow(Permission.CHARGE_APPROVE)
def small_write_off(request):
    """Write off every balance that the rule calls small."""
    to = reverse("billing:approvals")
    try:
        count, total = services.write_off_small(by=request.actor)
    except ClinicError as error:
        return refused(request, str(error), to=to)
    words = f"{count} small balance{'' if count == 1 else 's'} written off, {dollars(total)} together."
    return saved(request, words, to=to, refresh=REFRESH)


@allow(Permission.MONEY_APPROVE)
def policy(request):
    """The rules about money: what holds, what held, and new ones from a day on."""
    today = time.today(clinic_zone())
    now = money_policy(today)
    names = MoneyPolicyForm.Meta.fields
    initial = {name: getattr(now, name) for name in names} | {"effective_from": today}
    to = reverse("billing:money-policy")

    def do(values):
        return str(services.set_money_policy(by=request.actor, **values).pk)

    return form_act(
        request,
        MoneyPolicyForm(request.POST or None, initial=initial),
        verb="money_policy.set",
        do=do,
        to=to,
        message="Rules kept.",
        template="billing/money/policy.html",
        context=lambda: {"rows": policy_rows(), "cancel_url": reverse("billing:approvals")},
    )
