"""The queue of patients who are here and wait to be seen, and their triage."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from clinic import audit
from clinic.inbox.queries.calls import script_in_force
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.responses import board
from scheduling.forms.outreach import TriageForm
from scheduling.queries.triage import triage_queue
from scheduling.services.triage import assess_triage
from scheduling.views._common import here, visit_or_404

REFRESH = ("queue", "flow", "inbox")


@allow(P.FLOW_VIEW)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Red flags first, then the level, then who came first. The same address gives the list to its polling."""
    location, places = here(request)
    shown = triage_queue(location)
    context = {
        "shown": shown,
        "location": location,
        "places": places,
        "may_assess": request.actor.can(P.VITALS_RECORD),
        "may_check_in": request.actor.can(P.CHECK_IN),
    }
    answer = board(request, "scheduling/queue/page.html", context, shown.version)
    if answer.status_code == 200:  # an unchanged board shows nobody anew
        audit.looked_many(request, shown.patient_ids(), "triage queue")
    return answer


@allow(P.VITALS_RECORD)
def triage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sets how urgent a waiting patient is."""
    visit = visit_or_404(pk)
    audit.looked(request, visit.patient_id, "triage")
    script = script_in_force()
    groups = script.groups if script else []
    form = TriageForm(
        request.POST or None,
        flags=[(group["code"], f"{group['name']}: {group['listen_for']}") for group in groups],
    )
    return form_act(
        request,
        form,
        verb=f"triage:{pk}",
        do=lambda values: str(assess_triage(by=request.actor, appointment=visit, **values).pk),
        to="scheduling:queue",
        message=f"Triage set: {visit.patient.name}.",
        refresh=REFRESH,
        template="scheduling/queue/triage.html",
        context={"visit": visit},
    )
