"""What billing shows on the pages of other apps."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.queries.balances import balance, last_payments
from billing.queries.charges import capture
from billing.queries.days import collected
from billing.queries.queue import billing_queue, uncharged_encounters
from billing.queries.visits import appointment_or_404, patient_or_404
from clinic import audit
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.responses import is_htmx, refused

HOME_ROWS = 8


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.LEDGER_VIEW)
def patient_panel(request, pk):
    """Balance and last payments."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="balance")
    return render(
        request,
        "billing/panels/patient.html",
        {"patient": patient, "owed": balance(pk), "payments": last_payments(pk)},
    )


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.LEDGER_VIEW)
def balance_chip(request, pk):
    """What is owed, beside the name."""
    return render(request, "billing/panels/chip.html", {"patient_pk": pk, "owed": balance(pk)})


@require_GET
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE, Permission.PAYMENT_TAKE)
def checkout_panel(request, pk):
    """Charges proposed and money due, at the end of a visit."""
    return _checkout(request, appointment_or_404(pk))


@require_POST
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
def checkout_propose(request, pk):
    """Propose what the visit shows, from the checkout page."""
    appointment = appointment_or_404(pk)
    if appointment.encounter is None:
        return refused(request, "The patient has not been checked in yet.", to=_checkout_url(pk))
    services.propose_visit_charges(by=request.actor, encounter=appointment.encounter)
    return _checkout(request, appointment) if is_htmx(request) else redirect(_checkout_url(pk))


def _checkout_url(pk) -> str:
    return reverse("billing:checkout-panel", args=[pk])


def _checkout(request, appointment):
    audit.looked(request, appointment.patient_id, page="checkout")
    sees_charges = request.actor.can(Permission.CHARGE_PROPOSE) or request.actor.can(
        Permission.CHARGE_APPROVE
    )
    has_charges = sees_charges and appointment.encounter is not None
    return render(
        request,
        "billing/panels/checkout.html",
        {
            "appointment": appointment,
            "page": capture(appointment.encounter) if has_charges else None,
            "sees_charges": sees_charges,
        },
    )


@require_GET
@allow(Permission.REPORT_VIEW)
def day_panel(request):
    """Collected against a usual day, and visits without charges, for the manager."""
    today = time.today(clinic_zone())
    return render(
        request,
        "billing/panels/day.html",
        {"collected": collected(today), "uncharged": uncharged_encounters(None, today).count()},
    )


@require_GET
@allow(Permission.BILLING_QUEUE)
def home_panel(request):
    """The biller's next things to do."""
    work = billing_queue(shown=HOME_ROWS)
    audit.looked_many(request, work.patient_ids, page="billing queue")
    return render(request, "billing/panels/home.html", {"work": work, "piles": work.named_piles})
