"""The staging table: COPY in, read back patient by patient, emptied on the way.

Whatever the size of the folder, memory holds one batch of lines or one patient, never more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from clinic.core.ids import uuid7
from clinic.core.time import now
from records.fhir.sources import Staged
from records.models import FhirStage

BATCH_ROWS = 2_000
BATCH_BYTES = 4 * 1024 * 1024
PAGE = 500
_COPY = "COPY records_fhirstage (run, owner, resource_type, key, body, staged_at) FROM STDIN"


class Stage:
    """One run's rows in the staging table."""

    def __init__(self) -> None:
        self.run: UUID = uuid7()
        self._rows: list[Staged] = []
        self._bytes = 0

    def add(self, row: Staged) -> None:
        self._rows.append(row)
        self._bytes += len(row.body)
        if len(self._rows) >= BATCH_ROWS or self._bytes >= BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """One COPY for the rows gathered so far. Each batch is short, so no statement limit is met."""
        if not self._rows:
            return
        at = now()
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in self._rows:
                # JSON text may say \u0000, which PostgreSQL stores as six plain characters here.
                copy.write_row((self.run, row.owner, row.resource_type, row.key, row.body.decode(), at))
        self._rows, self._bytes = [], 0

    def owners(self) -> Iterator[str]:
        """Every patient's key, in order, read in pages."""
        last = ""
        while True:
            page = list(
                self._all()
                .filter(owner__gt=last)
                .order_by("owner")
                .values_list("owner", flat=True)
                .distinct()[:PAGE]
            )
            if not page:
                return
            yield from page
            last = page[-1]

    def owner_count(self) -> int:
        return self._all().exclude(owner="").values("owner").distinct().count()

    def of_owner(self, owner: str) -> list[Staged]:
        """All resources of one patient, in the order of the files."""
        rows = self._all().filter(owner=owner).order_by("id")
        return [Staged(r.owner, r.resource_type, r.key, r.body.encode()) for r in rows]

    def shared(self) -> Iterator[list[Staged]]:
        """Resources that belong to nobody (people and organizations elsewhere), in pages."""
        last = 0
        while True:
            rows = list(self._all().filter(owner="", id__gt=last).order_by("id")[:PAGE])
            if not rows:
                return
            yield [Staged("", r.resource_type, r.key, r.body.encode()) for r in rows]
            last = rows[-1].pk

    def forget(self, owner: str) -> None:
        self._all().filter(owner=owner).delete()

    def clear(self) -> None:
        """Remove what is left of this run, and of runs that were cut off more than a day ago."""
        leftovers = FhirStage.objects.filter(staged_at__lt=now() - dt.timedelta(days=1))
        for rows in (self._all(), leftovers):
            while True:
                some = list(rows.values_list("pk", flat=True)[:BATCH_ROWS])
                if not some:
                    break
                FhirStage.objects.filter(pk__in=some).delete()

    def _all(self) -> QuerySet[FhirStage]:
        return FhirStage.objects.filter(run=self.run)
