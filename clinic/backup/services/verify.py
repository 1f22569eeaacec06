"""Reading a backup back: every byte, without touching a database."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from clinic.backup import manifest as manifests
from clinic.backup import media, programs
from clinic.backup.errors import BadBackup
from clinic.backup.manifest import DUMP, MEDIA, Manifest, Part
from clinic.backup.sealed import Key, SealedReader

_PIECE = 1 << 20


def verify_backup(folder: Path, key: Key) -> Manifest:
    """Returns the manifest of a whole backup. Raises BadBackup, naming the first thing that is wrong.

    Checked: the key, the manifest's mark, size and SHA-256 of each part, every encrypted chunk in its place, that
    pg_restore reads the dump to its end, and every stored file's content. Memory stays flat.
    """
    manifest = manifests.read(folder, key)
    if manifest.parts.keys() != {DUMP, MEDIA}:
        raise BadBackup(f"{folder} does not name the parts of a backup.")
    for name, part in manifest.parts.items():
        _check_part(folder / name, part)
    with SealedReader(folder / DUMP, key, manifests.label(manifest.name, DUMP)) as dump:
        read_dump(dump, manifest)
    with SealedReader(folder / MEDIA, key, manifests.label(manifest.name, MEDIA)) as stream:
        found = media.read_archive(stream, key, keep=lambda _name, _file: None)
        stream.read()
    if found != manifest.media:
        raise BadBackup(f"The stored files in {folder} are not the ones its manifest names.")
    return manifest


def _check_part(path: Path, part: Part) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except FileNotFoundError as error:
        raise BadBackup(f"{path} is missing.") from error
    except OSError as error:
        raise BadBackup(f"{path} cannot be read: {error.strerror}.") from error
    if size != part.size:
        raise BadBackup(f"{path} has {size} bytes instead of {part.size}.")
    if digest.hexdigest() != part.sha256:
        raise BadBackup(f"{path} was altered: its checksum differs.")


def read_dump(dump: SealedReader, manifest: Manifest) -> None:
    """Has pg_restore read the whole dump and write the statements to nowhere."""
    argv = [
        programs.program("pg_restore", manifest.server_version), "--format=custom", "--file", os.devnull
    ]  # fmt: skip
    feed(
        argv, dump, env=programs.environment({"HOST": "", "PORT": "", "USER": "", "PASSWORD": "", "NAME": ""})
    )


def feed(argv: list[str | Path], dump: SealedReader, *, env: dict[str, str]) -> None:
    """Runs pg_restore on the decrypted stream, which never touches a disk. Raises BadBackup with its words."""
    with tempfile.TemporaryFile() as complaints:
        process = programs.start(argv, env=env, complaints=complaints, stdin=subprocess.PIPE)
        try:
            assert process.stdin is not None  # noqa: S101 - asked for above, for the type checker
            try:
                for chunk in dump.chunks():
                    process.stdin.write(chunk)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it ended early, and says why
            done = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        for _ in dump.chunks():  # what follows the archive's own end must still be genuine
            pass
        if done != 0:
            raise BadBackup(f"The dump could not be read: {programs.words(complaints)}")
