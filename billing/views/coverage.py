"""Coverage with what payers said of it: on the patient's page, at check-in, and by itself with its history."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing import services
from billing.clearinghouse import is_set_up
from billing.forms.insurance import RecordCheckForm
from billing.queries import eligibility as queries
from billing.queries.authorizations import uses, visit_warnings
from billing.queries.cost_sheet import cost_sheet
from billing.queries.visits import patient_or_404
from billing.rules.card import summary
from billing.services.checks import told_card
from clinic import audit
from clinic.core import time
from clinic.core.errors import ClinicError
from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.responses import is_poll, refused, saved
from records.services import update_coverage

REFRESH = ("coverage", "insurance", "check-in", "insurance-work")
TOLD = (
    "plan",
    "copay_office",
    "copay_specialist",
    "copay_urgent",
    "deductible",
    "deductible_left",
    "out_of_pocket_left",
    "coinsurance",
    "needs_authorization",
    "other_payer",
)


@require_GET
@allow(Permission.PATIENT_VIEW)
def patient_panel(request, pk):
    """The patient's coverages, each with its card, and what authorizations are left."""
    patient = patient_or_404(pk)
    audit.looked(request, patient, page="coverage")
    found = queries.checked_coverages(pk, time.today(clinic_zone()))
    return render(
        request,
        "billing/insurance/_patient.html",
        {
            "patient": patient,
            "coverages": found,
            "asking": any(one.request for one in found),
            "uses": uses(pk),
            "is_set_up": is_set_up(),
        },
    )


@require_GET
@allow(Permission.PATIENT_VIEW)
def visit_panel(request, pk):
    """The same for one visit, with what its authorizations warn of."""
    visit = queries.visit_or_404(pk)
    audit.looked(request, visit.patient_id, page="coverage")
    found = queries.checked_coverages(visit.patient_id, visit.local_day)
    return render(
        request,
        "billing/insurance/_visit.html",
        {
            "visit": visit,
            "coverages": found,
            "asking": any(one.request for one in found),
            "warnings": visit_warnings(visit),
            "is_set_up": is_set_up(),
        },
    )


@require_GET
@allow(Permission.PATIENT_VIEW)
def detail(request, pk):
    """One coverage: its card, who checked it when, and every earlier check."""
    row = queries.coverage_or_404(pk)
    audit.looked(request, row.patient_id, page="coverage")
    shown = {"coverage": row, "one": queries.with_checks([row])[0], "is_set_up": is_set_up()}
    if is_poll(request):
        return render(request, "billing/insurance/_live.html", shown)
    shown |= {"patient": row.patient, "history": queries.history(pk)}
    return render(request, "billing/insurance/coverage.html", shown)


@require_POST
@allow(Permission.INSURANCE_WORK)
def check_now(request, pk):
    """Asks the payer now; the page goes on, the answer comes into it."""
    row = queries.coverage_or_404(pk)
    today = time.today(clinic_zone())
    to = reverse("insurance:coverage", args=[pk])
    day = queries.next_visit_day(row.patient_id, today) or today
    try:
        services.request_check(by=request.actor, coverage=row, service_on=day)
    except ClinicError as error:
        return refused(request, error, to=to)
    return saved(request, f"{row.payer.name} is being asked.", to=to, refresh=REFRESH)


@allow(Permission.INSURANCE_WORK)
def record(request, pk):
    """What was heard by phone, read on the payer's website, or seen on the card."""
    row = queries.coverage_or_404(pk)
    audit.looked(request, row.patient_id, page="coverage")
    today = time.today(clinic_zone())
    to = reverse("insurance:coverage", args=[pk])

    def do(values):
        told = {name: values.pop(name) for name in TOLD}
        services.record_check(by=request.actor, coverage=row, card=told_card(**told), **values)

    initial = {
        "service_on": queries.next_visit_day(row.patient_id, today) or today,
        "plan": row.plan_name,
        "copay_office": row.copay_office,
    }
    return form_act(
        request,
        RecordCheckForm(request.POST or None, initial=initial),
        verb=f"coverage.check:{pk}",
        do=do,
        to=to,
        message="Check recorded.",
        refresh=REFRESH,
        template="billing/insurance/form.html",
        context={
            "patient": row.patient,
            "title": f"Record a check with {row.payer.name}",
            "submit_label": "Record",
            "cancel_url": to,
            "lede": f"Payer’s phone: {display(row.payer.phone)}" if row.payer.phone else "",
        },
    )


@require_POST
@allow(Permission.COVERAGE_EDIT)
def use_copay(request, pk):
    """Takes the office copay that the payer named over into the coverage."""
    row = queries.coverage_or_404(pk)
    to = reverse("insurance:coverage", args=[pk])
    one = queries.with_checks([row])[0]
    try:
        if one.said_copay is not None:
            update_coverage(
                by=request.actor, coverage_id=pk, version=row.version, copay_office=one.said_copay
            )
    except ClinicError as error:
        return refused(request, error, to=to, refresh=REFRESH)
    return saved(request, "Copay taken over.", to=to, refresh=(*REFRESH, "money"))


@require_GET
@allow(Permission.PATIENT_VIEW)
def check(request, pk):
    """One answer with every benefit that it names."""
    row = queries.check_or_404(pk)
    audit.looked(request, row.patient_id, page="coverage check")
    return render(
        request,
        "billing/insurance/check.html",
        {
            "check": row,
            "card": summary(row.card),
            "patient": row.patient,
            "benefits": row.card.get("benefits") or [],
        },
    )


@require_GET
@allow(Permission.PAYER_FILE_VIEW)
def raw(request, pk):
    """Question and answer as they went over the wire."""
    row = queries.check_or_404(pk)
    audit.looked(request, row.patient_id, page="payer file")
    return render(request, "billing/insurance/raw.html", {"check": row, "patient": row.patient})


@require_GET
@allow(Permission.PATIENT_VIEW)
def sheet(request, pk) -> HttpResponse:
    """What the visit will cost the patient, in plain words, to print."""
    visit = queries.visit_or_404(pk)
    audit.looked(request, visit.patient_id, page="cost sheet")
    return render(
        request,
        "billing/insurance/sheet.html",
        {"visit": visit, "patient": visit.patient, "sheet": cost_sheet(visit)},
    )
