"""Lays out a PostgreSQL data folder that recovers to a point in time, from a base backup and streamed WAL.

    python3 clinic/runtime/point_in_time.py BASE WAL TARGET [--time "2026-03-10 14:05:00+00"]

BASE is what pg_basebackup wrote (plain format), WAL the folder that pg_receivewal writes to, TARGET a folder that
does not exist yet. Without --time everything that was received is replayed. Start PostgreSQL on TARGET afterwards:
it recovers and then takes connections. BASE and WAL are only read. Standard library only, so that it runs on a machine
that has nothing but PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from datetime import datetime
from pathlib import Path

_SEGMENT = re.compile(r"[0-9A-F]{24}(\.partial)?")
_HISTORY = re.compile(r"[0-9A-F]{8}\.history")


class CannotRecover(Exception):
    """The message says what is missing or wrong."""


def lay_out(base: Path, wal: Path, target: Path, *, until: datetime | None = None) -> int:
    """Makes `target` and returns how many WAL files it was given.

    `until` (with a zone) is the instant to stop before: what was committed at or after it is left out. Raises
    CannotRecover when `base` or `wal` is not what it should be, a segment in between is missing, or `target` exists.
    """
    if not (base / "backup_label").is_file() or not (base / "PG_VERSION").is_file():
        raise CannotRecover(f"{base} is not a base backup in plain format: backup_label is missing.")
    if target.exists():
        raise CannotRecover(f"{target} is already there.")
    if until is not None and until.tzinfo is None:
        raise CannotRecover("The time needs its zone, such as +00.")
    if (base / "tablespace_map").is_file() and (base / "tablespace_map").stat().st_size:
        raise CannotRecover("The base backup has tablespaces of its own; lay it out by hand.")
    segments = _segments(wal)
    if not segments:
        raise CannotRecover(f"{wal} holds no WAL.")
    _refuse_gap(segments)
    shutil.copytree(base, target, symlinks=True)
    target.chmod(0o700)
    for name, path in segments.items():
        # pg_receivewal fills the segment it writes to up to its full size, so it can be replayed as far as it goes.
        shutil.copyfile(path, target / "pg_wal" / name)
    lines = ["", "# Recovery to a point in time", "restore_command = 'false'  # everything is in pg_wal already",
             "recovery_target_timeline = 'latest'", "recovery_target_action = 'promote'"]  # fmt: skip
    if until is not None:
        lines += [f"recovery_target_time = '{until.isoformat(sep=' ')}'", "recovery_target_inclusive = off"]
    with (target / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    (target / "recovery.signal").touch(mode=0o600)
    _give_to_owner_of(base, target)
    return len(segments)


def _segments(wal: Path) -> dict[str, Path]:
    """Name in pg_wal -> file. A whole segment counts before its earlier, partial self."""
    found: dict[str, Path] = {}
    for path in sorted(wal.iterdir()):
        if _HISTORY.fullmatch(path.name):
            found[path.name] = path
        elif _SEGMENT.fullmatch(path.name):
            found.setdefault(path.name.removesuffix(".partial"), path)
    return found


def _refuse_gap(segments: dict[str, Path]) -> None:
    names = sorted(name for name in segments if not name.endswith(".history"))
    size = max(segments[name].stat().st_size for name in names)
    per_log = (1 << 32) // size
    numbers = sorted({int(name[8:16], 16) * per_log + int(name[16:], 16) for name in names})
    for before, after in zip(numbers, numbers[1:], strict=False):
        if after != before + 1:
            missing = before + 1
            raise CannotRecover(
                f"WAL is missing from segment {missing // per_log:08X}{missing % per_log:08X} on: "
                "recovery would end there."
            )


def _give_to_owner_of(base: Path, target: Path) -> None:
    """PostgreSQL insists on owning its folder; as root that is arranged, otherwise it is so already."""
    if os.geteuid() != 0:
        return
    owner = (base / "PG_VERSION").stat()
    for path in (target, *target.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def main() -> None:
    parser = argparse.ArgumentParser(description="Lay out a data folder that recovers to a point in time.")
    for name in ("base", "wal", "target"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--time", type=datetime.fromisoformat, help="stop before this instant, with its zone")
    options = parser.parse_args()
    try:
        count = lay_out(options.base, options.wal, options.target, until=options.time)
    except (CannotRecover, OSError) as error:
        sys.exit(str(error))
    print(
        f"{options.target}: {count} WAL files. Start PostgreSQL on it; its log says where recovery stopped."
    )


if __name__ == "__main__":
    main()
