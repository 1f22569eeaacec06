"""The stack that is measured, on a data folder of its own: database, queue, the clinic's processes, the bare limit."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clinic.runtime import postgres as launcher
from clinic.runtime.postgres import OWNER, PostgresServer
from clinic.runtime.processes import free_port, spawn, stop
from clinic.runtime.redis import RedisServer
from tests.benchmarks.client import Client
from tests.support.cluster import ROOT
from tests.support.demo_process import clean_environment, demo

FOLDER = ROOT / ".cache" / "bench"
# A server's share of the machine instead of a demo's: what a clinic with so much data would set.
_TUNED = {"shared_buffers": "2GB", "effective_cache_size": "6GB", "max_wal_size": "8GB", "work_mem": "16MB"}


@dataclass
class Stack:
    """Addresses of a running stack, and the processes whose memory counts."""

    base: str
    limit: str
    owner: str
    app: str
    environment: dict[str, str]
    processes: dict[str, int] = field(default_factory=dict)


class Data:
    """PostgreSQL and Redis of the measured clinic, kept in a folder from run to run."""

    def __init__(self, folder: Path):
        self.folder = folder
        launcher._SETTINGS.update(_TUNED)
        self.postgres, self.redis = PostgresServer(folder), RedisServer(folder)

    def __enter__(self) -> Data:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.postgres.start()
        self.redis.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.redis.stop()
        self.postgres.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the clinic needs, in demo mode: the folder is marked as one by its name."""
        return {
            **clean_environment(),
            "DATABASE_URL": self.postgres.url(), "DATABASE_OWNER_URL": self.postgres.url(OWNER),
            "REDIS_URL": self.redis.url(), "CLINIC_DEMO": "1", "SECRET_KEY": "bench-" * 12,
            "ALLOWED_HOSTS": "127.0.0.1,localhost", "PUBLIC_URL": "http://127.0.0.1", "SECURE_COOKIES": "0",
            "MEDIA_ROOT": str(self.folder / "files"), "AUDIT_HEAD_FILE": str(self.folder / "audit-head.log"),
            "STATIC_ROOT": str(self.folder / "static"), "LOG_LEVEL": "WARNING",
        }  # fmt: skip

    def seed(self, *arguments: str) -> None:
        """Migrates, and fills the clinic unless it is of the asked size already."""
        as_owner = {**self.environment, "CLINIC_DATABASE_ROLE": "owner"}
        for argv in (["migrate", "--verbosity", "0"], ["seed_scale", *arguments, "--keep"]):
            subprocess.run([sys.executable, "manage.py", *argv], cwd=ROOT, env=as_owner, check=True)


@contextlib.contextmanager
def stack(data: Data, port: int = 8775) -> Iterator[Stack]:
    """The clinic's own processes (gunicorn with threads, worker, beat) and the bare server beside them."""
    named = {name: data.environment[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    with (
        demo(data.folder / "demo", port, "--no-seed", **named) as base,
        bare_server(data.postgres.url(), data.folder) as limit,
    ):
        yield Stack(base, limit, data.postgres.url(OWNER), data.postgres.url(), data.environment)


@contextlib.contextmanager
def sync_web(data: Data) -> Iterator[str]:
    """Two sync workers of the clinic beside the demo's threads, on the same data and static files."""
    port = free_port()
    argv = [
        sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--preload",
        "--log-level", "error",
    ]  # fmt: skip
    environment = {**data.environment, "STATIC_ROOT": str(data.folder / "demo" / "static")}
    with _served(argv, environment, port, "/healthz", data.folder / "sync.log") as base:
        yield base


@contextlib.contextmanager
def bare_server(url: str, folder: Path) -> Iterator[str]:
    """The bare limit under the same kind of server, workers and threads as the clinic's."""
    port = free_port()
    argv = [
        sys.executable, "-m", "gunicorn", "tests.benchmarks.bare:application", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--keep-alive", "15",
        "--log-level", "error",
    ]  # fmt: skip
    environment = {**clean_environment(), "BENCH_DATABASE_URL": url}
    with _served(argv, environment, port, "/static?size=10", folder / "bare.log") as base:
        yield base


@contextlib.contextmanager
def _served(argv: list[str], environment: dict[str, str], port: int, path: str, log: Path) -> Iterator[str]:
    """A web server as a process for the time of the block, from its first answer on."""
    with log.open("ab") as file:
        process = spawn(argv, env=environment, log=file, cwd=ROOT)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError, EOFError):
                Client(base).request(path)
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"A server did not start; see {log}.")
        yield base
    finally:
        stop(process)


def proportional_memory(pids: list[int]) -> float:
    """The processes' share of memory (PSS) in MiB: what is used by several counts once."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def clinic_processes(base: str) -> dict[str, list[int]]:
    """Web, worker and beat processes of the clinic that answers at `base`, by what they are."""
    port = base.rsplit(":", 1)[1]
    found: dict[str, list[int]] = {"web": [], "worker": [], "beat": []}
    parents: dict[int, int] = {}
    lines: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                lines[int(entry.name)] = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    web = [pid for pid, line in lines.items() if f":{port}" in line and "gunicorn" in line]
    top = {parents[pid] for pid in web} - set(web)
    for pid, line in lines.items():
        line_of = {pid, parents.get(pid, 0), parents.get(parents.get(pid, 0), 0)}
        if pid in web:
            found["web"].append(pid)
        elif line_of & top and "celery" in line and pid not in top:
            found["beat" if " beat " in line else "worker"].append(pid)
    return found


def machine() -> dict[str, str]:
    """Cores, memory, processor, versions, load: what figures are worth nothing without."""
    import django
    import psycopg

    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown",
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    load = os.getloadavg()
    return {
        "cores": str(os.cpu_count()), "processor": cpu, "memory": f"{memory:.0f} GiB",
        "python": sys.version.split()[0], "django": django.__version__, "psycopg": psycopg.__version__,
        "load when it began": f"{load[0]:.1f} / {load[1]:.1f} / {load[2]:.1f}",
    }  # fmt: skip
