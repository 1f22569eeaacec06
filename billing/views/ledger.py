"""A patient's ledger."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import AdjustForm, ReasonForm
from billing.queries.balances import balance, entry_or_404, patient_ledger
from billing.queries.visits import patient_or_404
from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act

REFRESH = ("ledger", "balance", "money")


@require_GET
@allow(Permission.LEDGER_VIEW)
def ledger(request, pk):
    """Every entry of a patient with the running balance."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="ledger")
    lines = patient_ledger(pk)
    return render(
        request,
        "billing/ledger/detail.html",
        {"patient": patient, "lines": lines, "owed": lines[0].after if lines else 0},
    )


@allow(Permission.CHARGE_APPROVE)
def adjust(request, pk):
    """Take something off a balance, or put it on, with a reason."""
    patient = patient_or_404(pk)
    to = reverse("billing:ledger", args=[pk])

    def do(values):
        is_increase = values.pop("direction") == "more"
        services.adjust_balance(by=request.actor, patient=patient, is_increase=is_increase, **values)

    return form_act(
        request,
        AdjustForm(request.POST or None),
        verb="balance.adjust",
        do=do,
        to=to,
        message="Balance adjusted.",
        refresh=REFRESH,
        template="billing/charge/dialog.html",
        context={
            "title": "Adjust the balance",
            "submit_label": "Post",
            "cancel_url": to,
            "patient": patient,
            "owed": balance(pk),
        },
    )


@allow(Permission.CHARGE_APPROVE)
def adjustment_reverse(request, pk, entry):
    """Take an adjustment back."""
    patient = patient_or_404(pk)
    row = entry_or_404(entry, pk)
    to = reverse("billing:ledger", args=[pk])

    def do(values):
        services.reverse_adjustment(by=request.actor, entry=row, **values)

    return form_act(
        request,
        ReasonForm(request.POST or None),
        verb=f"adjustment.reverse:{entry}",
        do=do,
        to=to,
        message="Adjustment taken back.",
        refresh=REFRESH,
        template="billing/charge/dialog.html",
        context={
            "title": "Take an adjustment back",
            "submit_label": "Take back",
            "cancel_url": to,
            "patient": patient,
            "tone": "danger",
        },
    )
