"""Two people, one form: field-wise three-way merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing

SALT = "clinic.core.merge"


@dataclass(frozen=True)
class FieldConflict:
    """Both people changed `field` from `base`, to different values."""

    field: str
    base: Any
    mine: Any
    theirs: Any


def three_way(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], list[FieldConflict]]:
    """Merges two edits of one row, field by field; returns (merged, conflicts).

    What one side changed is taken; what both changed alike is taken; what both changed differently is a
    conflict, and `merged` then holds mine. Lists of rows (phones, allergies) are passed as {key: row}
    mappings and merge by key.
    """
    merged: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for field in {**base, **theirs, **mine}:
        b, m, t = base.get(field), mine.get(field), theirs.get(field)
        if m == t or t == b:
            merged[field] = m
        elif m == b:
            merged[field] = t
        elif all(isinstance(side, Mapping) for side in (b or {}, m, t)):
            inner, inner_conflicts = three_way(b or {}, m, t)
            merged[field] = {key: row for key, row in inner.items() if row is not None}
            conflicts += [
                FieldConflict(f"{field}.{c.field}", c.base, c.mine, c.theirs) for c in inner_conflicts
            ]
        else:
            merged[field] = m
            conflicts.append(FieldConflict(field, b, m, t))
    return merged, conflicts


def snapshot(values: Mapping[str, Any]) -> str:
    """The values a form was opened with, signed, for a hidden field."""
    return signing.dumps(
        {key: "" if value is None else str(value) for key, value in values.items()}, salt=SALT, compress=True
    )


def read_snapshot(text: str) -> dict[str, str] | None:
    """The values back, or None when the text was not made by `snapshot`."""
    try:
        return signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
