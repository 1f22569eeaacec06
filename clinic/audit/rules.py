"""The chain's arithmetic: pure, so that the sealer and the verifier cannot disagree."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = b"\0" * 32
FIELDS = (
    "id",
    "at",
    "kind",
    "action",
    "member_id",
    "actor",
    "workstation_id",
    "workstation",
    "patient_id",
    "object_type",
    "object_id",
    "detail",
    "request_id",
    "ip",
)


def canonical(event: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed for one event (a mapping with FIELDS): JSON, sorted keys, UTC microseconds."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        return value if isinstance(value, (str, int, dict, type(None))) else str(value)

    return json.dumps(
        {field: plain(event[field]) for field in FIELDS},
        sort_keys=True,
        ensure_ascii=True,
        separators=(",", ":"),
    ).encode()


def link(previous: bytes, event: Mapping[str, Any]) -> bytes:
    """SHA-256 over the previous link's hash and the event."""
    return hashlib.sha256(previous + canonical(event)).digest()
