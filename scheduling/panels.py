"""Panels on other apps' pages: a patient's visits, and who is next."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import fragment
from scheduling.queries.recalls import recalls_of
from scheduling.queries.settings import locations
from scheduling.queries.visits import arrivals, next_for, overdue, patient_visits, patients_today
from scheduling.queries.waitlist import entries_of


@allow(P.SCHEDULE_VIEW)
def patient_visits_panel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why the patient is here today or when they come next, then the latest visits."""
    audit.looked(request, pk, "visits")
    context = {
        "visits": patient_visits(pk),
        "patient_id": pk,
        "may_book": request.actor.can(P.APPOINTMENT_BOOK),
    }
    return fragment(request, "scheduling/panels/patient_visits.html", context)


@allow(P.SCHEDULE_VIEW)
def home_next(request: HttpRequest) -> HttpResponse:
    """For who sees patients: their own next ones. For the desk: the next arrivals and who is late."""
    mine = next_for(request.user.pk)
    places = locations()
    late = overdue(places[0]) if places and not mine else []
    late_ids = {row.id for row in late}
    rows = mine or [row for row in (arrivals(places[0], limit=8) if places else []) if row.id not in late_ids]
    audit.looked_many(request, [row.patient_id for row in (*rows, *late)], "who is next")
    context = {
        "rows": rows,
        "late": late,
        "is_mine": bool(mine),
        "may_check_in": request.actor.can(P.CHECK_IN),
    }
    return fragment(request, "scheduling/panels/next.html", context)


# A page that is opened to find somebody shows a screenful, not the whole day.
TODAY_SHOWN = 12


@allow(P.SCHEDULE_VIEW)
def todays_patients(request: HttpRequest) -> HttpResponse:
    """Beside the finder: who is here and who is still to come, so that most patients need no typing."""
    places = locations()
    rows = patients_today(places[0]) if places else []
    shown = rows[:TODAY_SHOWN]
    audit.looked_many(request, [row.patient_id for row in shown], "today's patients")
    return fragment(request, "scheduling/panels/today.html", {"rows": shown, "more": len(rows) - len(shown)})


@allow(P.SCHEDULE_VIEW)
def patient_waiting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a patient waits for and is to be asked back for."""
    audit.looked(request, pk, "waitlist and recalls")
    context = {
        "entries": entries_of(pk),
        "recalls": recalls_of(pk),
        "patient_id": pk,
        "may_book": request.actor.can(P.APPOINTMENT_BOOK),
    }
    return fragment(request, "scheduling/panels/patient_waiting.html", context)
