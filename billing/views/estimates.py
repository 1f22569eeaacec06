"""Good-faith estimates."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.forms.insurance import EstimateForm, HandOverForm
from billing.queries.eligibility import visit_or_404
from billing.queries.estimates import (
    estimate_or_404,
    estimates_of,
    expected_fees,
    overruns,
    owed_estimates,
)
from billing.rules.estimates import DISPUTE_DAYS
from clinic import audit
from clinic.core import time
from clinic.core.errors import ClinicError
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved


@require_GET
@allow(Permission.INSURANCE_WORK)
def owed(request):
    """Who is owed an estimate, by when; and whose bill has run over one."""
    rows, over = owed_estimates(), overruns()
    seen = [row.visit.patient_id for row in rows] + [row.estimate.patient_id for row in over]
    audit.looked_many(request, seen, "estimates")
    return render(
        request,
        "billing/insurance/estimates.html",
        {"rows": rows, "over": over, "today": time.today(clinic_zone()), "dispute_days": DISPUTE_DAYS},
    )


@allow(Permission.INSURANCE_WORK)
def make(request, pk):
    """The next version of a visit's estimate."""
    visit = visit_or_404(pk)
    audit.looked(request, visit.patient_id, page="estimates")
    earlier = estimates_of(visit)
    initial = {"diagnoses": ", ".join(earlier[0].diagnoses) if earlier else ""}
    for number, fee in enumerate(expected_fees(visit), 1):
        initial[f"service_{number}"] = fee
    form = EstimateForm(request.POST or None, initial=initial, day=visit.local_day)

    def do(values):
        made = services.make_estimate(
            by=request.actor,
            visit=visit,
            lines=form.lines(),
            trigger=values["trigger"],
            diagnoses=values["diagnoses"].split(","),
        )
        return str(made.pk)

    return form_act(
        request,
        form,
        verb=f"estimate.make:{pk}",
        do=do,
        to=lambda made: reverse("insurance:estimate", args=[made]),
        message="Estimate made. Print it and hand it over.",
        template="billing/insurance/form.html",
        context={
            "patient": visit.patient,
            "title": "Good-faith estimate",
            "lede": f"{visit.visit_type.name}. Prices are those of the day of the visit.",
            "submit_label": "Make the estimate",
            "cancel_url": reverse("insurance:estimates"),
        },
    )


@require_GET
@allow(Permission.INSURANCE_WORK)
def show(request, pk):
    """One version as the patient gets it."""
    row = estimate_or_404(pk)
    audit.looked(request, row.patient_id, page="estimates")
    return render(
        request,
        "billing/insurance/estimate.html",
        {"row": row, "patient": row.patient, "form": HandOverForm(), "dispute_days": DISPUTE_DAYS},
    )


@require_POST
@allow(Permission.INSURANCE_WORK)
def hand_over(request, pk):
    """Keeps that the patient got it."""
    row = estimate_or_404(pk)
    to = reverse("insurance:estimate", args=[pk])
    try:
        services.hand_over_estimate(by=request.actor, estimate=row, how=request.POST.get("how", ""))
    except ClinicError as error:
        return refused(request, error, to=to)
    return saved(request, "Handed over.", to=to)
