"""Check-out: what was done, what is owed, what comes next; under 40 seconds when nothing is missing."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.core.errors import ClinicError
from clinic.core.submissions import once
from clinic.desk import workflows
from clinic.desk.queries.check_out import check_out_page, visit_summary
from clinic.desk.queries.visit import get_visit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import fragment, is_htmx, refused, saved
from scheduling.models import Appointment


@allow(P.CHECK_IN, P.CHARGE_PROPOSE)
def check_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The check-out page of one visit."""
    page = check_out_page(pk)
    audit.looked(request, page.patient, "check-out")
    template = "desk/check_out.html#body" if is_htmx(request) else "desk/check_out.html"
    return render(request, template, {"page": page, "patient": page.patient})


@require_POST
@allow(P.CHECK_IN, P.CHARGE_PROPOSE)
def check_out_block(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Marks the summary as given, or the follow-up as settled."""
    visit = get_visit(pk)
    try:
        workflows.record_block(
            by=request.actor,
            appointment=visit,
            block=request.POST.get("block", ""),
            outcome=request.POST.get("outcome", ""),
            note=request.POST.get("note", ""),
        )
    except ClinicError as error:
        return refused(request, error, to=_page(pk))
    if not is_htmx(request):
        return redirect(_page(pk))
    page = check_out_page(pk)
    return fragment(request, "desk/check_out.html#body", {"page": page, "patient": page.patient})


@require_POST
@allow(P.CHECK_IN)
def check_out_leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The patient leaves."""
    left: list[Appointment] = []

    def act() -> None:
        left.append(workflows.check_out(by=request.actor, appointment_id=pk))

    try:
        once(by=request.actor, verb="check_out", form_key=request.POST.get("form_key", ""), do=act)
    except ClinicError as error:
        return refused(request, error, to=_page(pk))
    visit = left[0] if left else get_visit(pk)
    return saved(request, f"{visit.patient.name} has left.", to="desk:flow")


@allow(P.CHART_VIEW, P.CHECK_IN)
def summary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The after-visit summary, made for paper."""
    page = visit_summary(pk)
    audit.looked(request, page.patient, "after-visit summary")
    return render(request, "desk/visit_summary.html", {"page": page, "patient": page.patient})


def _page(pk: UUID) -> str:
    return reverse("desk:check-out", args=[pk])
