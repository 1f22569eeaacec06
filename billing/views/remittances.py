"""What payers paid: files taken in, payments reviewed, deposits matched."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import DepositForm, PostHeldForm, ReasonForm, RemittanceFileForm
from billing.queries.remittances import decision_or_404, decisions_of, remittance_or_404, remittances
from billing.rules.remittances import reason_words, shares_of
from billing.services.remitting import LARGEST
from clinic import audit
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@require_GET
@allow(Permission.CHARGE_APPROVE)
def remittance_list(request):
    """Every payment of a payer, what waits for somebody first."""
    return render(request, "billing/remittance/list.html", {"rows": remittances()})


@allow(Permission.CHARGE_APPROVE)
def remittance_add(request):
    """Take a file in: what balances is posted, the same file twice changes nothing."""
    said = {}

    def do(values):
        upload = values["file"]
        # One byte more than is taken tells that it is too large, without all of it in memory.
        data = upload.read(LARGEST + 1)
        taken = services.take_remittances(by=request.actor, name=upload.name, data=data)
        said["words"] = _words(taken)
        return str(taken.remittances[0].pk)

    to = reverse("billing:remittances")
    return form_act(
        request,
        RemittanceFileForm(request.POST or None, request.FILES or None),
        verb="remittance.add",
        do=do,
        to=to,
        message=lambda _: said.get("words", "This file was taken already."),
        context={"title": "Take a remittance in", "submit_label": "Take it in", "cancel_url": to},
    )


def _words(taken) -> str:
    if not taken.new:
        return "This file was taken already. Nothing was posted again."
    held = sum(row.state == "review" for row in taken.remittances)
    return f"{taken.new} payment{'' if taken.new == 1 else 's'} taken in, {held} to review."


@require_GET
@allow(Permission.CHARGE_APPROVE)
def remittance(request, pk):
    """One payment with its claims, what is held first."""
    row = remittance_or_404(pk)
    decisions = decisions_of(row)
    audit.looked_many(
        request, list({one.claim.patient_id: 1 for one in decisions if one.claim}), page="remittance"
    )
    return render(
        request,
        "billing/remittance/detail.html",
        {"row": row, "decisions": [(one, _reasons(one)) for one in decisions]},
    )


def _reasons(one) -> list[str]:
    """Why not all was paid, in words."""
    shares = shares_of(one.detail)
    return list(dict.fromkeys(f"{share.group} {reason_words(share.reason)}" for share in shares))


@allow(Permission.CHARGE_APPROVE)
def post_held(request, pk):
    """Post a held decision to the right claim."""
    one = decision_or_404(pk)
    to = reverse("billing:remittance", args=[one.remittance_id])

    def do(values):
        services.post_held(by=request.actor, decision=one, **values)

    return form_act(
        request,
        PostHeldForm(request.POST or None, initial={"account": one.account}),
        verb=f"decision.post:{pk}",
        do=do,
        to=to,
        message="Posted.",
        context={"title": "Post to a claim", "submit_label": "Post", "cancel_url": to, "intro": one.why},
    )


@allow(Permission.CHARGE_APPROVE)
def set_aside(request, pk):
    """Leave a held decision out of the books."""
    one = decision_or_404(pk)
    to = reverse("billing:remittance", args=[one.remittance_id])

    def do(values):
        services.set_aside(by=request.actor, decision=one, **values)

    return form_act(
        request,
        ReasonForm(request.POST or None),
        verb=f"decision.aside:{pk}",
        do=do,
        to=to,
        message="Set aside.",
        context={"title": "Set aside", "submit_label": "Set aside", "cancel_url": to, "intro": one.why},
    )


@allow(Permission.CHARGE_APPROVE)
def deposit_match(request, pk):
    """Say that a payment is in the bank."""
    row = remittance_or_404(pk)
    to = reverse("billing:remittance", args=[pk])

    def do(values):
        services.match_deposit(by=request.actor, remittance=row, **values)

    return form_act(
        request,
        DepositForm(
            request.POST or None,
            initial={"amount": row.payment, "deposited_on": time.today(clinic_zone())},
        ),
        verb=f"deposit.match:{pk}",
        do=do,
        to=to,
        message="Matched.",
        context={"title": "In the bank", "submit_label": "Match", "cancel_url": to},
    )
