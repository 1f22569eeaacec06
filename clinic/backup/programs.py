"""PostgreSQL's own programs, and how they are told where to go: argument lists, never a shell."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import IO

from clinic.backup.errors import BackupError
from clinic.runtime.postgres import find_binaries
from clinic.runtime.processes import StartError, clean_environment, die_with_parent

_INSTALLED = Path("/usr/lib/postgresql")
_MAJOR = re.compile(r"\(PostgreSQL\) (\d+)")


def _folders() -> list[Path]:
    """Where they may stand: packages of the system, the search path, the wheel of the trial and the tests."""
    folders = sorted(_INSTALLED.glob("*/bin")) if _INSTALLED.is_dir() else []
    folders += [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    with contextlib.suppress(StartError):
        folders.append(find_binaries() / "bin")
    return folders


def _major(path: Path) -> int | None:
    try:
        done = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            env=clean_environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _MAJOR.search(done.stdout)
    return int(found.group(1)) if found else None


def program(name: str, server_version: int) -> Path:
    """Where `name` (pg_dump, pg_restore) stands: of the server's major version, else the next newer one.

    `server_version` is PostgreSQL's number, such as 170004. Raises BackupError, naming what was found, where
    there is none or only older ones: an older program does not know everything that a newer server holds.
    """
    wanted = server_version // 10_000
    found: dict[int, Path] = {}
    for folder in _folders():
        path = shutil.which(name, path=str(folder))
        major = _major(Path(path)) if path else None
        if path and major:
            found.setdefault(major, Path(path))
    good = [major for major in found if major >= wanted]
    if not good:
        there = ", ".join(f"{major} in {path.parent}" for major, path in sorted(found.items())) or "none"
        raise BackupError(
            f"The database is PostgreSQL {wanted}; {name} of version {wanted} or newer is needed. Found: {there}.",
            hint="Install the client programs of the server's version.",
        )
    return found[min(good)]


def environment(database: dict) -> dict[str, str]:
    """What the programs read the address from. The password stands in no argument list, where any account of the
    machine could read it; a process's environment is open to its own account only."""
    named = {
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"]),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        "PGPASSFILE": os.devnull,
        "PGCONNECT_TIMEOUT": "10",
    }
    options = database.get("OPTIONS", {})
    named.update({f"PG{name.upper()}": str(options[name]) for name in options if name.startswith("ssl")})
    return clean_environment({name: value for name, value in named.items() if value})


def start(
    argv: list[str | Path], *, env: dict[str, str], complaints: IO[bytes], **pipes: int
) -> subprocess.Popen[bytes]:
    """Starts one with its pipes; it ends with us, so that a killed worker leaves nothing running."""
    parent = os.getpid()
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **pipes}
    return subprocess.Popen(
        [str(part) for part in argv],
        env=env,
        stderr=complaints,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),
        **streams,
    )


def words(complaints: IO[bytes]) -> str:
    """What a program complained about, without the lines that quote rows or statements."""
    complaints.seek(0)
    lines = complaints.read(20_000).decode("utf-8", "replace").splitlines()
    kept = [line.strip() for line in lines if re.match(r"pg_\w+: error:", line)]
    return " ".join(kept)[:600] or "It gave no reason."
