"""Polls of live boards, answered without building a board that the page shows already.

A signature says cheaply whether anything changed that a board is made of. What was shown for a signature is
remembered by this process for a minute only, because some of a board may also depend on the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.http import HttpRequest, HttpResponse

from clinic.core.time import now
from clinic.ui.responses import is_poll, shows_already

GOOD_FOR = timedelta(seconds=60)
_MOST = 200
_shown: dict[tuple, tuple[str, datetime]] = {}


class Board(Protocol):
    """Anything that names exactly what it shows."""

    version: str


B = TypeVar("B", bound=Board)


def look(
    request: HttpRequest, signature_of: Callable[[], tuple], build: Callable[[], B]
) -> tuple[B | None, HttpResponse | None]:
    """(board, None), or (None, the 204) for a poll whose page shows it already.

    The signature is read before the board, so that a change in between is noticed by the next poll.
    """
    if not is_poll(request):
        return build(), None
    signature = signature_of()
    version, at = _shown.get(signature, (None, now()))
    unchanged = shows_already(request, version if now() - at < GOOD_FOR else None)
    if unchanged:
        return None, unchanged
    board = build()
    if len(_shown) >= _MOST:
        _shown.clear()
    _shown[signature] = (board.version, now())
    return board, None
