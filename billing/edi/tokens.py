"""Segments out of the bytes of an X12 file, one after another, with flat memory whatever its size.

The delimiters are those that each interchange names in its ISA segment. A byte order mark, line breaks between or
inside segments and indentation are passed over; nothing else is changed: `Segment.elements` holds what the file holds.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from billing.edi.errors import EdiError

ISA_WIDTH = 106
LONGEST_SEGMENT = 200_000
_PIECE = 1 << 16
_BLANKS = " \t\r\n\v\f\ufeff"
_ISA = re.compile(r"ISA[^A-Za-z0-9 \t\r\n]")
_ELEMENTS_OF_ISA = 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _one_byte_characters(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are taken as Latin-1, so that every file can be read to its end."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("edi-latin1", _one_byte_characters)


@dataclass(frozen=True, slots=True)
class Delimiters:
    """What separates elements, repetitions, components and segments. `repetition` is "" where the file has none."""

    element: str = "*"
    repetition: str = "^"
    component: str = ":"
    segment: str = "~"


class Segment:
    """One segment. `segment[2]` is its second element without blanks around it, "" where there is none.

    `elements` holds the identifier and the elements as they stand in the file, `number` counts from 1 in the file.
    """

    __slots__ = ("delimiters", "elements", "number")

    def __init__(self, elements: list[str], number: int, delimiters: Delimiters):
        self.elements = elements
        self.number = number
        self.delimiters = delimiters

    @property
    def id(self) -> str:
        """The identifier, for example NM1."""
        return self.elements[0]

    @property
    def text(self) -> str:
        """The segment as in the file, without its terminator."""
        return self.delimiters.element.join(self.elements)

    def __getitem__(self, index: int) -> str:
        return self.elements[index].strip(" ") if index < len(self.elements) else ""

    def __len__(self) -> int:
        """How many elements follow the identifier."""
        return len(self.elements) - 1

    def __repr__(self) -> str:
        return f"<Segment {self.number} {self.id}>"  # the elements may name a patient

    def repeats(self, index: int) -> list[str]:
        """Each repetition of an element; an empty list where it is empty."""
        value = self[index]
        mark = self.delimiters.repetition
        found = value.split(mark) if mark else [value]
        return [one for one in (each.strip(" ") for each in found) if one]

    def parts(self, index: int) -> list[str]:
        """The components of an element; an empty list where it is empty."""
        value = self[index]
        return [part.strip(" ") for part in value.split(self.delimiters.component)] if value else []

    def part(self, index: int, component: int) -> str:
        """One component of an element, both counted from 1; "" where there is none."""
        parts = self.parts(index)
        return parts[component - 1] if component <= len(parts) else ""


class Source:
    """The bytes of one file, read from front to back. `given` is the bytes, the text, or the file's path.

    `sha256` and `size` (bytes) are those of what has been read so far: of the file once its text has been read to the end.
    """

    def __init__(self, given: bytes | str | Path):
        self._given = given.encode() if isinstance(given, str) else given
        self._hash = hashlib.sha256()
        self.size = 0
        self.had_nul = False

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return self._hash.hexdigest()

    def raw(self) -> bytes:
        """The file as it came, byte for byte."""
        return self._given.read_bytes() if isinstance(self._given, Path) else self._given

    def text(self) -> Iterator[str]:
        """The text in pieces. NUL characters are left out (no database column holds them), bytes that are not
        UTF-8 are taken as Latin-1."""
        decoder = None
        for piece in self._pieces():
            self._hash.update(piece)
            self.size += len(piece)
            if decoder is None:
                decoder, piece = _decoder(piece)
            yield self._without_nul(decoder.decode(piece))
        if decoder is not None:
            yield self._without_nul(decoder.decode(b"", final=True))

    def _without_nul(self, text: str) -> str:
        if "\0" not in text:
            return text
        self.had_nul = True
        return text.replace("\0", "")

    def _pieces(self) -> Iterator[bytes]:
        if not isinstance(self._given, Path):
            view = self._given
            yield from (view[at : at + _PIECE] for at in range(0, len(view), _PIECE))
            return
        try:
            with self._given.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as error:
            raise EdiError(f"The file cannot be read: {error.strerror}.") from error


def _decoder(start: bytes) -> tuple[codecs.IncrementalDecoder, bytes]:
    for mark, name in _MARKS:
        if start.startswith(mark):
            return codecs.getincrementaldecoder(name)("edi-latin1"), start[len(mark) :]
    return codecs.getincrementaldecoder("utf-8")("edi-latin1"), start


class Tokens:
    """The segments of a source, in order. `warnings` grows while they are read.

    Refused with `EdiError`: a file that does not begin with an ISA segment (empty, another format), an ISA that
    does not name its delimiters, a segment without an end.
    """

    def __init__(self, source: Source):
        self.warnings: list[str] = []
        self._text = source.text()
        self._source = source
        self._buffer = ""
        self._at = 0
        self._number = 0

    def __iter__(self) -> Iterator[Segment]:
        if not self._find_interchange(is_first=True):
            return
        while True:
            delimiters, isa = self._interchange()
            yield isa
            ended = yield from self._segments(delimiters)
            if ended and not self._find_interchange(is_first=False):
                break
        if self._source.had_nul:
            self.warnings.append("NUL characters in the file were left out.")

    def _more(self) -> bool:
        """Takes in another piece of the file; False at its end. What was used up is forgotten."""
        for piece in self._text:
            if piece:
                self._buffer = self._buffer[self._at :] + piece
                self._at = 0
                return True
        return False

    def _skip_blanks(self) -> bool:
        """Goes to the next character that is not blank; False when there is none."""
        while True:
            rest = len(self._buffer)
            while self._at < rest and self._buffer[self._at] in _BLANKS:
                self._at += 1
            if self._at < rest:
                return True
            if not self._more():
                return False

    def _find_interchange(self, *, is_first: bool) -> bool:
        """Goes to the next ISA. Text before the first one is refused, text between two is passed over and reported."""
        if not self._skip_blanks():
            if is_first:
                raise EdiError("The file is empty.")
            return False
        self._have(4)
        if _ISA.match(self._buffer, self._at):
            return True
        if is_first:
            raise EdiError("This is no X12 file: it does not begin with an interchange header (ISA).")
        passed = 0
        while not (found := _ISA.search(self._buffer, self._at)):
            kept = min(3, len(self._buffer) - self._at)
            passed += len(self._buffer) - self._at - kept
            self._at = len(self._buffer) - kept
            if not self._more():
                self.warnings.append(f"{passed + kept} characters after the last interchange belong to none.")
                self._at = len(self._buffer)
                return False
        passed += found.start() - self._at
        self._at = found.start()
        self.warnings.append(f"{passed} characters between two interchanges belong to none.")
        return True

    def _have(self, count: int) -> int:
        """Takes in pieces until so many characters are there, or the file ends; how many there are."""
        while len(self._buffer) - self._at < count and self._more():
            pass
        return len(self._buffer) - self._at

    def _interchange(self) -> tuple[Delimiters, Segment]:
        """The delimiters, and the ISA segment itself, which is passed."""
        self._have(4 * ISA_WIDTH)
        element = self._buffer[self._at + 3]
        self._number += 1
        mark = self._at
        for _ in range(_ELEMENTS_OF_ISA):
            mark = self._buffer.find(element, mark, self._at + 4 * ISA_WIDTH) + 1
            if not mark:
                raise EdiError("The interchange header (ISA) is not whole.", segment=self._number)
        component, terminator = self._buffer[mark : mark + 1], self._buffer[mark + 1 : mark + 2]
        elements = _joined(self._buffer[self._at : mark] + component).split(element)
        repetition = elements[11].strip()
        delimiters = Delimiters(element, _usable(repetition), component, terminator)
        self._check(delimiters)
        if mark + 2 - self._at != ISA_WIDTH:
            self.warnings.append(
                f"Segment {self._number}: the interchange header is {mark + 2 - self._at} characters wide, not {ISA_WIDTH}."
            )
        self._at = mark + 2
        return delimiters, Segment(elements, self._number, delimiters)

    def _check(self, found: Delimiters) -> None:
        marks = [found.element, found.component, found.segment]
        if found.repetition:
            marks.append(found.repetition)
        if len(set(marks)) < len(marks) or any(not mark or mark.isalnum() or mark == " " for mark in marks):
            raise EdiError(
                "The interchange header (ISA) does not name its delimiters in their places.",
                segment=self._number,
            )

    def _segments(self, delimiters: Delimiters) -> Iterator[Segment]:
        """The segments up to IEA (then True), or up to an ISA or the file's end inside the interchange (ISA: False)."""
        while self._skip_blanks():
            if len(self._buffer) - self._at < 4:
                self._have(4)
            if _ISA.match(self._buffer, self._at):
                return False
            text = self._until(delimiters.segment)
            if not text:
                continue
            self._number += 1
            segment = Segment(text.split(delimiters.element), self._number, delimiters)
            yield segment
            if segment.elements[0] == "IEA":
                return True
        return True

    def _until(self, terminator: str) -> str:
        """The text up to the next terminator, without line breaks in it; at the file's end, what is left."""
        while (end := self._buffer.find(terminator, self._at)) < 0:
            if len(self._buffer) - self._at > LONGEST_SEGMENT:
                raise EdiError(
                    f"More than {LONGEST_SEGMENT:,} characters without the end of a segment.",
                    segment=self._number + 1,
                )
            if not self._more():
                end = len(self._buffer)
                self.warnings.append(f"Segment {self._number + 1}: the file ends before the segment does.")
                break
        text = self._buffer[self._at : end]
        self._at = end + 1
        return _joined(text) if "\n" in text or "\r" in text else text


def _joined(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


def _usable(repetition: str) -> str:
    """ISA11 is the repetition separator, unless a letter or figure stands there (older versions put a U)."""
    return "" if not repetition or repetition.isalnum() else repetition
