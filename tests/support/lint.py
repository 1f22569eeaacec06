"""`make lint`: every check runs, and all that fail are named at the end."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CODE = ("clinic", "scheduling", "records", "billing", "inventory")


def _deploy_environment() -> dict[str, str]:
    """What a real clinic's server would be given, with values that lead nowhere."""
    return {
        **os.environ,
        "CLINIC_DEMO": "0",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "clinic.example.org",
        "PUBLIC_URL": "https://clinic.example.org",
        "DATABASE_URL": "postgresql://clinic_app:none@127.0.0.1:1/clinic",
        "DATABASE_OWNER_URL": "postgresql://clinic_owner:none@127.0.0.1:1/clinic",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "MEDIA_ROOT": str(ROOT / ".cache"),
        "BEHIND_PROXY": "1",
        "SECURE_COOKIES": "1",
    }


def _secret_scan(folder: str) -> list[str]:
    """detect-secrets over the tracked files, against a copy of the baseline of known false alarms.

    A copy, because the tool rewrites the line numbers in its baseline (and then ends with 3).
    """
    baseline = shutil.copy(ROOT / ".secrets.baseline", folder)
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    skipped = (".secrets.baseline", "package-lock.json", "requirements/", "records/data/")
    files = [
        name
        for name in tracked.split("\0")
        if name and not name.startswith(skipped) and (ROOT / name).is_file()
    ]
    return ["detect_secrets.pre_commit_hook", "--baseline", baseline, *files]


def _steps(folder: str) -> list[tuple[str, Sequence[str]]]:
    return [
        ("ruff check", ["ruff", "check", "."]),
        ("ruff format", ["ruff", "format", "--check", "."]),
        ("import layers", ["importlinter.cli", "lint"]),
        ("bandit", ["bandit", "-q", "-ll", "-r", "-c", "pyproject.toml", *_CODE]),
        ("secrets", _secret_scan(folder)),
        ("packages fit together", ["pip", "check"]),
        ("django check --deploy", ["manage", "check", "--deploy", "--fail-level", "WARNING"]),
        ("migrations", ["manage", "makemigrations", "--check", "--dry-run"]),
    ]


def _command(arguments: Sequence[str]) -> list[str]:
    if arguments[0] == "manage":
        return [sys.executable, "manage.py", *arguments[1:]]
    if arguments[0] == "importlinter.cli":
        return [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    return [sys.executable, "-m", *arguments]


def _run(name: str, arguments: Sequence[str], environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        _command(arguments), cwd=ROOT, env=environment, text=True, capture_output=True, check=False
    )
    passed = done.returncode in ((0, 3) if name == "secrets" else (0,))
    print(f"{name:<24}{'ok' if passed else 'FAILED'}  {time.monotonic() - started:.1f} s", flush=True)
    if not passed:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return passed


def main() -> int:
    environment = _deploy_environment()
    with tempfile.TemporaryDirectory() as folder:
        failed = [name for name, arguments in _steps(folder) if not _run(name, arguments, environment)]
    print(f"lint failed: {', '.join(failed)}" if failed else "lint passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
