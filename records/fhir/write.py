"""A chart plan into the database: adds what is new, changes what changed, leaves everything else alone.

Each row's source key names where it came from and what it said (a digest), so that a second import
recognises it. Rows of the chart that may not be edited are retracted and written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from uuid import UUID

from django.db import models

from clinic.core.actor import Actor
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.time import now
from records.models import VitalReading

SYSTEM = "fhir"


@dataclass(frozen=True)
class Row:
    """A row to be there: `key` names it within its table, `values` are its columns."""

    key: str
    values: dict[str, Any]
    children: tuple[Any, ...] = ()

    def source_key(self, table: str) -> str:
        said = repr(sorted(self.values.items(), key=lambda item: item[0])) + repr(
            [astuple(c) for c in self.children]
        )
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        return f"{prefix(table, self.key)}{digest}"


def prefix(table: str, key: str) -> str:
    return f"{SYSTEM}:{table}:{key}#"


@dataclass
class Outcome:
    created: int = 0
    changed: int = 0

    def __iadd__(self, other: Outcome) -> Outcome:
        self.created += other.created
        self.changed += other.changed
        return self


def existing(model: type[models.Model], **owner: Any) -> dict[str, tuple[UUID, str]]:
    """What earlier imports left in a table: key -> (id, full source key)."""
    found = {}
    rows = model.objects.filter(source_key__startswith=f"{SYSTEM}:", **owner)
    if _is_append_only(model):
        rows = rows.order_by("created_at", "pk")
    for pk, source_key in rows.values_list("pk", "source_key"):
        found[source_key.split("#")[0].split(":", 2)[2]] = (pk, source_key)
    return found


def sync(
    model: type[models.Model],
    rows: Sequence[Row],
    *,
    owner: dict[str, Any],
    by: Actor,
    make: Callable[[Row], dict[str, Any]] = lambda row: row.values,
) -> tuple[Outcome, dict[str, UUID]]:
    """Brings a table to what the rows say. Returns what was done, and the id of every row by its key.

    Refuses a changed append-only row when nobody is named who answers for the retraction.
    """
    table = model.__name__
    there = existing(model, **owner)
    ids, outcome, fresh = {}, Outcome(), []
    for row in rows:
        source_key = row.source_key(table)
        known = there.get(row.key)
        if known and known[1].split("~")[0] == source_key:
            ids[row.key] = known[0]
            continue
        values = {**make(row), **owner}
        if known and not _is_append_only(model):
            _change(model, known[0], {**values, "source_key": source_key})
            ids[row.key] = known[0]
            outcome.changed += 1
            continue
        if known:
            _retract(model, known[0], by)
            # What was said before and is said again: the retracted row keeps the plain key.
            source_key += f"~{uuid7().hex[-8:]}"
            outcome.changed += 1
        else:
            outcome.created += 1
        ids[row.key] = uuid7()
        fresh.append(model(pk=ids[row.key], source_key=source_key, **_recorded(model, values)))
    model.objects.bulk_create(fresh, batch_size=1000)
    return outcome, ids


def add_readings(groups: Iterable[Row], ids: dict[str, UUID]) -> None:
    """The readings of sets that are new; sets that were there keep theirs."""
    with_readings = set(
        VitalReading.objects.filter(set__in=list(ids.values())).values_list("set_id", flat=True).distinct()
    )
    VitalReading.objects.bulk_create(
        [
            VitalReading(
                set_id=ids[group.key],
                vital=child.vital,
                sequence=child.sequence,
                entered_value=child.entered_value,
                entered_unit=child.entered_unit,
                value=child.value,
                tier=child.tier if child.tier != "confirm" else "ok",
            )
            for group in groups
            if ids[group.key] not in with_readings
            for child in group.children
        ],
        batch_size=1000,
    )


def _is_append_only(model: type[models.Model]) -> bool:
    names = {field.name for field in model._meta.fields}
    return "retracted_at" in names and "version" not in names


def _recorded(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in model._meta.fields}
    return {**values, "recorded_at": now()} if "recorded_at" in names else values


def _change(model: type[models.Model], pk: UUID, values: dict[str, Any]) -> None:
    names = {field.name for field in model._meta.fields}
    if "version" in names:
        values["version"] = models.F("version") + 1
    model.objects.filter(pk=pk).update(**values, updated_at=now())


def _retract(model: type[models.Model], pk: UUID, by: Actor) -> None:
    if by.member_id is None:
        raise Refused(
            "The files correct values that are already in the chart.",
            hint="Run the import with --by and the user name of who answers for the correction.",
        )
    row = model.objects.get(pk=pk)
    row.retracted_at, row.retracted_by_id = now(), by.member_id
    row.retract_reason = "Replaced by a later import"
    row.save(update_fields=["retracted_at", "retracted_by", "retract_reason"])
