"""Child processes that never outlive the one that started them."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pwd
import secrets
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec nothing may be imported or allocated by a loader.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


class StartError(Exception):
    """A server did not come up; the message is for the person at the terminal."""


class AlreadyRunning(StartError):
    """Another process holds the folder."""


@dataclass(frozen=True)
class Account:
    """The account a server runs as."""

    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()


def service_account() -> Account:
    """Who runs PostgreSQL: ourselves, or for root (which PostgreSQL refuses) an unprivileged account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), "")
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid, name)
    raise StartError(
        "PostgreSQL does not run as root, and there is neither a 'postgres' nor a 'nobody' account."
    )


def may_reach(path: Path, account: Account) -> bool:
    """True where the account may enter every folder above `path` (which need not exist yet)."""
    for folder in path.absolute().parents:
        try:
            found = folder.stat()
        except FileNotFoundError:
            continue
        bit = stat.S_IXOTH
        if found.st_uid == account.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == account.gid:
            bit = stat.S_IXGRP
        if not found.st_mode & bit:
            return False
    return True


def die_with_parent(death_signal: int, parent: int) -> None:
    """Asks the kernel to signal this process when its parent's thread ends. Linux only; elsewhere nothing."""
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # the parent ended between fork and prctl
        os._exit(1)


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: IO[Any] | int,
    cwd: Path | None = None,
    account: Account | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a server in a session of its own, so that Ctrl+C reaches it only through us, in our order.

    Call it from the main thread: the kernel's parent-death signal follows the thread, not the process.
    """
    parent = os.getpid()
    other = account if account is not None and account.is_other else None

    def prepare() -> None:
        if other is not None:
            os.setgroups([])
            os.setgid(other.gid)
            os.setuid(other.uid)
        die_with_parent(death_signal, parent)  # after setuid, which clears it

    return subprocess.Popen(
        [str(part) for part in argv],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=prepare,  # the death signal can only be set in the child
    )


def stop(
    process: subprocess.Popen[bytes] | None, *, how: int | None = signal.SIGTERM, patience: float = 10.0
) -> None:
    """Ends a process from `spawn`: asks (None: it was asked), waits `patience` seconds, then kills its session."""
    if process is None or process.poll() is not None:
        return
    if how is not None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
    try:
        process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def free_port() -> int:
    """A loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Any, *, process: subprocess.Popen[bytes], seconds: float, what: str, log: Path) -> None:
    """Polls `ready()` until true. Raises StartError with the end of the log when the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise StartError(f"{what} ended at once (exit {process.returncode}).\n{tail(log)}")
        if time.monotonic() > deadline:
            stop(process, patience=3)
            raise StartError(f"{what} was not ready after {seconds:.0f} seconds.\n{tail(log)}")
        time.sleep(0.02)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or a note that there is none."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A small environment for a server: nothing of the caller's PG* or secrets leaks into it."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", **(extra or {})}


def password() -> str:
    """A random password without characters that a URL would have to escape."""
    return secrets.token_hex(24)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def make_folder(path: Path) -> Path:
    """A folder for our own data: closed to others, except that root lets its service account pass through."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)  # whatever the umask says
    path.chmod(mode)
    return path


def hold(folder: Path) -> IO[str]:
    """Locks a folder for this process. Raises AlreadyRunning, naming the holder's process id."""
    file = open(folder / "lock", "a+", encoding="utf-8")  # noqa: SIM115 - open as long as the lock is held
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise AlreadyRunning(f"Already in use by process {holder}: {folder}") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
