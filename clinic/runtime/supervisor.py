"""Starts a whole clinic on one machine and stops it again: PostgreSQL, Redis, web, worker, beat.

`prepare_environment` runs before Django reads its settings, because it starts the servers that the
settings name. Everything started here dies with this process, also when it is killed.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import http.client
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn

from clinic.runtime.postgres import OWNER, PostgresServer
from clinic.runtime.processes import (
    AlreadyRunning,
    StartError,
    die_with_parent,
    hold,
    make_folder,
    spawn,
    stop,
    tail,
    write_private,
)
from clinic.runtime.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]
_PORTS_TRIED = 50
_LOG_LIMIT = 5_000_000
_RESTARTS = 5  # of one child within a minute, before the whole clinic is stopped


class Stopped(BaseException):
    """Ctrl+C, SIGTERM or a closed terminal."""


def say(text: str = "") -> None:
    print(text, flush=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `manage.py demo`."""
    parser.add_argument("--port", type=int, default=8000, help="port to serve on; the next free one is taken")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "demo", help="where the data lives")
    parser.add_argument("--no-seed", action="store_true", help="start without making or topping up demo data")
    parser.add_argument("--lan", action="store_true", help="serve other devices too, over TLS")
    parser.add_argument("--host", default="", help="name or address other devices use, with --lan")
    parser.add_argument("--reset", action="store_true", help="delete the data in --data-dir first")
    parser.add_argument("--tied", action="store_true", help="stop when the parent process ends")


@dataclass
class Clinic:
    """One running clinic: its options, its servers and its own processes, in the order they were started."""

    options: argparse.Namespace
    folder: Path
    port: int
    url: str
    postgres: PostgresServer | None = None
    redis: RedisServer | None = None
    lock: IO[str] | None = None
    certificate: Path | None = None
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def is_external(self) -> bool:
        """True where the database was named from outside rather than started here."""
        return self.postgres is None

    def child_environment(self) -> dict[str, str]:
        """What web, worker and beat see: never the owner's address, nor the role that goes with it."""
        hidden = {"DATABASE_OWNER_URL", "CLINIC_DATABASE_ROLE"}
        return {name: value for name, value in os.environ.items() if name not in hidden}

    def start_child(self, name: str, argv: Sequence[str | Path]) -> None:
        self.children[name] = Child(
            name, argv, self.folder / "logs" / f"{name}.log", self.child_environment()
        )
        self.children[name].start()

    def watch(self) -> NoReturn:
        """Returns never: restarts what ends by itself, and gives up with the log when that does not help."""
        while True:
            time.sleep(0.5)
            for server, name in ((self.postgres, "PostgreSQL"), (self.redis, "Redis")):
                if server and server.process and server.process.poll() is not None:
                    raise StartError(f"{name} ended unexpectedly.\n{tail(server.log)}")
            for child in self.children.values():
                child.revive()

    def stop(self) -> None:
        """Ends our own processes together, then the servers they stand on, so that nothing loses its ground."""
        with _signals_ignored():
            for child in self.children.values():
                child.ask_to_stop()
            for child in self.children.values():
                child.stop()
            self.children.clear()
            for server in (self.redis, self.postgres):
                if server is not None:
                    server.stop()
            if self.lock is not None:
                self.lock.close()
                self.lock = None


@dataclass
class Child:
    """A process of the clinic's own code, writing to its log."""

    name: str
    argv: Sequence[str | Path]
    log: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    ended: list[float] = field(default_factory=list)

    def start(self) -> None:
        make_folder(self.log.parent)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.process = spawn([sys.executable, *self.argv], env=self.env, log=log, cwd=ROOT)

    def revive(self) -> None:
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        self.ended = [at for at in self.ended if now - at < 60] + [now]
        if len(self.ended) > _RESTARTS:
            raise StartError(f"{self.name} keeps ending (exit {self.process.returncode}).\n{tail(self.log)}")
        say(f"{self.name} ended (exit {self.process.returncode}) and is started again; log: {self.log}")
        self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def stop(self) -> None:
        stop(self.process, how=None, patience=12)


_current: list[Clinic] = []


def current() -> Clinic:
    """The clinic that `prepare_environment` brought up in this process."""
    return _current[0]


def prepare_environment(argv: Sequence[str]) -> None:
    """Reads the options, starts the servers the environment does not name, and names them in it.

    Raises SystemExit, in words for the person at the terminal, when the folder is in use or a server fails.
    """
    parser = argparse.ArgumentParser(prog="manage.py demo", description="A demo clinic with made-up people.")
    add_arguments(parser)
    options, _ = parser.parse_known_args(argv)
    if options.tied:
        die_with_parent(signal.SIGTERM, os.getppid())
    os.umask(0o077)  # logs, files and schedules are nobody else's business
    _install_signals()
    try:
        clinic = _open_folder(options)
    except OSError as error:
        raise SystemExit(f"The data folder cannot be used: {error}") from error
    try:
        _start_servers(clinic)
    except Stopped:
        clinic.stop()
        raise SystemExit(0) from None
    except (StartError, OSError) as error:
        clinic.stop()
        raise SystemExit(str(error)) from error
    except BaseException:
        clinic.stop()
        raise
    _set_environment(clinic)
    _current[:] = [clinic]
    atexit.register(clinic.stop)  # for a failure between here and the command, such as wrong settings


def _open_folder(options: argparse.Namespace) -> Clinic:
    folder = make_folder(options.data_dir.expanduser().absolute())
    try:
        lock = hold(folder)
    except AlreadyRunning as error:
        raise SystemExit(
            f"{error}\nThat demo is running: use it, stop it, or start this one with another --data-dir."
        ) from error
    # beyond loopback only when asked for, and over TLS
    host = "0.0.0.0" if options.lan else "127.0.0.1"  # noqa: S104  # nosec B104
    port = free_port_from(options.port, host)
    if port != options.port:
        say(f"Port {options.port} is in use; taking {port}.")
    name = (options.host or lan_names()[0]) if options.lan else "127.0.0.1"
    url = f"{'https' if options.lan else 'http'}://{name}:{port}"
    return Clinic(options, folder, port, url, lock=lock)


def _start_servers(clinic: Clinic) -> None:
    if clinic.options.reset:
        if os.environ.get("DATABASE_URL"):
            raise StartError("--reset deletes only the demo's own database; DATABASE_URL names another one.")
        _erase(clinic.folder)
    if not os.environ.get("DATABASE_URL"):
        clinic.postgres = PostgresServer(clinic.folder).start()
        os.environ["DATABASE_URL"] = clinic.postgres.url()
        os.environ["DATABASE_OWNER_URL"] = clinic.postgres.url(OWNER)
    if not os.environ.get("REDIS_URL"):
        clinic.redis = RedisServer(clinic.folder).start()
        os.environ["REDIS_URL"] = clinic.redis.url()


def web_command(bind: str, *, workers: int = 2) -> list[str | Path]:
    """What python runs to serve `bind` (host:port): gunicorn with threads, loaded once and then forked."""
    return [
        "-m", "gunicorn", "clinic.wsgi", "--bind", bind, "--worker-class", "gthread", "--workers", str(workers),
        "--threads", "4", "--preload", "--keep-alive", "15", "--graceful-timeout", "8", "--timeout", "60",
        "--log-level", "warning", "--logger-class", "clinic.core.weblog.JsonLogger",
    ]  # fmt: skip


def _erase(folder: Path) -> None:
    PostgresServer(folder).destroy()
    for entry in folder.iterdir():
        if entry.name != "lock":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    say(f"Deleted the data in {folder}.")


def _set_environment(clinic: Clinic) -> None:
    lan = clinic.options.lan
    keys = {name: clinic.folder / name for name in ("secret-key", "backup-key")}
    for key in keys.values():
        if not key.exists():
            write_private(key, secrets.token_urlsafe(64))
    files = make_folder(clinic.folder / "files")
    hosts = ["127.0.0.1", "localhost", *(lan_names() if lan else []), clinic.options.host]
    os.environ.update(
        CLINIC_DEMO="1",
        CLEARINGHOUSE="simulated",
        CLINIC_DATABASE_ROLE="owner",  # of this process, which migrates and seeds; its children get neither
        SECRET_KEY=keys["secret-key"].read_text(encoding="utf-8"),
        BACKUP_KEY=keys["backup-key"].read_text(encoding="utf-8"),
        BACKUP_DIR=str(clinic.folder / "backups"),
        BACKUP_KEEP_DAYS="3",
        ALLOWED_HOSTS=",".join(dict.fromkeys(filter(None, hosts))),
        PUBLIC_URL=clinic.url,
        SECURE_COOKIES="1" if lan else "0",
        BEHIND_PROXY="0",
        MEDIA_ROOT=str(files),
        AUDIT_HEAD_FILE=str(clinic.folder / "audit-head.log"),
        STATIC_ROOT=str(clinic.folder / "static"),
    )


def lan_names() -> list[str]:
    """Addresses and names other devices may know this machine by, the likeliest first."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(
            ("192.0.2.1", 9)
        )  # a datagram socket sends nothing here; it only picks the outward address
        found.append(probe.getsockname()[0])
    name = socket.gethostname()
    with contextlib.suppress(OSError):
        found += [address for address in socket.gethostbyname_ex(name)[2] if not address.startswith("127.")]
    return list(dict.fromkeys([*found, name, f"{name}.local"]))


def free_port_from(first: int, host: str) -> int:
    """The first port from `first` on that nobody listens at. Raises StartError after 50 tries."""
    for port in range(first, min(first + _PORTS_TRIED, 65_536)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
            return port
    raise SystemExit(f"No free port between {first} and {first + _PORTS_TRIED}.")


def wait_healthy(clinic: Clinic, *, seconds: float, check: Callable[[], None] = lambda: None) -> None:
    """Waits until /healthz answers 200. Raises StartError with the web log when it does not."""
    deadline = time.monotonic() + seconds
    while not _is_healthy(clinic):
        check()
        web = clinic.children["web"]
        if web.process is not None and web.process.poll() is not None:
            raise StartError(f"The web server ended (exit {web.process.returncode}).\n{tail(web.log)}")
        if time.monotonic() > deadline:
            raise StartError(f"The web server did not answer within {seconds:.0f} seconds.\n{tail(web.log)}")
        time.sleep(0.1)


def _is_healthy(clinic: Clinic) -> bool:
    link: http.client.HTTPConnection
    if clinic.certificate is not None:
        context = ssl.create_default_context(cafile=clinic.certificate)
        link = http.client.HTTPSConnection("127.0.0.1", clinic.port, timeout=2, context=context)
    else:
        link = http.client.HTTPConnection("127.0.0.1", clinic.port, timeout=2)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def _install_signals() -> None:
    def raise_stopped(_signal: int, _frame: object) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_stopped)


@contextlib.contextmanager
def _signals_ignored() -> Iterator[None]:
    """A second Ctrl+C must not leave half of the clinic running."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
