"""Rooming: the exam-room PC. The checklist of this visit, the work, and what was found last time."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.core.errors import ClinicError
from clinic.desk.queries.rooming import rooming_page
from clinic.desk.queries.visit import get_visit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import fragment, is_htmx, refused, saved
from records.services.encounters import confirm_identity


@allow(P.VITALS_RECORD, P.CHART_EDIT)
def rooming(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rooming page of one visit; htmx gets the checklist alone."""
    page = rooming_page(pk)
    audit.looked(request, page.patient, "rooming")
    if is_htmx(request):
        return fragment(request, "desk/rooming.html#checklist", {"page": page, "patient": page.patient})
    return render(request, "desk/rooming.html", {"page": page, "patient": page.patient})


@require_POST
@allow(P.VITALS_RECORD, P.CHART_EDIT)
def rooming_identity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two identifiers re-confirmed in the room."""
    visit = get_visit(pk)
    try:
        confirm_identity(
            by=request.actor,
            patient=visit.patient,
            encounter=visit.encounter,
            moment="rooming",
            identifiers=tuple(request.POST.getlist("identifiers")),
        )
    except ClinicError as error:
        return refused(request, error, to=reverse("desk:rooming", args=[pk]))
    return saved(request, "Identity confirmed.", to=reverse("desk:rooming", args=[pk]), refresh=("rooming",))
