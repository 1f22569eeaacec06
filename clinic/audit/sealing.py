"""Sealing: after commit, in batches, one sealer at a time. Chaining inside the transaction would make every
writer wait for every other."""

from __future__ import annotations

import errno
import json
import logging
from pathlib import Path

from django.conf import settings
from django.db import transaction

from clinic.audit.models import AuditEvent, AuditLink
from clinic.audit.rules import FIELDS, GENESIS, link
from clinic.core.tasks import only_one
from clinic.core.time import now

log = logging.getLogger(__name__)
BATCH = 2_000


def seal(limit: int | None = None) -> int:
    """Chains every committed, unsealed event; returns how many. Safe to run twice at once."""
    total = 0
    while True:
        count = _seal_batch(min(BATCH, limit - total) if limit else BATCH)
        total += count
        if count < BATCH or (limit and total >= limit):
            return total


def _seal_batch(size: int) -> int:
    with transaction.atomic():
        if not only_one("audit.seal"):
            return 0
        last = AuditLink.objects.order_by("-seq").first()
        seq, previous = (last.seq, bytes(last.hash)) if last else (0, GENESIS)
        events = list(
            AuditEvent.objects.extra(
                where=["NOT EXISTS (SELECT 1 FROM audit_auditlink l WHERE l.event_id = audit_auditevent.id)"]
            )
            .order_by("id")
            .values(*FIELDS)[:size]
        )
        links = []
        sealed_at = now()
        for event in events:
            seq += 1
            previous = link(previous, event)
            links.append(AuditLink(seq=seq, event_id=event["id"], hash=previous, sealed_at=sealed_at))
        AuditLink.objects.bulk_create(links)
        if links:
            transaction.on_commit(lambda: write_head(seq, previous))
    return len(events)


def write_head(seq: int, value: bytes) -> None:
    """Keeps the head outside the database too, so that rows cut off the end are noticed.

    On a full disk nothing is written, not half a line either: the next head holds for all before it.
    """
    if not settings.AUDIT_HEAD_FILE:
        return
    path = Path(settings.AUDIT_HEAD_FILE)
    line = json.dumps({"at": now().isoformat(), "seq": seq, "hash": value.hex()}) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            before = file.tell()
            if file.write(line.encode("ascii")) != len(line):
                file.truncate(before)
                raise OSError(errno.ENOSPC, "no room")
    except OSError as error:
        log.error("the head of the audit chain was not written", exc_info=error)


def known_head() -> tuple[int, str] | None:
    """The newest head written outside the database."""
    path = Path(settings.AUDIT_HEAD_FILE) if settings.AUDIT_HEAD_FILE else None
    if not path or not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        lines = file.read().decode("ascii").strip().splitlines()
    if not lines:
        return None
    head = json.loads(lines[-1])
    return head["seq"], head["hash"]
