"""Encrypted streams of any length in flat memory: AES-256-GCM in chunks that cannot be cut, swapped or joined.

Layout: 16 bytes that name the format, 32 random bytes of salt, then chunks of 1 MiB of plain text, each with
its 16-byte tag; the last one may be shorter or empty. Every file has its own key, made of the clinic's key and
the salt by HKDF. A chunk's nonce is its number and whether it is the last, so chunks in another order and a file
that ends early do not open. The name of the backup and of the part is bound to every chunk: a part of one night
does not pass for another's.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clinic.backup.errors import BadBackup

MAGIC = b"clinic-sealed-1\n"
SALT, TAG, CHUNK = 32, 16, 1 << 20


def _derive(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"clinic backup: " + purpose).derive(secret)


@dataclass(frozen=True)
class Key:
    """The clinic's backup key. `id` may be shown and stored: it tells keys apart and gives nothing away."""

    id: str
    secret: bytes

    @classmethod
    def of(cls, text: str) -> Key:
        """From BACKUP_KEY, at least 40 random characters (clinic/env.py refuses fewer)."""
        secret = text.strip().encode()
        return cls(_derive(secret, b"", b"id").hex()[:16], secret)

    def cipher(self, salt: bytes) -> AESGCM:
        """The cipher of one file."""
        return AESGCM(_derive(self.secret, salt, b"stream"))

    def mark(self, data: bytes) -> str:
        """A keyed checksum: nobody without the key can make it, nor guess the data from it."""
        return hmac.new(_derive(self.secret, b"", b"mark"), data, hashlib.sha256).hexdigest()


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


class SealedWriter:
    """A file that is written encrypted. `finish` writes the end and forces it to disk; without it, nothing opens."""

    def __init__(self, path: Path, key: Key, label: str):
        self.size, self._digest, self._number = 0, hashlib.sha256(), 0
        self._label, self._buffer = label.encode(), bytearray()
        self._file = _create(path)
        salt = os.urandom(SALT)
        self._cipher = key.cipher(salt)
        self._put(MAGIC + salt)

    def write(self, data: bytes) -> int:
        """Takes plain bytes; writes whole chunks as they fill up."""
        self._buffer += data
        while len(self._buffer) > CHUNK:
            self._seal(bytes(self._buffer[:CHUNK]), is_last=False)
            del self._buffer[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """The last chunk, and everything on the disk."""
        self._seal(bytes(self._buffer), is_last=True)
        self._buffer.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        """Lets go of a file that will not be finished."""
        self._file.close()

    @property
    def sha256(self) -> str:
        """Of the encrypted bytes, so that a copy can be checked without the key."""
        return self._digest.hexdigest()

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, is_last), chunk, self._label))
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class SealedReader:
    """Reads such a file from front to back. Raises BadBackup at the first chunk that does not belong.

    What was read so far is genuine even then, but it is not all: act only after the end was reached.
    """

    def __init__(self, path: Path, key: Key, label: str):
        self._file: BinaryIO = path.open("rb")
        self._label, self._name = label.encode(), path.name
        self._number, self._rest = 0, b""
        head = self._file.read(len(MAGIC) + SALT)
        if len(head) < len(MAGIC) + SALT or not head.startswith(MAGIC):
            self._file.close()
            raise BadBackup(f"{self._name} is not a part of a backup.")
        self._cipher = key.cipher(head[len(MAGIC) :])
        self._next = self._file.read(CHUNK + TAG)
        self._is_done = False

    def chunks(self) -> Iterator[bytes]:
        """The plain chunks in order, to the end."""
        while not self._is_done:
            yield self._open()

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, fewer only at the end; negative: the rest."""
        parts, found = [self._rest], len(self._rest)
        while not self._is_done and (size < 0 or found < size):
            parts.append(self._open())
            found += len(parts[-1])
        data = b"".join(parts)
        if size < 0:
            size = len(data)
        self._rest = data[size:]
        return data[:size]

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> SealedReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> bytes:
        chunk, self._next = self._next, self._file.read(CHUNK + TAG)
        is_last = not self._next
        try:
            plain = self._cipher.decrypt(_nonce(self._number, is_last), chunk, self._label)
        except (InvalidTag, ValueError) as error:
            raise BadBackup(
                f"{self._name} was altered, cut off, or belongs to another backup.",
                hint=f"It opens up to byte {self._number * CHUNK}.",
            ) from error
        self._number += 1
        self._is_done = is_last
        return plain
