"""How fast a remittance (835) of 5,000 claims is read and balanced, and how much memory that takes.

Ours and the floor take turns in every round. The floor splits the same text into segments and elements and looks at none of
them: what any program spends that takes such a file apart. Processor time counts, so that it holds on a machine that others
share. Run it with `python -m tests.benchmarks.edi_reading`; `measure()` returns the figures.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from billing.edi.envelopes import Reading
from billing.edi.readers.remittance import Remittance
from tests.billing.edi.files import REMITTANCE_HEAD, file

CLAIMS = 5000
ROUNDS = 5
GOAL = 500


def remittance_of(count: int) -> str:
    """A remittance that balances: claims with two lines each, paid with a write-off and a patient's share."""
    claims = [
        segment
        for number in range(count)
        for segment in (
            f"CLP*B{number:06d}*1*180*120*20*12*LH{number:08d}*11*1", f"NM1*QC*1*MADEUP{number % 97}*ADA****MI*LH{number:06d}",
            "NM1*82*1*LIND*EVA****XX*1888888883", f"REF*EA*{number}", "DTM*232*20260203", "SVC*HC:G0463*100*60**1", "DTM*472*20260203",
            "CAS*CO*45*20", "CAS*PR*1*15**2*5", "REF*6R*L1", "AMT*B6*80", "LQ*HE*N130", "SVC*HC:J1100:JZ*80*60**2", "DTM*472*20260203",
            "CAS*CO*45*20", "REF*6R*L2", "AMT*B6*60",
        )
    ]  # fmt: skip
    return file("835", *REMITTANCE_HEAD, *claims).replace("BPR*I*150", f"BPR*I*{count * 120}")


def balance(path: Path) -> int:
    """Goes through all claims; how many there were. Fails where they do not add up."""
    count = 0
    for source in Reading(path).sets():
        found = Remittance(source)
        for _ in found.claims():
            count += 1
        if not found.is_balanced:
            raise SystemExit(f"The remittance does not balance: {found.problems[:3]}")
    return count


def floor(path: Path) -> int:
    """The same file split by its delimiters, no more."""
    return sum(len(segment.split("*")) for segment in path.read_text().split("~"))


def spent(work, *arguments) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


def peak(path: Path) -> int:
    """The most memory in bytes that reading takes while no claim is kept."""
    tracemalloc.start()
    balance(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def measure() -> dict:
    """Medians of interleaved rounds: claims a second, the ratio to the floor, and memory for few and for many claims."""
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.835", Path(folder) / "small.835"
        large.write_text(remittance_of(CLAIMS))
        small.write_text(remittance_of(CLAIMS // 10))
        ours, least = [], []
        for _ in range(ROUNDS):
            ours.append(spent(balance, large))
            least.append(spent(floor, large))
        took = statistics.median(ours)
        return {
            "claims": CLAIMS, "rounds": ROUNDS, "bytes": large.stat().st_size, "claims_per_s": round(CLAIMS / took), "goal": GOAL,
            "seconds": round(took, 2), "ratio_to_floor": round(took / statistics.median(least), 1),
            "memory_kib_at_500": round(peak(small) / 1024), "memory_kib_at_5000": round(peak(large) / 1024),
        }  # fmt: skip


def main() -> int:
    print(json.dumps(measure()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
