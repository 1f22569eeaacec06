"""Writing down what came of a backup."""

from __future__ import annotations

from datetime import datetime

from clinic import audit
from clinic.backup.models import BackupRun
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.time import now


@service
def record_good(
    *, by: Actor, how: str, began_at: datetime, folder: str, size: int, rows: int, key_id: str
) -> BackupRun:
    """A backup that was read back whole. `size` in bytes. Audited as `backup.made`."""
    run = BackupRun.objects.create(
        started_at=began_at,
        finished_at=now(),
        how=how,
        outcome=BackupRun.Outcome.GOOD,
        folder=folder[-300:],
        size_bytes=size,
        row_count=rows,
        verified_at=now(),
        key_id=key_id,
    )
    audit.record(by, "backup.made", obj=run, folder=folder, size=size, rows=rows, key_id=key_id)
    return run


@service
def record_failed(*, by: Actor, how: str, began_at: datetime, folder: str, error: str) -> BackupRun:
    """A try that left nothing behind, and why, in words without patients' data. Audited as `backup.failed`."""
    run = BackupRun.objects.create(
        started_at=began_at,
        finished_at=now(),
        how=how,
        outcome=BackupRun.Outcome.FAILED,
        folder=folder[-300:],
        error=(error or "No reason was given.")[:300],
    )
    audit.record(by, "backup.failed", obj=run, folder=folder, error=run.error)
    return run
