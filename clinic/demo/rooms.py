"""The rooms as they are now: occupied by who is in them, waiting to be cleaned, or ready."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.db.models import Max, Min

from clinic.demo.dice import minutes, row_id, stream
from clinic.demo.world import World
from scheduling.models import Appointment, Room, RoomChange, VisitInterval
from scheduling.rules.visit_states import IN_CLINIC

JUST_NOW = dt.timedelta(minutes=7)
S = Room.State


def set_rooms(world: World) -> None:
    """Sets every room that nobody took out of service, and writes down how it came to be so."""
    _write_changes(world)
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


def _write_changes(world: World) -> None:
    """A room is occupied, left dirty and made ready again with every patient who was in it since the last start."""
    known = dict(RoomChange.objects.order_by().values_list("room").annotate(last=Max("at")))
    stays = VisitInterval.objects.filter(room__isnull=False).order_by("room", "appointment")
    by_room: dict[UUID, list[tuple[dt.datetime, dt.datetime, UUID]]] = defaultdict(list)
    for room, visit, came, left in (
        stays.exclude(appointment__room__isnull=False)
        .values_list("room", "appointment")
        .annotate(came=Min("started_at"), left=Max("ended_at"))
    ):
        if left and left <= world.now and (room not in known or came > known[room]):
            by_room[room].append((came, left, visit))
    changes: list[RoomChange] = []
    for room, visits in by_room.items():
        visits.sort()
        for at, (came, left, visit) in enumerate(visits):
            ready = left + minutes(stream("turnover", visit), 3, 5, 7.5)
            if at + 1 < len(visits):
                ready = max(left, min(ready, visits[at + 1][0]))
            for state, when in ((S.OCCUPIED, came), (S.DIRTY, left), (S.AVAILABLE, ready)):
                if when <= world.now:
                    key = row_id(stream("id", "room", room, visit, state.value), when)
                    changes.append(RoomChange(pk=key, room_id=room, state=state, at=when, created_at=when))
    RoomChange.objects.bulk_create(changes, ignore_conflicts=True)
