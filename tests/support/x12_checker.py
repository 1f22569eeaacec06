"""A checker of 270, 271, 276 and 277 files in an environment of its own: it needs a pydantic that nothing else here uses.

`python -m tests.support.x12_checker` builds it from requirements/x12.txt into .cache/x12; `make test` does that by itself.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path

from clinic.runtime.bootstrap import ROOT, digest, is_done

FOLDER = ROOT / ".cache" / "x12"
LOCK = ROOT / "requirements" / "x12.txt"
PYTHON = FOLDER / "bin" / "python"
_MARK = FOLDER / "lock-hash"
_PROGRAM = """
import json, sys
from linuxforhealth.x12.io import X12ModelReader
found = {}
for path in sys.argv[1:]:
    try:
        with X12ModelReader(path) as reader:
            found[path] = [sum(1 for _ in reader.models()), ""]
    except Exception as error:
        found[path] = [0, f"{type(error).__name__}: {error}"]
print(json.dumps(found))
"""


def is_built() -> bool:
    """Whether the environment is there, as the lock wants it."""
    return PYTHON.exists() and is_done(_MARK, digest(LOCK))


def build() -> None:
    """Makes the environment, unless it is there. Raises CalledProcessError where pip fails."""
    FOLDER.parent.mkdir(exist_ok=True)
    with open(FOLDER.parent / "x12.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_built():
            return
        print("Building the checker of X12 files ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
        subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "-r", str(LOCK)],
            check=True,
        )
        _MARK.write_text(digest(LOCK), encoding="utf-8")


def check(files: list[Path]) -> dict[str, tuple[int, str]]:
    """For each file by its name: how many transaction sets were read, and the complaint ("" where there is none)."""
    done = subprocess.run(
        [str(PYTHON), "-c", _PROGRAM, *map(str, files)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return {Path(path).name: (count, words) for path, (count, words) in json.loads(done.stdout).items()}


if __name__ == "__main__":
    build()
