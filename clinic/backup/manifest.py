"""The manifest: what a backup is made of. Readable without the key, and vouched for by a mark that needs it.

It holds names of tables, numbers and checksums, no patient's data; everything else in the folder is encrypted.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from clinic.backup.contents import Contents, Table
from clinic.backup.errors import BadBackup
from clinic.backup.rules import made_at
from clinic.backup.sealed import Key

FORMAT = 1
FILE, DUMP, MEDIA = "manifest.json", "database.dump.sealed", "files.tar.sealed"


@dataclass(frozen=True)
class Part:
    """An encrypted file of the folder: bytes and SHA-256 as it stands on disk."""

    size: int
    sha256: str


@dataclass(frozen=True)
class MediaSummary:
    """The clinic's files inside: how many, how many bytes, and a keyed checksum over names and contents."""

    count: int
    size: int
    checksum: str


@dataclass(frozen=True)
class Manifest:
    """`name` is the folder's, `began_at` the instant whose data it holds (UTC), `server_version` PostgreSQL's number."""

    name: str
    began_at: datetime
    key_id: str
    server_version: int
    contents: Contents
    media: MediaSummary
    parts: dict[str, Part]

    @property
    def size(self) -> int:
        """Bytes of the parts together."""
        return sum(part.size for part in self.parts.values())


def label(name: str, part: str) -> str:
    """What is bound to every chunk of a part."""
    return f"{name}/{part}"


def write(folder: Path, manifest: Manifest, key: Key) -> None:
    """Writes manifest.json, on disk when it returns."""
    body = _plain(manifest)
    body["mark"] = key.mark(_bytes(body))
    path = folder / FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(body, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path, key: Key) -> Manifest:
    """The manifest of a backup. Raises BadBackup: none there, of an unknown format, another key, or altered."""
    try:
        body = json.loads((folder / FILE).read_text(encoding="utf-8"))
        number, key_id = body["format"], body["key_id"]
    except FileNotFoundError as error:
        raise BadBackup(f"{folder} holds no backup: {FILE} is missing.", hint=_nearby(folder)) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadBackup(f"{folder / FILE} cannot be read.") from error
    if number != FORMAT:
        raise BadBackup(f"{folder} has format {number}; this version reads format {FORMAT}.")
    if key_id != key.id:
        raise BadBackup(
            f"This backup was made with another key: it names {key_id}, BACKUP_KEY is {key.id}.",
            hint="Set BACKUP_KEY to the key of that time.",
        )
    mark = body.pop("mark", "")
    if not hmac.compare_digest(str(mark), key.mark(_bytes(body))):
        raise BadBackup(f"{folder / FILE} was altered.")
    return _parsed(body)


def _nearby(folder: Path) -> str:
    names = sorted(entry.name for entry in folder.iterdir() if made_at(entry.name)) if folder.is_dir() else []
    return f"Name one of the backups in it, such as {folder / names[-1]}." if names else ""


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _plain(manifest: Manifest) -> dict[str, Any]:
    contents = manifest.contents
    return {
        "format": FORMAT,
        "name": manifest.name,
        "began_at": manifest.began_at.isoformat(),
        "key_id": manifest.key_id,
        "server_version": manifest.server_version,
        "migrations": contents.migrations,
        "audit_head": list(contents.audit_head),
        "tables": {name: asdict(table) for name, table in contents.tables.items()},
        "media": asdict(manifest.media),
        "parts": {name: asdict(part) for name, part in manifest.parts.items()},
    }


def _parsed(body: dict[str, Any]) -> Manifest:
    seq, value = body["audit_head"]
    return Manifest(
        name=body["name"],
        began_at=datetime.fromisoformat(body["began_at"]),
        key_id=body["key_id"],
        server_version=body["server_version"],
        contents=Contents(
            tables={name: Table(**row) for name, row in body["tables"].items()},
            migrations=body["migrations"],
            audit_head=(seq, value),
        ),
        media=MediaSummary(**body["media"]),
        parts={name: Part(**row) for name, row in body["parts"].items()},
    )
