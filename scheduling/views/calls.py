"""One dialog for every call that the desk's lists ask for: who, which number, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from records.models import Patient
from scheduling.forms.outreach import CallOutcomeForm
from scheduling.queries.calls import call_card
from scheduling.services.attempts import log_attempt, outcomes_for
from scheduling.views._common import visit_or_404

PAGE = "scheduling/calls/log.html"
REFRESH = ("unconfirmed", "missed", "arrivals", "day", "scheduling.visits", "inbox")


def call_form(
    request: HttpRequest,
    *,
    patient: Patient,
    about: str,
    outcomes: Iterable,
    verb: str,
    do: Callable[[dict[str, Any]], str],
    to: str,
    refresh: Iterable[str],
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Shows the patient's numbers and the earlier attempts, and keeps how this call ended."""
    audit.looked(request, patient, "call")
    return form_act(
        request,
        CallOutcomeForm(request.POST or None, outcomes=outcomes),
        verb=verb,
        do=do,
        to=to,
        message="Call noted.",
        refresh=refresh,
        template=PAGE,
        context=lambda: {
            "patient": patient,
            "about": about,
            "card": call_card(patient),
            "cancel_url": reverse(to),
            **(extra or {}),
        },
    )


@allow(P.APPOINTMENT_BOOK)
def visit_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A call about a visit: to have it confirmed, or because it was missed."""
    visit = visit_or_404(pk)
    outcomes = outcomes_for(appointment=visit)
    return call_form(
        request,
        patient=visit.patient,
        about=f"{visit.visit_type.name}, {visit.state_words.lower()}",
        outcomes=outcomes,
        verb=f"visit.call:{pk}",
        do=lambda values: str(log_attempt(by=request.actor, appointment=visit, **values).pk),
        to="scheduling:day",
        refresh=REFRESH,
        extra={"visit": visit},
    )
