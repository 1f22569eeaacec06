"""What billing shows on the pages of other apps."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.queries.balances import balance, copay_due, last_payments
from billing.queries.charges import capture
from billing.queries.days import collected
from billing.queries.queue import billing_queue, visits_without_charges
from billing.queries.visits import appointment_or_404, patient_or_404
from clinic import audit
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission

HOME_ROWS = 8


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.LEDGER_VIEW)
def patient_panel(request, pk):
    """Balance and last payments."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="balance")
    return render(request, "billing/panels/patient.html", {
        "patient": patient, "owed": balance(pk), "payments": last_payments(pk)})


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.LEDGER_VIEW)
def balance_chip(request, pk):
    """What is owed, beside the name."""
    return render(request, "billing/panels/chip.html", {"patient_pk": pk, "owed": balance(pk)})


@require_GET
@allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE, Permission.PAYMENT_TAKE)
def checkout_panel(request, pk):
    """Charges proposed and money due, at the end of a visit."""
    appointment = appointment_or_404(pk)
    audit.looked(request, appointment.patient_id, page="checkout")
    sees_charges = request.actor.can(Permission.CHARGE_PROPOSE) or request.actor.can(Permission.CHARGE_APPROVE)
    has_charges = sees_charges and appointment.encounter is not None
    return render(request, "billing/panels/checkout.html", {
        "appointment": appointment, "page": capture(appointment.encounter) if has_charges else None,
        "sees_charges": sees_charges, "due": copay_due(appointment), "owed": balance(appointment.patient_id)})


@require_GET
@allow(Permission.REPORT_VIEW)
def day_panel(request):
    """Collected against a usual day, and visits without charges, for the manager."""
    today = time.today(clinic_zone())
    return render(request, "billing/panels/day.html", {
        "collected": collected(today), "uncharged": visits_without_charges(until=today)})


@require_GET
@allow(Permission.BILLING_QUEUE)
def home_panel(request):
    """The biller's next things to do."""
    rows = billing_queue()
    audit.looked_many(request, [row.patient.pk for row in rows[:HOME_ROWS]], page="billing queue")
    return render(request, "billing/panels/home.html", {
        "rows": rows[:HOME_ROWS], "total": len(rows), "money": sum((row.money for row in rows), 0)})
