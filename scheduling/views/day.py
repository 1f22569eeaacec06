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
from scheduling.queries.day import BY_PROVIDER, BY_ROOM, day_board
from scheduling.queries.signatures import day_signature
from scheduling.queries.visits import arrivals, next_day_with_visits, overdue, unconfirmed
from scheduling.views._calendar import acts_of, ways_from
from scheduling.views._common import day_of, here


@allow(P.SCHEDULE_VIEW)
def day(request: HttpRequest) -> HttpResponse:
    """The day by columns of providers, or of rooms and devices. The same address gives the board alone to its own polling."""
    location, places = here(request)
    chosen = day_of(request, location)
    by = BY_ROOM if request.GET.get("by") == BY_ROOM else BY_PROVIDER
    may = acts_of(request)
    shown, unchanged = look(
        request,
        lambda: (by, *day_signature(chosen, location.pk, may_book=may["may_book"])),
        lambda: day_board(chosen, location, may_book=may["may_book"], by=by),
    )
    if unchanged:
        return unchanged
    context = {"board": shown, "location": location, "day": chosen, "day_words": format_day(chosen), **may}
    if is_htmx(request):
        return board(request, "scheduling/day/_board.html", context, shown.version)
    now_day = today(location.zone)
    context |= {
        "places": places,
        "ways": ways_from("day", chosen, location, by=by),
        "is_today": chosen == now_day,
        "is_chosen": request.GET.get("view") == "day",
    }
    return board(request, "scheduling/day/page.html", context, shown.version)


@allow(P.SCHEDULE_VIEW)
def arrivals_list(request: HttpRequest) -> HttpResponse:
    """Who is due next with what is missing, and who is late."""
    location, _ = here(request)
    rows, late = arrivals(location), overdue(location)
    late_ids = {row.id for row in late}
    rows = [row for row in rows if row.id not in late_ids]
    audit.looked_many(request, [row.patient_id for row in (*rows, *late)], "arrivals")
    context = {"rows": rows, "late": late, "location": location, **acts_of(request)}
    return fragment(request, "scheduling/day/_arrivals.html", context)


@allow(P.SCHEDULE_VIEW)
def unconfirmed_list(request: HttpRequest) -> HttpResponse:
    """Visits of the next day with visits that nobody has confirmed."""
    location, _ = here(request)
    day = next_day_with_visits(location)
    rows = unconfirmed(location, day)
    audit.looked_many(request, [row.patient_id for row in rows], "unconfirmed visits")
    is_tomorrow = day == today(location.zone) + timedelta(days=1)
    context = {"rows": rows, "location": location, "day_words": "" if is_tomorrow else format_day(day)}
    return fragment(request, "scheduling/day/_unconfirmed.html", context | acts_of(request))
