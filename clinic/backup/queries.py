"""How the backups stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from clinic.backup.models import BackupRun
from clinic.backup.rules import TOO_OLD, age_words, size_words
from clinic.core.time import now


@dataclass(frozen=True)
class BackupState:
    """`age` and `size` of the last good backup read as words, empty where there is none. `problem` is a sentence with
    what to do, empty while all is well; `is_set_up` False: this server makes none by itself."""

    is_set_up: bool
    last_good_at: datetime | None
    age: str
    size: str
    problem: str


def newest_good() -> BackupRun | None:
    """The good backup with the newest data."""
    return BackupRun.objects.filter(outcome=BackupRun.Outcome.GOOD).order_by("-started_at").first()


def newest_failure(since: datetime | None) -> BackupRun | None:
    """The newest failed run that began after `since`."""
    failed = BackupRun.objects.filter(outcome=BackupRun.Outcome.FAILED)
    return (failed.filter(started_at__gt=since) if since else failed).order_by("-started_at").first()


def backup_state() -> BackupState:
    """The last good backup, and what is wrong: none, older than 26 hours, or no folder set at all."""
    good = newest_good()
    age = now() - good.started_at if good else None
    words = age_words(age) if age is not None else ""
    if not settings.BACKUP_DIR:
        problem = (
            "No nightly backup is set up: give the server a folder (BACKUP_DIR) and a key (BACKUP_KEY), "
            "as docs/operations.md shows."
        )
    elif age is None:
        problem = "No good backup has been made yet."
    elif age > TOO_OLD:
        problem = f"The last good backup is {words} old."
    else:
        problem = ""
    if problem and settings.BACKUP_DIR:
        failed = newest_failure(good.started_at if good else None)
        problem += f" The last try failed: {failed.error}" if failed else " See that worker and beat run."
    return BackupState(
        is_set_up=bool(settings.BACKUP_DIR),
        last_good_at=good.started_at if good else None,
        age=words,
        size=size_words(good.size_bytes or 0) if good else "",
        problem=problem,
    )


def backup_problem() -> str:
    """For /readyz: "" while the last good backup is at most 26 hours old."""
    return backup_state().problem
