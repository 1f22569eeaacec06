"""Rooms: their states, and what they are."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic.core.errors import ClinicError, to_form
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, refused, saved
from scheduling.forms.setup import RoomForm
from scheduling.models import Room
from scheduling.queries.flow import flow_board
from scheduling.services.rooms import BY_HAND, set_room_state
from scheduling.services.setup import save_room
from scheduling.views._common import here
from scheduling.views.booking import REFRESH

WORDS = {
    "available": "Clean",
    "dirty": "Needs cleaning",
    "cleaning": "Cleaning now",
    "out_of_service": "Out of service",
}
FORM = "scheduling/settings/form.html"


@allow(P.FLOW_VIEW, P.ROOM_MANAGE)
def rooms(request: HttpRequest) -> HttpResponse:
    """All rooms of a location with their state and the buttons that change it."""
    location, places = here(request)
    board = flow_board(location)
    cards = [
        (room, [(to, WORDS[to]) for to in BY_HAND.get(room.state, ()) if to in WORDS]) for room in board.rooms
    ]
    context = {
        "cards": cards,
        "location": location,
        "places": places,
        "may_manage": request.actor.can(P.ROOM_MANAGE),
    }
    return render(request, "scheduling/rooms/list.html", context)


@require_POST
@allow(P.FLOW_MOVE, P.ROOM_MANAGE)
def room_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One button of a room."""
    room = get_object_or_404(Room, pk=pk)
    back = reverse("scheduling:rooms")
    state = request.POST.get("state", "")
    if state not in WORDS:
        return refused(request, "Choose one of the buttons.", to=back)
    try:
        set_room_state(by=request.actor, room=room, state=state)
    except ClinicError as error:
        return refused(request, error, to=back, refresh=(*REFRESH, "rooms"))
    return saved(request, f"{room.name}: {WORDS[state].lower()}.", to=back, refresh=(*REFRESH, "rooms"))


@allow(P.ROOM_MANAGE)
def room_edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Adds or edits a room."""
    room = get_object_or_404(Room, pk=pk) if pk else None
    location, _ = here(request)
    form = RoomForm(request.POST or None, instance=room, initial={} if room else {"location": location})
    title = f"Edit {room.name}" if room else "Add a room"
    context = {"form": form, "title": title, "back": reverse("scheduling:rooms")}
    if request.method != "POST":
        return render(request, FORM, context)
    if not form.is_valid():
        return invalid(request, FORM, context)
    try:
        fresh = Room.objects.filter(pk=pk).first() if pk else None
        row = save_room(
            by=request.actor, room=fresh, version=form.cleaned_data.get("version"), **form.values()
        )
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, FORM, context, status=error.status)
    return saved(request, f"{row.name} saved.", to="scheduling:rooms")
