"""Tests reach no network but loopback."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


class OutsideNetwork(RuntimeError):
    """A test tried to leave this machine."""


def _is_loopback(host: Any) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback or host in ("0.0.0.0", "::")
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise OutsideNetwork(f"A test tried to reach {address[0]}.")
    elif event == "socket.getaddrinfo" and not _is_loopback(arguments[0]):
        raise OutsideNetwork(f"A test tried to look up {arguments[0]!r}.")


def forbid_outside() -> None:
    """From now on this process may only connect to loopback addresses and Unix sockets."""
    sys.addaudithook(_guard)
