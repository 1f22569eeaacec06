"""A patient's ledger, and what changes it without money moving."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import AdjustForm, ReasonForm, RefundForm, TransferForm
from billing.models import MoneyRequest
from billing.queries.balances import balance, entry_or_404
from billing.queries.collections import open_case_of
from billing.queries.patient_ledger import patient_ledger, payers_of, visit_balances, visit_words
from billing.queries.plans import plan_of
from billing.queries.statements import hold_of, statements_of
from billing.queries.visits import patient_or_404
from clinic import audit
from clinic.core.money import dollars
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import saved

REFRESH = ("ledger", "balance", "money")
ASKED = "asked"


@require_GET
@allow(Permission.LEDGER_VIEW)
def ledger(request, pk):
    """Every entry of a patient with the running balance, and what is open on each visit."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="ledger")
    lines = patient_ledger(pk)
    visits = visit_balances(pk)
    return render(
        request,
        "billing/ledger/detail.html",
        {
            "patient": patient,
            "lines": lines,
            "visits": visits,
            "plan": plan_of(pk),
            "hold": hold_of(pk),
            "statements": statements_of(pk),
            "case": open_case_of(pk),
            "owed": lines[0].after if lines else 0,
            "insured": lines[0].insured_after if lines else 0,
            "shows_insured": any(line.insured for line in lines),
            "can_apply": any(v.patient < 0 for v in visits)
            and any(v.patient > 0 for v in visits if v.encounter),
            "has_credit": any(amount < 0 for v in visits for amount in (v.patient, *v.payers.values())),
        },
    )


@allow(Permission.CHARGE_APPROVE)
def adjust(request, pk):
    """Write something off a balance, or put it on, with a reason; above one's limit it is asked for."""
    patient = patient_or_404(pk)
    payers = payers_of(pk)

    def do(values):
        payer = _party(payers, values["owed_by"])
        if values["direction"] == "more":
            services.adjust_balance(
                by=request.actor,
                patient=patient,
                amount=values["amount"],
                reason=values["reason"],
                is_increase=True,
                payer=payer,
            )
            return None
        made = services.write_off(
            by=request.actor,
            patient=patient,
            amount=values["amount"],
            reason=values["category"],
            note=values["reason"],
            payer=payer,
        )
        return ASKED if isinstance(made, MoneyRequest) else None

    return _act(
        request,
        patient,
        AdjustForm(request.POST or None, payers=payers),
        do,
        verb="balance.adjust",
        title="Adjust the balance",
        label="Post",
        message=lambda result: (
            "That is above your limit: somebody else is asked to approve it."
            if result == ASKED
            else "Balance adjusted."
        ),
    )


@allow(Permission.CHARGE_APPROVE)
def adjustment_reverse(request, pk, entry):
    """Take an adjustment or a transfer back."""
    patient = patient_or_404(pk)
    row = entry_or_404(entry, pk)

    def do(values):
        services.reverse_adjustment(by=request.actor, entry=row, **values)

    return _act(
        request,
        patient,
        ReasonForm(request.POST or None),
        do,
        verb=f"adjustment.reverse:{entry}",
        title="Take it back",
        label="Take back",
        message="Taken back.",
        tone="danger",
    )


@allow(Permission.CHARGE_APPROVE)
def transfer(request, pk):
    """Say who owes a part of a visit from now on."""
    patient = patient_or_404(pk)
    payers = payers_of(pk)
    visits = {str(v.encounter.pk): v for v in visit_balances(pk) if v.encounter}

    def do(values):
        services.transfer_balance(
            by=request.actor,
            patient=patient,
            encounter=visits[values["encounter"]].encounter,
            amount=values["amount"],
            owed_by_payer=_party(payers, values["owed_by"]),
            to_payer=_party(payers, values["to"]),
            reason=values["reason"],
        )

    words = [(key, visit_words(visit)) for key, visit in visits.items()]
    return _act(
        request,
        patient,
        TransferForm(request.POST or None, visits=words, payers=payers),
        do,
        verb="balance.transfer",
        title="Who owes it",
        label="Transfer",
        message="Transferred.",
    )


@allow(Permission.CHARGE_APPROVE)
def refund(request, pk):
    """Ask that money be given back."""
    patient = patient_or_404(pk)
    payers = payers_of(pk)

    def do(values):
        payer = _party(payers, values.pop("credit_of"))
        return str(services.ask_refund(by=request.actor, patient=patient, payer=payer, **values).pk)

    owed = balance(pk)
    return _act(
        request,
        patient,
        RefundForm(request.POST or None, payers=payers, initial={"amount": -owed if owed < 0 else None}),
        do,
        verb="refund.ask",
        title="Give money back",
        label="Ask for approval",
        message="Asked. Somebody else approves it.",
    )


@require_POST
@allow(Permission.CHARGE_APPROVE)
def credit_apply(request, pk):
    """Apply credits to the oldest open visits."""
    patient = patient_or_404(pk)
    total = services.apply_credit(by=request.actor, patient=patient)
    words = f"{dollars(total)} applied, the oldest visit first." if total else "There was nothing to apply."
    return saved(request, words, to=reverse("billing:ledger", args=[pk]), refresh=REFRESH)


def _party(payers, key: str):
    """The payer of that key, or None for the patient."""
    if not key:
        return None
    found = next((payer for payer in payers if str(payer.pk) == key), None)
    if found is None:
        raise Http404
    return found


def _act(request, patient, form, do, *, verb, title, label, message, tone=""):
    audit.looked(request, patient, page="ledger")
    to = reverse("billing:ledger", args=[patient.pk])
    return form_act(
        request,
        form,
        verb=verb,
        do=do,
        to=to,
        message=message,
        refresh=REFRESH,
        template="billing/charge/dialog.html",
        context=lambda: {
            "title": title,
            "submit_label": label,
            "cancel_url": to,
            "patient": patient,
            "owed": balance(patient.pk),
            "tone": tone,
        },
    )
