"""`{% load flow_menu %}`: what the menu of a patient on the flow board offers.

A board has a form for every patient and clean room; as template text they were a third of what it cost.
"""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from clinic.ui.icons import svg
from clinic.ui.markup import fill, joined
from scheduling.queries.flow import FlowRoom, FlowRow
from scheduling.rules.visit_states import State

register = template.Library()

_TO_ROOM = (
    '<form method="post" action="{url}">{csrf}<input type="hidden" name="to" value="{to}">'
    '<input type="hidden" name="room" value="{room}"><button class="menu-item">{icon}To {name}</button></form>'
)
_MOVE = (
    '<form method="post" action="{url}">{csrf}<input type="hidden" name="to" value="{to}">'
    '<button class="menu-item"{ask}>{words}</button></form>'
)
_ASK = fill(' data-confirm="{words}"', words="The patient left without being seen?")


@register.simple_tag(takes_context=True)
def flow_moves(context, row: FlowRow, clean_rooms: Sequence[FlowRoom]) -> SafeString:
    """A form for each clean room that the patient may go to, and one for each other move."""
    csrf = context["csrf_field"]
    url, pieces = row.move_url, []
    if row.room_id or (row.takes_room and row.state == State.ARRIVED):
        to, icon = (row.state if row.room_id else State.ROOMED.value), svg("door")
        pieces += [
            fill(_TO_ROOM, url=url, csrf=csrf, to=to, room=room.id, icon=icon, name=room.name)
            for room in clean_rooms
        ]
    pieces += [
        fill(
            _MOVE, url=url, csrf=csrf, to=move.to, words=move.words, ask=_ASK if move.to == State.LEFT else ""
        )
        for move in row.moves
        if move.to != State.ROOMED
    ]
    return joined(pieces)
