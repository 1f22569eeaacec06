"""Check-in: one page, each block green when done, under a minute when nothing changed."""

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
from clinic.desk.queries.visit import check_in_page, get_visit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import fragment, is_htmx, refused, saved

PAGE = "desk/check_in.html"


@allow(P.CHECK_IN)
def check_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page; the same address gives its body to htmx after a block was done elsewhere."""
    page = check_in_page(pk)
    audit.looked(request, page.patient, "check-in")
    template = "desk/check_in.html#body" if is_htmx(request) else PAGE
    return render(request, template, {"page": page, "patient": page.patient})


@require_POST
@allow(P.CHECK_IN)
def check_in_block(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One block's button."""
    visit = get_visit(pk)
    data = request.POST
    try:
        workflows.record_block(
            by=request.actor,
            appointment=visit,
            block=data.get("block", ""),
            outcome=data.get("outcome", ""),
            note=data.get("note", ""),
            identifiers=tuple(data.getlist("identifiers")),
        )
    except ClinicError as error:
        return refused(request, error, to=_page(pk))
    if not is_htmx(request):
        return redirect(_page(pk))
    page = check_in_page(pk)
    return fragment(request, "desk/check_in.html#body", {"page": page, "patient": page.patient})


@require_POST
@allow(P.CHECK_IN)
def check_in_arrive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """“Arrived”: works with blocks still open."""
    visit = get_visit(pk)

    def act() -> None:
        workflows.check_in(by=request.actor, appointment=visit)

    try:
        once(by=request.actor, verb="check_in", form_key=request.POST.get("form_key", ""), do=act)
    except ClinicError as error:
        return refused(request, error, to=_page(pk))
    return saved(request, f"{visit.patient.name} has arrived.", to="scheduling:day")


def _page(pk: UUID) -> str:
    return reverse("desk:check-in", args=[pk])
