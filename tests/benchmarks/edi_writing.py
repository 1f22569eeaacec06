"""How fast claims are written as 837P, and how much memory that takes, whatever their number.

Ours and the floor take turns in every round. The floor joins and writes the very segments of the same file, made ready
beforehand: what any program spends that puts so much text into a file. Processor time counts, so that it holds on a
machine that others share. Run it with `python -m tests.benchmarks.edi_writing`; `measure()` returns the figures.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Iterable, Iterator

from billing.edi.claims import Claim
from billing.edi.writers.claims import claim_lines
from tests.factories.edi import AT, NUMBERS, PARTNERS, SUBMISSION, child_claim, claim, secondary_claim

CLAIMS = 5000
ROUNDS = 5


def claims(count: int) -> Iterator[Claim]:
    """Claims of every kind in turn, each with its own account, made while they are asked for."""
    makers = (claim, claim, child_claim, secondary_claim)
    for number in range(count):
        yield makers[number % 4](account=f"B{number:06d}")


def put(lines: Iterable[str]) -> int:
    """Writes to memory; how many characters that were."""
    out = io.StringIO()
    out.writelines(lines)
    return out.tell()


def spent(work) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    work()
    return time.process_time() - began


def growth(count: int) -> int:
    """The most memory in bytes that writing takes while nothing of what was written is kept."""
    tracemalloc.start()
    for _ in claim_lines(claims(count), SUBMISSION, PARTNERS, NUMBERS, AT):
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def measure() -> dict:
    """Medians of interleaved rounds: claims a second, the ratio to the floor, and memory for few and for many claims."""
    made = list(claims(CLAIMS))
    lines = list(claim_lines(made, SUBMISSION, PARTNERS, NUMBERS, AT))
    ours, least = [], []
    for _ in range(ROUNDS):
        ours.append(spent(lambda: put(claim_lines(made, SUBMISSION, PARTNERS, NUMBERS, AT))))
        least.append(spent(lambda: put(lines)))
    took, floor = statistics.median(ours), statistics.median(least)
    return {
        "claims": CLAIMS, "rounds": ROUNDS, "characters": sum(map(len, lines)), "segments": len(lines),
        "claims_per_s": round(CLAIMS / took), "seconds": round(took, 2), "ratio_to_floor": round(took / floor),
        "memory_kib_at_50": round(growth(50) / 1024), "memory_kib_at_2000": round(growth(2000) / 1024),
    }  # fmt: skip


def main() -> int:
    found = measure()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
