"""A demo clinic of one's own for the time of a `with` block, as a separate process."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.cluster import ROOT

_OURS = re.compile(
    r"^(DATABASE_|REDIS_URL|SECRET_KEY|CLINIC_|ALLOWED_|PUBLIC_|MEDIA_|STATIC_|AUDIT_|DJANGO_)"
)
_START_LIMIT = 900


def clean_environment() -> dict[str, str]:
    """The caller's environment without anything that names a clinic's servers."""
    return {name: value for name, value in os.environ.items() if not _OURS.match(name)}


@contextlib.contextmanager
def demo(folder: Path, port: int, *options: str, **environment: str) -> Iterator[str]:
    """Starts `manage.py demo` on `folder`, yields its address when it is ready, stops it at the end.

    `options` go to the command; `environment` names servers to use instead of the demo's own. CLINIC_URL names a demo that already
    runs; it is used as it is and left running.
    """
    running = os.environ.get("CLINIC_URL")
    if running:
        yield running.rstrip("/")
        return
    argv = [
        sys.executable,
        "manage.py",
        "demo",
        "--tied",
        "--port",
        str(port),
        "--data-dir",
        str(folder),
        *options,
    ]
    process = subprocess.Popen(
        argv, cwd=ROOT, env={**clean_environment(), **environment}, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield _wait_ready(process)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=40)
        process.kill()


def _wait_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline, seen = time.monotonic() + _START_LIMIT, []
    for line in process.stdout:
        seen.append(line)
        print(f"  {line}", end="", flush=True)
        if line.startswith("ready "):
            # Nobody reads the rest; a full pipe would stop the demo.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return line.split()[1]
        if time.monotonic() > deadline:
            break
    raise SystemExit(f"The demo did not start.\n{''.join(seen[-20:])}")
