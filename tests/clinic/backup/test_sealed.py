"""Encrypted streams open whole and in order, or not at all."""

import os
import tracemalloc

import pytest

from clinic.backup.errors import BadBackup
from clinic.backup.sealed import CHUNK, MAGIC, SALT, TAG, Key, SealedReader, SealedWriter

KEY = Key.of("k" * 40)
HEAD, BLOCK = len(MAGIC) + SALT, CHUNK + TAG


def sealed(path, data: bytes, *, label: str = "a/b", key: Key = KEY, step: int = 100_003) -> SealedWriter:
    writer = SealedWriter(path, key, label)
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    writer.finish()
    return writer


def opened(path, *, label: str = "a/b", key: Key = KEY) -> bytes:
    with SealedReader(path, key, label) as reader:
        return b"".join(reader.chunks())


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
def test_what_goes_in_comes_out(tmp_path, size):
    data = os.urandom(size)
    writer = sealed(tmp_path / "x", data)
    assert opened(tmp_path / "x") == data
    assert writer.size == (tmp_path / "x").stat().st_size
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600
    with SealedReader(tmp_path / "x", KEY, "a/b") as reader:
        assert b"".join(iter(lambda: reader.read(70_001), b"")) == data


def test_the_same_data_never_looks_the_same_and_shows_nothing(tmp_path):
    data = b"Ottoline Zyxwhistle " * 5_000
    sealed(tmp_path / "x", data)
    sealed(tmp_path / "y", data)
    first, second = (tmp_path / "x").read_bytes(), (tmp_path / "y").read_bytes()
    assert b"Zyxwhistle" not in first
    assert first[HEAD : HEAD + 64] != second[HEAD : HEAD + 64]


def changed(data: bytes, how: str) -> bytes:
    head, blocks = data[:HEAD], [data[start : start + BLOCK] for start in range(HEAD, len(data), BLOCK)]
    return {
        "one bit": data[:-200] + bytes([data[-200] ^ 1]) + data[-199:],
        "salt": data[: HEAD - 1] + bytes([data[HEAD - 1] ^ 1]) + data[HEAD:],
        "cut inside": data[:-1],
        "cut between chunks": head + b"".join(blocks[:-1]),
        "all chunks cut": head,
        "swapped": head + blocks[1] + blocks[0] + b"".join(blocks[2:]),
        "one missing": head + blocks[0] + b"".join(blocks[2:]),
        "one twice": head + blocks[0] + blocks[0] + b"".join(blocks[1:]),
        "more after the end": data + blocks[-1],
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "one bit", "salt", "cut inside", "cut between chunks", "all chunks cut", "swapped", "one missing", "one twice",
        "more after the end",
    ],
)  # fmt: skip
def test_altered_streams_do_not_open(tmp_path, how):
    sealed(tmp_path / "x", os.urandom(3 * CHUNK + 500))
    (tmp_path / "x").write_bytes(changed((tmp_path / "x").read_bytes(), how))
    with pytest.raises(BadBackup, match="x was altered, cut off, or belongs to another backup"):
        opened(tmp_path / "x")


def test_another_key_or_the_part_of_another_night_does_not_open(tmp_path):
    sealed(tmp_path / "x", b"data")
    with pytest.raises(BadBackup):
        opened(tmp_path / "x", key=Key.of("K" * 40))
    with pytest.raises(BadBackup):
        opened(tmp_path / "x", label="a/c")
    (tmp_path / "y").write_bytes(b"something else altogether, and long enough to hold a head")
    with pytest.raises(BadBackup, match="y is not a part of a backup"):
        opened(tmp_path / "y")


def test_a_stream_that_was_not_finished_does_not_open(tmp_path):
    writer = SealedWriter(tmp_path / "x", KEY, "a/b")
    writer.write(b"d" * (CHUNK + 1))
    writer.close()
    with pytest.raises(BadBackup):
        opened(tmp_path / "x")


def test_memory_stays_flat(tmp_path):
    piece = os.urandom(1 << 20)
    tracemalloc.start()
    writer = SealedWriter(tmp_path / "x", KEY, "a/b")
    for _ in range(40):
        writer.write(piece)
    writer.finish()
    with SealedReader(tmp_path / "x", KEY, "a/b") as reader:
        assert sum(map(len, reader.chunks())) == 40 << 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 << 20


def test_the_keys_id_tells_keys_apart_and_is_not_the_key():
    assert Key.of("k" * 40) == Key.of(" " + "k" * 40 + "\n")
    assert Key.of("k" * 40).id != Key.of("k" * 41).id
    assert len(KEY.id) == 16
    assert KEY.mark(b"a") != KEY.mark(b"b")
