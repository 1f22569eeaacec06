"""The live flow board: who waits, who is in which room, who is about to leave."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import board, is_htmx, is_poll, shows_already
from scheduling.queries.flow import flow_board
from scheduling.queries.settings import chosen_location, locations
from scheduling.queries.signatures import flow_signature, remember, version_for


@allow(P.FLOW_VIEW)
def flow(request: HttpRequest) -> HttpResponse:
    """The board of one location. `?wall=1` is for a screen in the hallway: first names and initials only.

    The same address gives the board alone to its own polling, and 204 while nothing shown has changed.
    """
    places = locations()
    location = chosen_location(places, request.GET.get("location"))
    signature = flow_signature(location.pk) if is_poll(request) else None
    unchanged = signature and shows_already(request, version_for(signature))
    if unchanged:
        return unchanged
    shown = flow_board(location)
    if signature:
        remember(signature, shown.version)
    is_wall = request.GET.get("wall") == "1"
    context = {
        "board": shown,
        "location": location,
        "is_wall": is_wall,
        "may_move": request.actor.can(P.FLOW_MOVE) and not is_wall,
        "may_room": request.actor.can(P.VITALS_RECORD) or request.actor.can(P.CHART_EDIT),
        "may_check_in": request.actor.can(P.CHECK_IN),
    }
    if not is_wall and not is_poll(request):
        audit.looked_many(request, shown.row_ids(), "flow board")
    if is_htmx(request):
        return board(request, "desk/_flow_board.html", context, shown.version)
    template = "desk/flow_wall.html" if is_wall else "desk/flow.html"
    return board(request, template, context | {"places": places}, shown.version)
