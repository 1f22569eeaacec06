"""Why a file, or a transaction set in it, is not read."""

from __future__ import annotations


class EdiError(ValueError):
    """A file that is refused, with the reason as a sentence for the person who sent or fetched it.

    `words` never repeats what stands in the file about people: only versions, kinds, positions and counts.
    `segment` is the number of the segment in the file (from 1) where reading ended, or None.
    """

    def __init__(self, words: str, *, segment: int | None = None):
        super().__init__(words if segment is None else f"Segment {segment}: {words}")
        self.words = words
        self.segment = segment
