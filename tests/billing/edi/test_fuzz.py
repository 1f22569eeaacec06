"""Mutated files: read or refused, never a crash; and a remittance that is said to balance does, counted another way."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from billing.edi.as_json import describe
from billing.edi.envelopes import Reading, TransactionSet
from billing.edi.errors import EdiError
from billing.edi.readers.remittance import Remittance
from tests.billing.edi.mutations import mutated

_PLAIN = re.compile(r"(-?)([0-9]{0,12})(?:\.([0-9]{0,8}))?")


def test_a_thousand_mutated_files():
    seen = run(range(1_000))
    assert min(seen["read"], seen["refused"], seen["balanced"], seen["held"]) >= 100


@pytest.mark.reliability
def test_ten_thousand_mutated_files():
    seen = run(range(1_000, 11_000))
    print(dict(seen))
    assert min(seen.values()) >= 500


def run(numbers: range) -> Counter[str]:
    seen: Counter[str] = Counter()
    for number in numbers:
        data = mutated(number)
        try:
            seen["read" if whole(data) else "refused"] += 1
            seen.update(money(data))
        except Exception as error:
            raise AssertionError(f"mutated file {number}: {type(error).__name__}") from error
    return seen


def whole(data: bytes) -> bool:
    """Reads all that edi_read would say. Whether nothing was refused."""
    is_whole = True
    try:
        for source in Reading(data).sets(is_strict=False):
            try:
                said = {
                    name: list(value) if isinstance(value, Iterator) else value
                    for name, value in describe(source)
                }
            except EdiError as refused:
                assert str(refused)
                is_whole = False
            else:
                json.loads(json.dumps(said))
                assert "\x00" not in json.dumps(said, ensure_ascii=False)
                if said["type"] == "271":
                    assert said["status"] == "not_verified" or not said["errors"]
    except EdiError as refused:
        assert str(refused)
        return False
    return is_whole


def money(data: bytes) -> Iterator[str]:
    """What became of each remittance in the file, checked against a count of its own."""
    kept: list[TransactionSet] = []
    try:
        for source in Reading(data).sets(is_strict=False):
            kept.append(source)
            if source.kind != "835" or source.refusal:
                continue
            segments = list(source.segments)
            source.segments = iter(segments)
            found = Remittance(source)
            claims = list(found.claims())
            if not found.is_balanced:
                assert found.problems
                yield "held"
                continue
            yield "balanced"
            assert source.is_closed
            assert cents_of(segments) == {
                "paid": sum(int(claim.paid * 100) for claim in claims),
                "adjusted": int(found.adjusted * 100),
                "payment": int(found.payment * 100),
            }
    except EdiError:
        return


def cents_of(segments: list) -> dict[str, int]:
    """In whole cents, by another way: every amount must be plain, every claim and line add up, and the payment too."""
    paid = adjusted = payment = 0
    line: list[int] | None = None  # what is left of the line: charge - paid - adjustments
    claim: list[int] | None = None
    for segment in segments:
        if segment.id in ("CLP", "SVC", "LX", "PLB", "SE") and line is not None:
            assert line == [0]
            line = None
        if segment.id in ("CLP", "LX", "PLB", "SE") and claim is not None:
            assert claim == [0]
            claim = None
        if segment.id == "BPR":
            payment = cents(segment[2]) * (-1 if segment[3] == "D" else 1)
        elif segment.id == "CLP":
            claim = [cents(segment[3]) - cents(segment[4])]
            paid += cents(segment[4])
        elif segment.id == "SVC" and claim is not None:
            line = [cents(segment[2]) - cents(segment[3] or "0")]
        elif segment.id == "CAS" and claim is not None:
            kept = sum(cents(segment[at]) for at in range(3, 20, 3) if segment[at - 1] or segment[at])
            claim[0] -= kept
            if line is not None:
                line[0] -= kept
        elif segment.id == "PLB":
            adjusted += sum(cents(segment[at]) for at in range(4, 15, 2) if segment[at - 1] or segment[at])
    assert paid - adjusted == payment
    return {"paid": paid, "adjusted": adjusted, "payment": payment}


def cents(text: str) -> int:
    match = _PLAIN.fullmatch(text)
    assert match, text
    assert match[2] or match[3], text
    part = (match[3] or "").ljust(2, "0")
    assert not part[2:].strip("0"), text
    return (-1 if match[1] else 1) * (int(match[2] or "0") * 100 + int(part[:2]))
