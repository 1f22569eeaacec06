"""What a clinic rarely changes (its profile, places, kinds of visit, limits), kept in memory and never stale.

Each settings table carries a trigger (`guards.settings_table`) that writes a new random mark into
`core_settingsmark` within the transaction of the change. The mark comes with the one query that loads a
session, so a request knows without asking whether what this process keeps still holds. Code outside a
request or task asks for the mark each time. Nothing here expires by clock.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")
_MOST = 2_000
_UNKNOWN = ""

# None outside a request or task; otherwise the mark that holds for it, or _UNKNOWN until somebody needs it.
_mark: ContextVar[str | None] = ContextVar("settings_mark", default=None)
_values: dict[tuple, tuple[str, object]] = {}
LOADERS: list[Callable] = []


def begin() -> None:
    """A request or task starts: the mark is asked for at most once until it ends or changes something."""
    _mark.set(_UNKNOWN)


def end() -> None:
    """It is over: the next reader asks for the mark anew."""
    _mark.set(None)


def tell(mark: object) -> None:
    """The mark that came with the session's query."""
    if _mark.get() is not None:
        _mark.set(str(mark or _UNKNOWN))


def forget() -> None:
    """Something was written: ask again before anything kept is used."""
    if _mark.get() is not None:
        _mark.set(_UNKNOWN)


def kept(load: Callable[P, R]) -> Callable[P, R]:
    """Keeps what `load` returns for each set of (hashable) arguments until any settings table changes.

    The value is shared by every thread of the process: it is to be read, never changed. `load` may read
    settings tables only (a test holds every such loader to it).
    """

    LOADERS.append(load)

    @wraps(load)
    def get(*args: P.args, **kwargs: P.kwargs) -> R:
        mark = _current()
        key = (load.__module__, load.__qualname__, args, tuple(sorted(kwargs.items())))
        found = _values.get(key)
        if found is not None and found[0] == mark:
            return found[1]
        value = load(*args, **kwargs)
        # Read within a transaction that changed settings itself, the value may yet be rolled back.
        if not connection.in_atomic_block or _ask() == mark:
            if len(_values) >= _MOST:
                _values.clear()
            _values[key] = (mark, value)
        return value

    return get


def _current() -> str:
    known = _mark.get()
    if known:
        return known
    asked = _ask()
    if known is not None:
        _mark.set(asked)
    return asked


def _ask() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM core_settingsmark")
        row = cursor.fetchone()
    return str(row[0]) if row else "none"
