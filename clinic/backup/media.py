"""The clinic's files (photos, card pictures, the head of the audit chain) as one tar stream."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from clinic.backup.errors import BackupError, BadBackup
from clinic.backup.manifest import MediaSummary
from clinic.backup.sealed import Key

FILES, HEAD = "files", "audit-head.log"
_PIECE = 1 << 20


class _Tally:
    """Adds up names and contents, in the order of the archive."""

    def __init__(self) -> None:
        self.count, self.size, self._digest = 0, 0, hashlib.sha256()

    def add(self, name: str, size: int, sha256: str) -> None:
        self.count += 1
        self.size += size
        self._digest.update(f"{name}\0{size}\0{sha256}\n".encode())

    def summary(self, key: Key) -> MediaSummary:
        return MediaSummary(self.count, self.size, key.mark(self._digest.digest())[:32])


class _Hashed:
    """A file to read that remembers the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes]):
        self._file, self._digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        return data

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def write_archive(out: Any, *, root: Path, head: Path | None, key: Key) -> MediaSummary:
    """Writes every file under `root`, and the audit head file where there is one, to `out` (it has `write`).

    Uploads that are still being written (.part) are left out: no row names them yet.
    """
    tally = _Tally()
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_PIECE) as archive:
        for path in _files(root):
            # A path of the machine may be any bytes; those of the program's own files are plain.
            _add(archive, path, f"{FILES}/{path.relative_to(root).as_posix()}", tally)
        if head is not None and head.exists():
            _add(archive, head, HEAD, tally)
    return tally.summary(key)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if not name.endswith(".part") and path.is_file() and not path.is_symlink():
                yield path


def _add(archive: tarfile.TarFile, path: Path, name: str, tally: _Tally) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return  # deleted since the folder was listed
    with file:
        found = os.fstat(file.fileno())
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = found.st_size, int(found.st_mtime), 0o600
        hashed = _Hashed(file)
        try:
            archive.addfile(entry, hashed)  # type: ignore[arg-type]
        except OSError as error:
            # Only of the file being read: trouble with the archive itself has a number (no space left ...).
            if error.errno is None:
                raise BackupError(f"{path} changed while it was read.") from error
            raise
    tally.add(name, entry.size, hashed.hexdigest())


def read_archive(stream: Any, key: Key, keep: Callable[[str, IO[bytes]], None]) -> MediaSummary:
    """Reads an archive to its end, handing each file to `keep` (name, readable), and sums it up again.

    Raises BadBackup for anything but plain files under the two known places.
    """
    tally = _Tally()
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_PIECE) as archive:
            for entry in archive:
                source = archive.extractfile(entry) if entry.isreg() else None
                if source is None or not _is_ours(entry.name):
                    raise BadBackup("The files in the backup are not what the program writes.")
                hashed = _Hashed(source)
                keep(entry.name, hashed)  # type: ignore[arg-type]
                while hashed.read(_PIECE):
                    pass
                tally.add(entry.name, entry.size, hashed.hexdigest())
    except tarfile.TarError as error:
        raise BadBackup("The files in the backup cannot be read to the end.") from error
    return tally.summary(key)


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == HEAD or (len(parts) > 1 and parts[0] == FILES and not {"..", ".", "/"} & set(parts))


def put_into(root: Path, head: Path | None) -> Callable[[str, IO[bytes]], None]:
    """A `keep` that writes files under `root`, each whole or not at all; nothing is ever deleted there.

    The head file is only written where there is none: a newer one knows more about what was lost.
    """

    def keep(name: str, source: IO[bytes]) -> None:
        if name == HEAD:
            if head is not None and not head.exists():
                _write(head, source)
            return
        _write(root.joinpath(*PurePosixPath(name).parts[1:]), source)

    return keep


def _write(path: Path, source: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            while piece := source.read(_PIECE):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise BackupError(f"{path} could not be written: {error.strerror}.") from error
