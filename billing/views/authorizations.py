"""Prior authorizations and referrals."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms.insurance import AuthorizationForm, EndForm, coverage_choices
from billing.queries.authorizations import authorization_or_404, use_of
from billing.queries.visits import patient_or_404, visit_types
from billing.views.coverage import REFRESH
from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@allow(Permission.INSURANCE_WORK)
def add(request, pk):
    """Puts one on file."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="authorizations")
    to = reverse("records:patient", args=[pk])

    def do(values):
        services.add_authorization(by=request.actor, **values)

    form = AuthorizationForm(request.POST or None, coverages=coverage_choices(pk), visit_types=visit_types())
    return form_act(
        request,
        form,
        verb=f"authorization.add:{pk}",
        do=do,
        to=to,
        message="On file.",
        refresh=REFRESH,
        template="billing/insurance/form.html",
        context={
            "patient": patient,
            "title": "Add an authorization or referral",
            "submit_label": "Add",
            "cancel_url": to,
        },
    )


@require_GET
@allow(Permission.PATIENT_VIEW)
def detail(request, pk):
    """One authorization with the visits that count against it."""
    row = authorization_or_404(pk)
    audit.looked(request, row.patient_id, page="authorizations")
    return render(
        request,
        "billing/insurance/authorization.html",
        {"row": row, "use": use_of(row), "patient": row.patient},
    )


@allow(Permission.INSURANCE_WORK)
def end(request, pk):
    """Ends one before its time."""
    row = authorization_or_404(pk)
    audit.looked(request, row.patient_id, page="authorizations")
    to = reverse("insurance:authorization", args=[pk])

    def do(values):
        services.end_authorization(by=request.actor, authorization=row, **values)

    return form_act(
        request,
        EndForm(request.POST or None),
        verb=f"authorization.end:{pk}",
        do=do,
        to=to,
        message="Ended.",
        refresh=REFRESH,
        template="billing/insurance/form.html",
        context={
            "patient": row.patient,
            "title": f"End {row.number}",
            "submit_label": "End it",
            "tone": "danger",
            "cancel_url": to,
        },
    )
