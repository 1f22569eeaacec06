"""What a restored database needs before the clinic works with it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from clinic import audit
from clinic.audit.models import AuditLink
from clinic.audit.sealing import known_head, seal, write_head
from clinic.audit.verifying import verify
from clinic.backup.errors import BadBackup
from clinic.backup.manifest import Manifest
from clinic.backup.models import BackupRun, SeenDatabase
from clinic.backup.services.runs import record_good
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.models import Heartbeat
from clinic.core.time import now
from clinic.files.models import StoredFile
from clinic.files.services import path_of
from clinic.messaging.services import doubt_lost_time, hold_sending
from clinic.staff.services.sessions import end_every_session

Say = Callable[[str], None]
# Beat writes its sign of life every 30 seconds; what left in the last minute of it counts as unknown too.
_SLACK = timedelta(minutes=1)
_LONGEST_GAP = timedelta(days=35)
UNKNOWN = "?"


def database_identity() -> str:
    """Timeline, database and cluster, as `00000001/16384/7340...`: changes when a dump is restored, when PostgreSQL
    recovers to a point in time, and when a replica takes over. Not when the server restarts or recovers from a crash.

    The cluster is `?` where this account may not ask for it, which some hosted servers arrange so.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        timeline, database = cursor.fetchone()
        try:
            with transaction.atomic():
                cursor.execute("SELECT system_identifier FROM pg_control_system()")
                (cluster,) = cursor.fetchone()
        except DatabaseError:
            cluster = UNKNOWN
    return f"{timeline}/{database}/{cluster}"


def is_same_database(one: str, other: str) -> bool:
    """Whether two identities are of the same database; what is unknown of either does not count."""
    pairs = zip(one.split("/"), other.split("/"), strict=True)
    return all(mine == theirs or UNKNOWN in (mine, theirs) for mine, theirs in pairs)


def notice_restore() -> None:
    """Called before each round of sending: holds it when this is another database than the last time.

    So messages stay inside after any restore, by whatever tool and whether or not somebody thought of it.
    """
    seen = SeenDatabase.objects.first()
    identity = database_identity()
    if seen is None or not is_same_database(seen.identity, identity):
        _notice(by=Actor.system("backup.notice_restore"), identity=identity)


@service
def _notice(*, by: Actor, identity: str) -> None:
    SeenDatabase.objects.bulk_create(
        [SeenDatabase(identity=identity, seen_at=now())], ignore_conflicts=True
    )  # fmt: skip
    seen = SeenDatabase.objects.select_for_update().get()
    if is_same_database(seen.identity, identity):
        return
    seen.identity, seen.seen_at = identity, now()
    seen.save()
    since = _last_sign_of_life()
    hold_sending(
        by=by,
        reason=f"The database was restored or moved; it may know nothing after {since:%Y-%m-%d %H:%M} UTC.",
    )
    doubt_lost_time(by=by, since=since)


def _last_sign_of_life() -> datetime:
    beat = Heartbeat.objects.filter(name="beat").first()
    return beat.at - _SLACK if beat else now() - _LONGEST_GAP


def settle_restored(*, by: Actor, manifest: Manifest, folder: Path, say: Say) -> None:
    """Holds and doubts messages, ends sessions, records the restore, and verifies the audit chain to its new end.

    Runs as the owner, in the database that is being built. Raises BadBackup when the chain is broken.
    """
    lost = _outside_head(say)
    _record(by=by, manifest=manifest, folder=folder, lost=lost, say=say)
    _verify(say)


def settle_recovered(*, by: Actor, say: Say) -> None:
    """The same for the present database after it came back by other means (recovery to a point in time, a snapshot).

    What it is restored to is taken from beat's last sign of life. Raises BadBackup when the audit chain is broken.
    """
    lost = _outside_head(say)
    since = _last_sign_of_life()
    _hold(by=by, since=since, reason=f"Restored to about {since:%Y-%m-%d %H:%M} UTC.", lost=lost, say=say)
    _verify(say)


def _verify(say: Say) -> None:
    """Seals what the restore itself wrote, then recomputes the whole chain."""
    seal()
    report = verify()
    if not report.is_intact:
        raise BadBackup("The audit chain of the backup is broken. " + " ".join(report.problems[:10]))
    say(f"The audit chain is whole: {report.checked} events, head {report.head}.")
    gone = sum(not path_of(file).exists() for file in StoredFile.objects.only("pk").iterator())
    if gone:
        say(f"{gone} stored files that the database names are missing.")


def _outside_head(say: Say) -> int:
    """How many sealed events the head outside the database has seen beyond this chain; it then continues from here.

    A head that does not fit is told, not refused: after an emergency the files of two histories may stand side by side.
    """
    last = AuditLink.objects.order_by("-seq").first()
    seq, value = (last.seq, bytes(last.hash)) if last else (0, b"\0" * 32)
    head = known_head()
    lost = max(0, head[0] - seq) if head else 0
    if lost:
        say(f"{lost} sealed audit events were written after this backup; they are not in it.")
    elif head and head[0]:
        row = AuditLink.objects.filter(seq=head[0]).first()
        if row is None or bytes(row.hash).hex() != head[1]:
            say(
                "The head of the audit chain outside the database belongs to another history than this backup."
            )
    if last:
        write_head(seq, value)
    return lost


@service
def _record(*, by: Actor, manifest: Manifest, folder: Path, lost: int, say: Say) -> None:
    began_at = manifest.began_at
    reason = f"Restored from the backup of {began_at:%Y-%m-%d %H:%M} UTC."
    _hold(by=by, since=began_at, reason=reason, lost=lost, say=say)
    # Its own row was written after its data was read; a restore is the best proof of it.
    record_good(
        by=by, how=BackupRun.How.RESTORED, began_at=began_at, folder=str(folder), size=manifest.size,
        rows=manifest.contents.rows, key_id=manifest.key_id,
    )  # fmt: skip


@service
def _hold(*, by: Actor, since: datetime, reason: str, lost: int, say: Say) -> None:
    hold_sending(by=by, reason=reason)
    doubted = doubt_lost_time(by=by, since=since)
    say(f"Outgoing messages are held; {doubted} may have left since then and are in doubt.")
    SeenDatabase.objects.all().delete()
    SeenDatabase.objects.create(identity=database_identity(), seen_at=now())
    ended = end_every_session(by=by, why="restored")
    say(f"Everybody is signed out ({ended} sessions).")
    audit.record(
        by, "backup.restored", to=since.isoformat(), lost_audit_events=lost, doubted_messages=doubted
    )  # fmt: skip
