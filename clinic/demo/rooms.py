"""The rooms as they are now: occupied by who is in them, waiting to be cleaned, or ready."""

from __future__ import annotations

import datetime as dt

from clinic.demo.world import World
from scheduling.models import Appointment, Room, VisitInterval
from scheduling.rules.visit_states import IN_CLINIC

JUST_NOW = dt.timedelta(minutes=7)


def set_rooms(world: World) -> None:
    """Sets every room that nobody took out of service."""
    inside = dict(
        Appointment.objects.filter(room__isnull=False, state__in=sorted(IN_CLINIC)).values_list(
            "room_id", "pk"
        )
    )
    for room in Room.objects.filter(is_active=True).exclude(state=Room.State.OUT_OF_SERVICE):
        stays = VisitInterval.objects.filter(room=room).order_by("-started_at")
        if room.pk in inside:
            begun = stays.filter(appointment=inside[room.pk], state="roomed").first()
            _set(room, Room.State.OCCUPIED, begun.started_at if begun else world.now)
            continue
        last = stays.filter(ended_at__isnull=False).order_by("-ended_at").first()
        empty_for = world.now - last.ended_at if last else JUST_NOW * 2
        if empty_for < JUST_NOW / 2:
            _set(room, Room.State.DIRTY, last.ended_at)
        elif empty_for < JUST_NOW:
            _set(room, Room.State.CLEANING, last.ended_at + JUST_NOW / 2)
        elif room.state in (Room.State.OCCUPIED, Room.State.DIRTY, Room.State.CLEANING):
            _set(room, Room.State.AVAILABLE, last.ended_at + JUST_NOW if last else world.now)


def _set(room: Room, state: str, since: dt.datetime) -> None:
    if room.state != state:
        Room.objects.filter(pk=room.pk).update(state=state, state_since=since)
