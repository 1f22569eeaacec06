"""Finds the system's Chromium for the browser tests, and installs it with apt where it may.

Playwright's own browser download is never used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """Path of a Chromium, or None. CHROMIUM names one explicitly."""
    named = os.environ.get("CHROMIUM", "")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)


def main() -> int:
    if find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for argv in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
        ):
            subprocess.run(argv, env=environment, check=False, stdin=subprocess.DEVNULL)
    if find():
        return 0
    print("Chromium was not found. Debian and Ubuntu: sudo apt-get install chromium", file=sys.stderr)
    if os.environ.get("CI") == "true":
        return 1
    print("The browser tests will be skipped, everything else runs.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
