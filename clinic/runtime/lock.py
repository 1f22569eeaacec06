"""Resolves the ranges of pyproject.toml and package.json, and writes the locks without any address in them.

Run inside .venv:  .venv/bin/python clinic/runtime/lock.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from clinic.runtime.bootstrap import npm_command  # noqa: E402 - run as a file, the root must be found first

_COMPILE = [
    "-m", "piptools", "compile", "--quiet", "--strip-extras", "--allow-unsafe", "--generate-hashes", "--no-header",
    "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host",
]  # fmt: skip


def main() -> None:
    for output, arguments in (
        ("base", ["pyproject.toml"]),
        ("dev", ["pyproject.toml", "--extra", "demo", "--extra", "dev", "-c", "requirements/base.txt"]),
        # A checker of X12 files that can't share an environment with the rest: it needs an old pydantic.
        ("x12", ["requirements/x12.in"]),
    ):
        print(f"requirements/{output}.txt (a few minutes)", flush=True)
        argv = [sys.executable, *_COMPILE, "--upgrade", *arguments, "-o", f"requirements/{output}.txt"]
        subprocess.run(argv, cwd=ROOT, check=True)
    print("package-lock.json", flush=True)
    npm, environment = npm_command()
    install = [
        "install",
        "--package-lock-only",
        "--omit-lockfile-registry-resolved",
        "--ignore-scripts",
        "--no-audit",
    ]
    subprocess.run([*npm, *install], cwd=ROOT, check=True, env=environment)


if __name__ == "__main__":
    main()
