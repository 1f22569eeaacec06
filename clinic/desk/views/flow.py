"""The live flow board: who waits, who is in which room, who is about to leave; and the same for a wall."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.backends.utils import csrf_input

from clinic import audit
from clinic.audit.models import AuditEvent
from clinic.staff.access import allow, passive
from clinic.staff.client import WORKSTATION_YEARS
from clinic.staff.permissions import Permission as P
from clinic.staff.walls import allow_wall, wall_screen
from clinic.ui.boards import look
from clinic.ui.responses import board, is_htmx, is_poll
from scheduling.models import Location
from scheduling.queries.flow import FlowBoard, flow_board
from scheduling.queries.settings import chosen_location, locations
from scheduling.queries.signatures import flow_signature

# Which location's board a wall screen shows; it has to find it again after a power cut.
WALL_LOCATION = "wall-location"


def _look(request: HttpRequest, location: Location) -> tuple[FlowBoard | None, HttpResponse | None]:
    return look(request, lambda: flow_signature(location.pk), lambda: flow_board(location))


@allow(P.FLOW_VIEW)
def flow(request: HttpRequest) -> HttpResponse:
    """The board of one location.

    The same address gives the board alone to its own polling, and 204 while nothing shown has changed.
    """
    places = locations()
    location = chosen_location(places, request.GET.get("location"))
    shown, unchanged = _look(request, location)
    if unchanged:
        return unchanged
    context = {
        "board": shown,
        "location": location,
        "csrf_field": csrf_input(request),  # made once for its hundred forms
        "may_move": request.actor.can(P.FLOW_MOVE),
        "may_room": request.actor.can(P.VITALS_RECORD) or request.actor.can(P.CHART_EDIT),
        "may_check_in": request.actor.can(P.CHECK_IN),
    }
    if not is_poll(request):
        audit.looked_many(request, shown.row_ids(), "flow board")
    template = "desk/_flow_board.html" if is_htmx(request) else "desk/flow.html"
    return board(request, template, context | {"places": places}, shown.version)


@passive
@allow_wall
def wall(request: HttpRequest) -> HttpResponse:
    """The board for a screen in the hallway: first names and initials, nothing to press.

    A registered wall screen shows it with nobody signed in and never locks. Any other PC shows it within its
    member's session. `?location=` is remembered by the screen.
    """
    places = locations()
    asked = request.GET.get("location")
    location = chosen_location(places, asked or request.COOKIES.get(WALL_LOCATION))
    shown, unchanged = _look(request, location)
    if unchanged:
        return unchanged
    screen = wall_screen(request)
    context = {"board": shown, "location": location, "places": places, "screen": screen}
    if is_htmx(request):
        return board(request, "desk/_flow_wall_board.html", context, shown.version)
    if screen:
        audit.record(
            request.actor, "wall.shown", obj=screen, kind=AuditEvent.Kind.SECURITY, location=location.name
        )
    response = board(request, "desk/flow_wall.html", context, shown.version)
    if asked:
        response.set_cookie(
            WALL_LOCATION,
            str(location.pk),
            max_age=WORKSTATION_YEARS * 366 * 86400,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response
