"""Holds, and the collections list."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms import CollectionDecisionForm, HoldForm, PlaceForm, ReasonForm, ReturnForm
from billing.queries import collections as queries
from billing.queries.money_policy import money_policy
from billing.queries.statements import hold_or_404
from billing.queries.visits import patient_or_404
from clinic import audit
from clinic.core import time
from clinic.core.errors import ClinicError
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved

REFRESH = ("collections", "statements", "ledger")


@require_GET
@allow(Permission.LEDGER_VIEW)
def board(request):
    """Who could be proposed, what waits for a decision, and what is with an agency."""
    today = time.today(clinic_zone())
    candidates, cases = queries.collection_candidates(today), queries.collection_cases(today)
    ended = queries.ended_cases()
    seen = [row.patient.pk for row in candidates] + [row.patient_id for row in (*cases, *ended)]
    audit.looked_many(request, list(dict.fromkeys(seen)), page="collections")
    return render(
        request,
        "billing/statement/collections.html",
        {"candidates": candidates, "cases": cases, "ended": ended, "policy": money_policy(today)},
    )


@require_POST
@allow(Permission.CHARGE_APPROVE)
def propose(request, pk):
    """Propose a patient for collections."""
    to = reverse("billing:collections")
    try:
        services.propose_collection(by=request.actor, patient=patient_or_404(pk))
    except ClinicError as error:
        return refused(request, error, to=to)
    return saved(request, "Proposed. Somebody else decides.", to=to, refresh=REFRESH)


@allow(Permission.MONEY_APPROVE)
def decide(request, pk):
    """Approve a case, or refuse it."""

    def do(values, case):
        services.decide_collection(
            by=request.actor, case=case, is_approved=values["decision"] == "approve", note=values["note"]
        )

    form = CollectionDecisionForm(request.POST or None)
    return _act(request, pk, form, do, verb="decide", title="Collections", label="Decide", message="Decided.")


@allow(Permission.CHARGE_APPROVE)
def place(request, pk):
    """Note that an approved case was handed to an agency."""

    def do(values, case):
        services.place_collection(by=request.actor, case=case, **values)

    form = PlaceForm(request.POST or None, initial={"placed_on": time.today(clinic_zone())})
    return _act(
        request,
        pk,
        form,
        do,
        verb="place",
        title="Hand to an agency",
        label="Placed",
        message="Noted as placed.",
    )


@allow(Permission.CHARGE_APPROVE)
def give_back(request, pk):
    """Note that a case came back."""

    def do(values, case):
        services.return_collection(by=request.actor, case=case, **values)

    form = ReturnForm(request.POST or None, initial={"returned_on": time.today(clinic_zone())})
    return _act(
        request, pk, form, do, verb="return", title="Back from the agency", label="Returned", message="Noted."
    )


def _act(request, pk, form, do, *, verb, title, label, message):
    case, to = queries.case_or_404(pk), reverse("billing:collections")
    return form_act(
        request,
        form,
        verb=f"collection.{verb}:{pk}",
        do=lambda values: do(values, case),
        to=to,
        message=message,
        refresh=REFRESH,
        template="billing/charge/dialog.html",
        context={"title": title, "submit_label": label, "cancel_url": to, "patient": case.patient},
    )


@allow(Permission.CHARGE_APPROVE)
def hold(request, pk):
    """Keep a patient out of statements and collections."""
    patient = patient_or_404(pk)

    def do(values):
        return str(services.place_hold(by=request.actor, patient=patient, **values).pk)

    form = HoldForm(request.POST or None, initial={"starts_on": time.today(clinic_zone())})
    return _hold_act(
        request, patient, form, do, verb="hold.place", title="Hold", label="Hold", message="On hold."
    )


@allow(Permission.CHARGE_APPROVE)
def hold_lift(request, pk):
    """End a hold before its day."""
    row = hold_or_404(pk)

    def do(values):
        services.lift_hold(by=request.actor, hold=row, **values)

    form = ReasonForm(request.POST or None)
    return _hold_act(
        request, row.patient, form, do,
        verb=f"hold.lift:{pk}", title="Lift the hold", label="Lift", message="Hold lifted.",
    )  # fmt: skip


def _hold_act(request, patient, form, do, *, verb, title, label, message):
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
        context={"title": title, "submit_label": label, "cancel_url": to, "patient": patient},
    )
