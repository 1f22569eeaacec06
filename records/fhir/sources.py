"""Files in, resources out, one at a time: bundles, single resources and NDJSON folders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import ijson
import orjson

from records.fhir.parse import SHARED_TYPES, owner_key
from records.fhir.values import Json, reference_key

# Above this a bundle is read as a stream; below it, whole (six times faster, and about 100 MB at most).
STREAM_ABOVE = 24 * 1024 * 1024
SUFFIXES = (".json", ".ndjson")


@dataclass(frozen=True, slots=True)
class Staged:
    """One resource with the keys it is sorted by: `owner` is its patient, or "" for shared ones."""

    owner: str
    resource_type: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or line that is not FHIR JSON. `where` is a file name and line, never content."""

    where: str
    reason: str


def find_files(paths: list[Path]) -> list[Path]:
    """The JSON and NDJSON files of files and folders, each once, in a fixed order."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file.is_file() and (file.suffix in SUFFIXES or file == path):
                found.setdefault(file.resolve(), None)
    return list(found)


def read_file(path: Path) -> Iterator[tuple[int, Staged | Unreadable]]:
    """Each resource of a file with the number of bytes read so far, for a progress bar."""
    if path.suffix == ".ndjson":
        yield from _lines(path)
    elif path.stat().st_size > STREAM_ABOVE:
        yield from _stream(path)
    else:
        yield from _whole(path)


def _lines(path: Path) -> Iterator[tuple[int, Staged | Unreadable]]:
    done = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            done += len(line)
            if not line.strip():
                continue
            try:
                resource = orjson.loads(line)
            except orjson.JSONDecodeError:
                yield done, Unreadable(f"{path.name}, line {number}", "not JSON")
                continue
            if not isinstance(resource, dict):
                yield done, Unreadable(f"{path.name}, line {number}", "not a FHIR resource")
                continue
            yield done, staged(resource)


def _whole(path: Path) -> Iterator[tuple[int, Staged | Unreadable]]:
    try:
        content = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        yield path.stat().st_size, Unreadable(path.name, "not JSON")
        return
    if not isinstance(content, dict) or "resourceType" not in content:
        yield path.stat().st_size, Unreadable(path.name, "not a FHIR resource")
        return
    if content["resourceType"] != "Bundle":
        yield path.stat().st_size, staged(content)
        return
    entries = content.get("entry") or []
    size = path.stat().st_size
    for number, entry in enumerate(entries, 1):
        yield size * number // len(entries), _entry(entry, path, number)


def _stream(path: Path) -> Iterator[tuple[int, Staged | Unreadable]]:
    with path.open("rb") as file:
        try:
            for number, entry in enumerate(_entries(file), 1):
                yield file.tell(), _entry(entry, path, number)
        except (ijson.JSONError, ValueError):
            yield path.stat().st_size, Unreadable(path.name, "not JSON to its end")


def _entries(file: BinaryIO) -> Iterator[Any]:
    return ijson.items(file, "entry.item", use_float=True)


def _entry(entry: Any, path: Path, number: int) -> Staged | Unreadable:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict):
        return Unreadable(f"{path.name}, entry {number}", "not a FHIR resource")
    return staged(resource, full_url=str(entry.get("fullUrl") or ""))


def staged(resource: Json, full_url: str = "") -> Staged:
    """The keys of a resource. In a bundle it is known by its fullUrl, elsewhere by its id."""
    resource_type = str(resource.get("resourceType", ""))[:40]
    body = orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)
    key = reference_key(full_url) or str(resource.get("id") or "")
    if not key:
        key = hashlib.sha256(body).hexdigest()[:32]
    if resource_type == "Patient":
        owner = key
    elif resource_type in SHARED_TYPES:
        owner = ""
    else:
        owner = owner_key(resource)
    return Staged(owner[:200], resource_type, key[:200], body)
