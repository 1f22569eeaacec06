"""Taking a payment, its receipt, taking it back."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import PaymentForm, ReasonForm
from billing.queries.balances import balance, copay_due, last_drawer_of, payment_or_404
from billing.queries.visits import appointment_or_404, patient_or_404
from clinic import audit
from clinic.core.errors import ClinicError, to_form
from clinic.core.submissions import once
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import fragment, invalid, is_htmx

REFRESH = ("money", "balance", "check-in", "check-out")


@allow(Permission.PAYMENT_TAKE)
def take(request, pk):
    """Take money: the copay of a visit when one is named, else towards the balance."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="payment")
    named = request.GET.get("appointment", "")
    appointment = appointment_or_404(named, patient=patient) if named else None
    due = copay_due(appointment) if appointment else None
    owed = balance(patient.pk)
    amount = due or (owed if owed > 0 else None)
    form = PaymentForm(
        request.POST or None,
        initial={
            "amount": amount,
            "purpose": "copay" if due or (appointment and not owed > 0) else "balance",
            "drawer": last_drawer_of(request.actor.member_id),
        },
    )
    context = {"form": form, "patient": patient, "appointment": appointment, "due": due, "owed": owed}
    if request.method != "POST":
        return render(request, "billing/payment/take.html", context)
    if not form.is_valid():
        return invalid(request, "billing/payment/take.html", context)
    values = {name: value for name, value in form.cleaned_data.items() if name != "form_key"}

    def do():
        return str(
            services.take_payment(by=request.actor, patient=patient, appointment=appointment, **values).pk
        )

    try:
        paid, _ = once(by=request.actor, verb="payment.take", form_key=form.cleaned_data["form_key"], do=do)
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, "billing/payment/take.html", context, status=error.status)
    if not is_htmx(request):
        return redirect("billing:receipt", paid)
    return fragment(
        request,
        "billing/payment/done.html",
        {"payment": payment_or_404(paid), "patient": patient, "owed": balance(patient.pk)},
        refresh=REFRESH,
    )


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.LEDGER_VIEW)
def receipt(request, pk):
    """The receipt, to print."""
    payment = payment_or_404(pk)
    audit.looked(request, payment.patient_id, page="receipt")
    return render(
        request, "billing/payment/receipt.html", {"payment": payment, "owed": balance(payment.patient_id)}
    )


@allow(Permission.DRAWER_MANAGE)
def reverse_payment(request, pk):
    """Take a payment back, with a reason."""
    payment = payment_or_404(pk)
    audit.looked(request, payment.patient_id, page="payment")
    to = reverse("billing:ledger", args=[payment.patient_id])

    def do(values):
        services.reverse_payment(by=request.actor, payment=payment, **values)

    return form_act(
        request,
        ReasonForm(request.POST or None),
        verb=f"payment.reverse:{pk}",
        do=do,
        to=to,
        message="Payment reversed.",
        refresh=(*REFRESH, "ledger"),
        template="billing/payment/reverse.html",
        context={
            "title": "Reverse a payment",
            "submit_label": "Reverse",
            "cancel_url": to,
            "payment": payment,
            "patient": payment.patient,
            "tone": "danger",
        },
    )
