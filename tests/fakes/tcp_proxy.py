"""A TCP proxy on loopback that fails on demand, to stand between the clinic and one of its servers.

Modes: `pass` forwards; `refuse` ends every connection and takes none; `blackhole` keeps connections open, takes new
ones and moves nothing; `mute` forwards what is asked and keeps the answers; `latency` forwards after `delay`
seconds each way. `cut()` resets what is open, once; `when(mode, words...)` switches as soon as a client has said these
words one after the other (the last still reach the server, unless the mode holds them back). What a black hole held back flows on when it ends, as on a
network that was only interrupted.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field

_RESET = struct.pack("ii", 1, 0)  # linger 0: close sends a reset
_CHUNK = 65_536


@dataclass
class _End:
    """One side of a connection: its socket and what still has to be written to it, with the moment it is due."""

    link: socket.socket
    is_client: bool
    queue: deque = field(default_factory=deque)
    other: _End | None = None
    is_at_end: bool = False


class TcpProxy:
    """`with TcpProxy("/run/x/.s.PGSQL.5432") as proxy:` or a (host, port). Listens on `proxy.port` of 127.0.0.1."""

    def __init__(self, target: str | tuple[str, int]):
        self.target = target
        self.delay = 0.0
        self.forwarded = 0  # bytes that reached the server
        self._mode = "pass"
        self._awaited: deque[bytes] = deque()
        self._then = "pass"
        self.was_triggered = threading.Event()
        self._orders: deque = deque()
        self._ends: dict[socket.socket, _End] = {}
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = socket.socketpair()
        self._listener: socket.socket | None = None
        self.port = 0
        self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> TcpProxy:
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._order("end")
        self._thread.join(timeout=10)

    @property
    def mode(self) -> str:
        return self._mode

    def set(self, mode: str, *, delay: float = 0.0) -> None:
        """Switches the mode; returns when it holds."""
        self._order(mode, delay)

    def when(self, mode: str, *words: bytes) -> None:
        """Switches to `mode` once clients have sent `words`, in this order; `was_triggered` is set then."""
        self.was_triggered.clear()
        self._then, self._awaited = mode, deque(words)

    def cut(self) -> None:
        """Resets every open connection once."""
        self._order("cut")

    @property
    def open_connections(self) -> int:
        """Clients connected now."""
        return sum(end.is_client for end in list(self._ends.values()))

    def _order(self, what: str, delay: float = 0.0) -> None:
        done = threading.Event()
        self._orders.append((what, delay, done))
        self._rope.send(b"!")
        assert done.wait(10), f"the proxy did not take the order {what}"

    def _listen(self) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._listener.listen(128)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)

    def _run(self) -> None:
        while not self._is_over:
            for key, _ in self._selector.select(self._pause()):
                if key.fileobj is self._bell:
                    self._obey()
                elif key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj in self._ends:
                    self._read(self._ends[key.fileobj])
            self._flush()

    def _pause(self) -> float | None:
        if self._mode == "blackhole":
            return None
        due = [end.queue[0][0] for end in self._ends.values() if end.queue and not self._holds(end)]
        return max(0.001, min(due) - time.monotonic()) if due else None

    def _obey(self) -> None:
        self._bell.recv(1024)
        while self._orders:
            what, delay, done = self._orders.popleft()
            if what in ("cut", "refuse", "end"):
                for end in list(self._ends.values()):
                    self._close(end)
            if what == "end":
                self._is_over = True
                self._shut()
            elif what != "cut":
                self._switch(what, delay)
            done.set()

    def _switch(self, mode: str, delay: float) -> None:
        assert mode in ("pass", "refuse", "blackhole", "mute", "latency"), mode
        self._mode, self.delay = mode, delay
        if mode == "refuse":
            self._shut()
        elif self._listener is None:
            self._listen()
        for end in self._ends.values():
            self._watch(end, mode != "blackhole")

    def _shut(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _watch(self, end: _End, is_read: bool) -> None:
        is_watched = end.link in self._selector.get_map()
        if is_read and not is_watched and not end.is_at_end:
            self._selector.register(end.link, selectors.EVENT_READ)
        elif not is_read and is_watched:
            self._selector.unregister(end.link)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            server = socket.socket(socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET)
            try:
                server.connect(self.target)
            except OSError:
                client.close()
                server.close()
                return
            near, far = _End(client, True), _End(server, False)
            near.other, far.other = far, near
            for end in (near, far):
                end.link.setblocking(False)
                self._ends[end.link] = end
                self._watch(end, self._mode != "blackhole")

    def _read(self, end: _End) -> None:
        try:
            data = end.link.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self._close(end)
            return
        if data:
            if self._awaited and end.is_client and self._awaited[0] in data:
                self._awaited.popleft()
                if not self._awaited:
                    self._switch(self._then, 0.0)
                    self.was_triggered.set()
            due = time.monotonic() + (self.delay if self._mode == "latency" else 0)
            end.other.queue.append((due, data))
        else:
            end.is_at_end = True
            self._watch(end, False)
            end.other.queue.append((time.monotonic(), b""))

    def _holds(self, end: _End) -> bool:
        return self._mode == "blackhole" or (self._mode == "mute" and end.is_client)

    def _flush(self) -> None:
        for end in list(self._ends.values()):
            while end.queue and not self._holds(end) and end.queue[0][0] <= time.monotonic():
                due, data = end.queue[0]
                if not data:
                    self._close(end, politely=True)
                    break
                try:
                    sent = end.link.send(data)
                except BlockingIOError:
                    end.queue[0] = (time.monotonic() + 0.005, data)
                    break
                except OSError:
                    self._close(end)
                    break
                if not end.is_client:
                    self.forwarded += sent
                if sent < len(data):
                    end.queue[0] = (due, data[sent:])
                else:
                    end.queue.popleft()

    def _close(self, end: _End, *, politely: bool = False) -> None:
        for one in (end, end.other):
            if self._ends.pop(one.link, None) is None:
                continue
            self._watch(one, False)
            if not politely:
                with contextlib.suppress(OSError):
                    one.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            one.link.close()
