"""The front desk's day."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from clinic import audit
from clinic.core.time import format_day, today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.boards import look
from clinic.ui.responses import board, fragment, is_htmx
from scheduling.queries.day import day_board
from scheduling.queries.signatures import day_signature
from scheduling.queries.visits import arrivals, overdue, unconfirmed
from scheduling.views._common import day_of, here


@allow(P.SCHEDULE_VIEW)
def day(request: HttpRequest) -> HttpResponse:
    """The day by provider columns. The same address gives the board alone to its own polling."""
    location, places = here(request)
    chosen = day_of(request, location)
    may_book = request.actor.can(P.APPOINTMENT_BOOK)
    shown, unchanged = look(
        request,
        lambda: day_signature(chosen, location.pk, may_book=may_book),
        lambda: day_board(chosen, location, may_book=may_book),
    )
    if unchanged:
        return unchanged
    context = {"board": shown, "location": location, "day": chosen, "day_words": format_day(chosen)}
    context |= _may(request)
    if is_htmx(request):
        return board(request, "scheduling/day/_board.html", context, shown.version)
    now_day = today(location.zone)
    context |= {
        "places": places,
        "today": now_day,
        "previous": chosen - timedelta(days=1),
        "next": chosen + timedelta(days=1),
        "is_today": chosen == now_day,
    }
    return board(request, "scheduling/day/page.html", context, shown.version)


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_book": request.actor.can(P.APPOINTMENT_BOOK), "may_check_in": request.actor.can(P.CHECK_IN)}


@allow(P.SCHEDULE_VIEW)
def arrivals_list(request: HttpRequest) -> HttpResponse:
    """Who is due next with what is missing, and who is late."""
    location, _ = here(request)
    rows, late = arrivals(location), overdue(location)
    late_ids = {row.id for row in late}
    rows = [row for row in rows if row.id not in late_ids]
    audit.looked_many(request, [row.patient_id for row in (*rows, *late)], "arrivals")
    context = {"rows": rows, "late": late, "location": location, **_may(request)}
    return fragment(request, "scheduling/day/_arrivals.html", context)


@allow(P.SCHEDULE_VIEW)
def unconfirmed_list(request: HttpRequest) -> HttpResponse:
    """Tomorrow's visits that nobody has confirmed."""
    location, _ = here(request)
    rows = unconfirmed(location)
    audit.looked_many(request, [row.patient_id for row in rows], "unconfirmed visits")
    context = {"rows": rows, "location": location, **_may(request)}
    return fragment(request, "scheduling/day/_unconfirmed.html", context)
