"""Missed visits: whom to call, which letters to post, what the provider decides."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from scheduling.forms.outreach import DecideForm
from scheduling.models import MissedVisit
from scheduling.queries.missed import VIEWS, missed_line, missed_visits
from scheduling.queries.outreach import outreach_settings
from scheduling.services import missed as services
from scheduling.views._common import here

REFRESH = ("missed", "inbox")


@allow(P.SCHEDULE_VIEW)
@require_GET
def missed_list(request: HttpRequest) -> HttpResponse:
    """No-shows, late cancellations and patients who left, by what has to follow."""
    location, places = here(request)
    view = request.GET.get("view", "calls")
    view = view if view in VIEWS else "calls"
    page = page_of(request, missed_visits(location, view))
    page.rows[:] = [missed_line(row) for row in page.rows]
    audit.looked_many(request, [line.patient_id for line in page], "missed visits")
    base = reverse("scheduling:missed")
    context = {
        "page": page,
        "view": view,
        "views": [(key, words, f"{base}?view={key}&location={location.pk}") for key, words in VIEWS.items()],
        "location": location,
        "places": places,
        "may_book": request.actor.can(P.APPOINTMENT_BOOK),
        "may_decide": request.actor.can(P.NOTE_SIGN),
        "may_open": request.actor.can(P.DOCUMENT_VIEW),
        "months": outreach_settings().count_months,
    }
    return render(request, "scheduling/missed/list.html", context)


def _missed(pk: UUID) -> MissedVisit:
    rows = MissedVisit.objects.select_related("patient", "appointment__location", "appointment__visit_type")
    return get_object_or_404(rows, pk=pk)


@allow(P.NOTE_SIGN)
def missed_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The provider decides how to go on."""
    row = _missed(pk)
    audit.looked(request, row.patient_id, "missed visits")
    return form_act(
        request,
        DecideForm(request.POST or None),
        verb=f"missed.decide:{pk}",
        do=lambda values: str(services.decide_missed(by=request.actor, missed=row, **values).pk),
        to="scheduling:missed",
        message="Decided.",
        refresh=REFRESH,
        context={
            "title": f"After {row.number} missed visits",
            "intro": f"{row.patient.name}: how does the clinic go on?",
            "submit_label": "Decide",
            "cancel_url": reverse("scheduling:missed"),
        },
    )
