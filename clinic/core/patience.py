"""How long we wait for a database that does not answer.

A server that is gone refuses at once. One that hangs (a dead switch, a stopped machine, a proxy that still
acknowledges) says nothing, and no time-out of the kernel or of the server helps: the data was delivered, and it
is the server that would have to keep `statement_timeout`. So the waiting itself has limits, kept by the client:

- a request may wait `REQUEST_SECONDS` for the database, all its statements and connections together;
- the look at a kept connection before it is used again may take `CHECK_SECONDS`: a line that died quietly is
  then replaced, and the page still works;
- after an attempt to connect that got no answer, one thread at a time tries again and the others are told at once
  (`gate`), so that a hanging database does not hold every thread, and the first request after its return finds it
  (a statement that takes too long says nothing about the others, and closes no gate);
- a statement outside a request (worker, command) may wait `settings.DATABASE_SILENCE_SECONDS`.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass

from django.conf import settings

REQUEST_SECONDS = 7.0
CHECK_SECONDS = 2.0
PAUSE_SECONDS = 0.5


@dataclass
class Exchange:
    """One request's dealings with the database."""

    left: float = REQUEST_SECONDS
    waited: float = 0.0
    may_have_saved: bool = False

    def spend(self, seconds: float) -> None:
        self.waited += seconds
        self.left -= seconds


_exchange: ContextVar[Exchange | None] = ContextVar("database_exchange", default=None)
_shorter: ContextVar[float | None] = ContextVar("database_shorter", default=None)


def begin() -> tuple[Exchange, Token]:
    """A new request begins in this thread; give the token to `end`."""
    exchange = Exchange()
    return exchange, _exchange.set(exchange)


def end(token: Token) -> None:
    """The request is over."""
    _exchange.reset(token)


def current() -> Exchange | None:
    """The exchange of the request that this thread answers, or None outside a request."""
    return _exchange.get()


def work_is_done() -> None:
    """A service has done its work; from here on, a database that goes silent may have committed it."""
    exchange = _exchange.get()
    if exchange is not None:
        exchange.may_have_saved = True


def limit() -> float | None:
    """Seconds that the next wait may take; 0 or less when nothing is left, None when there is no limit."""
    exchange = _exchange.get()
    seconds = settings.DATABASE_SILENCE_SECONDS if exchange is None else exchange.left
    shorter = _shorter.get()
    if shorter is None:
        return seconds
    return shorter if seconds is None else min(shorter, seconds)


@contextmanager
def at_most(seconds: float):
    """Waits inside the block are cut to `seconds` each."""
    token = _shorter.set(seconds)
    try:
        yield
    finally:
        _shorter.reset(token)


class Gate:
    """Who may try to connect while the database hangs. One per process; only requests ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed_until = 0.0

    def may_pass(self, *, trial: float) -> bool:
        """True when nothing is wrong, or for the one thread whose turn it is to try for up to `trial` seconds."""
        with self._lock:
            if not self._closed_until:
                return True
            if time.monotonic() < self._closed_until:
                return False
            self._closed_until = time.monotonic() + trial + PAUSE_SECONDS
            return True

    @property
    def is_closed(self) -> bool:
        """True while the last attempt to connect got no answer."""
        return bool(self._closed_until)

    def close(self) -> None:
        """An attempt got no answer: the next one in a moment."""
        with self._lock:
            self._closed_until = time.monotonic() + PAUSE_SECONDS

    def open(self) -> None:
        """The database answers."""
        with self._lock:
            self._closed_until = 0.0


gate = Gate()
