"""`make bench`: the real server and its bare limits side by side, interleaved, as ratios of medians.

A machine's speed changes within seconds, so a single time says little: all sides take turns in every round, and
only the ratio is worth keeping. With --only, single operations; --statements and --profile look inside a request.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys

import psycopg

from clinic.runtime.postgres import OWNER
from tests.benchmarks import cpu, floors, inside
from tests.benchmarks.facts import Facts
from tests.benchmarks.report import write_docs
from tests.benchmarks.scenarios import Scenario, scenarios
from tests.benchmarks.servers import FOLDER, Data, machine
from tests.benchmarks.whole import Sizes, measure_all, once
from tests.support.cluster import ROOT


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--patients", type=int, default=50_000)
    parser.add_argument(
        "--visits", type=int, help="past visits (default four for each patient, three from 200,000 on)"
    )
    parser.add_argument("--years", type=int, help="default three, five from 200,000 patients on")
    parser.add_argument(
        "--audit-rows", type=int, help="default two for each visit, 10,000,000 from 200,000 patients on"
    )
    parser.add_argument(
        "--against", type=int, default=0, help="a smaller clinic beside it, for how times grow"
    )
    parser.add_argument("--only", default="", help="names of operations, comma separated")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--each", type=int, default=6, help="requests of each side in a round")
    parser.add_argument(
        "--seconds", type=float, default=4, help="how long several clients ask at once; 0: not at all"
    )
    parser.add_argument("--race", type=int, default=0, help="rounds of 64 bookings of one slot")
    parser.add_argument(
        "--statements", action="store_true", help="print the SQL of one request of each operation"
    )
    parser.add_argument("--profile", action="store_true", help="print where the time of each operation goes")
    parser.add_argument(
        "--cpu", action="store_true", help="print the processor time of each operation in one process"
    )
    parser.add_argument(
        "--once", action="store_true", help="each operation once, in the clinic that the environment names"
    )
    parser.add_argument("--write-docs", action="store_true", help="write docs/benchmarks.md and its plot")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.once:
        return once()
    size = Sizes.of(options.patients, options.visits, options.years, options.audit_rows)
    about = machine()
    with contextlib.ExitStack() as open_:
        data = open_.enter_context(Data(FOLDER / str(options.patients)))
        data.seed(*size.arguments)
        owner = open_.enter_context(psycopg.connect(data.postgres.url(OWNER), autocommit=True))
        owner.execute(floors.TABLES)
        chosen = select(scenarios(facts := Facts(owner)), options.only)
        if options.statements or options.profile or options.cpu:
            return look(chosen, data.environment, options)
        small = None
        if options.against:
            small = open_.enter_context(Data(FOLDER / str(options.against)))
            small.seed(*Sizes.of(options.against, None, None, None).arguments)
        found = measure_all(data, small, owner, facts, chosen, options)
    found |= {"machine": about, "size": vars(size), "load": os.getloadavg()[0]}
    (FOLDER / "result.json").write_text(json.dumps(found, indent=1, default=str) + "\n", encoding="utf-8")
    if options.write_docs:
        write_docs(ROOT / "docs", found)
        print("docs/benchmarks.md and its plot are written.")
    return 0


def select(every: list[Scenario], only: str) -> list[Scenario]:
    names = [name for name in only.split(",") if name]
    if unknown := set(names) - {one.name for one in every}:
        raise SystemExit(
            f"No such operation: {', '.join(unknown)}. There are: {', '.join(s.name for s in every)}"
        )
    return [one for one in every if not names or one.name in names]


def look(chosen: list[Scenario], environment: dict[str, str], options: argparse.Namespace) -> int:
    """Statements and profiles, in this process."""
    os.environ.update(environment)
    inside.prepare()
    if options.cpu:
        for name, took in cpu.measure(chosen).items():
            print(f"{name:14} {took:7.2f} ms")
        return 0
    for one in chosen:
        print(f"\n## {one.name}: {one.words}")
        if options.statements:
            seen = inside.statements(one)
            print(f"{len(seen)} statements")
            for number, sql in enumerate(seen, 1):
                print(f"  {number}. {' '.join(sql.split())[:600]}")
        if options.profile:
            print(inside.profile(one))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(str(error))
