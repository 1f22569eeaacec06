"""`make bench`: the real server and its bare limits side by side, interleaved, as ratios of medians.

A machine's speed changes within seconds, so a single time says little: all sides take turns in every round, and
only the ratio is worth keeping. `--help` lists what can be measured alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time

import psycopg

from tests.benchmarks import floors, inspect
from tests.benchmarks.client import Client
from tests.benchmarks.facts import Facts
from tests.benchmarks.measure import crowd, in_turns
from tests.benchmarks.scenarios import PASSWORD, Scenario, scenarios
from tests.benchmarks.servers import FOLDER, Data, Stack, machine, stack

CLIENTS = (1, 4, 16)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--patients", type=int, default=50_000)
    parser.add_argument("--visits", type=int, help="past visits (default four for each patient)")
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--audit-rows", type=int)
    parser.add_argument("--only", default="", help="names of operations, comma separated")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--each", type=int, default=6, help="requests of each side in a round")
    parser.add_argument(
        "--seconds", type=float, default=4, help="how long several clients ask at once; 0: not at all"
    )
    parser.add_argument(
        "--statements", action="store_true", help="print the SQL of one request of each operation"
    )
    parser.add_argument("--profile", action="store_true", help="print where the time of each operation goes")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    folder = FOLDER / f"{options.patients}"
    seed = ["--patients", str(options.patients), "--visits", str(options.visits or options.patients * 4),
            "--years", str(options.years)]  # fmt: skip
    if options.audit_rows is not None:
        seed += ["--audit-rows", str(options.audit_rows)]
    facts_of_machine = machine()
    with Data(folder) as data:
        data.seed(*seed)
        with psycopg.connect(data.postgres.url(inspect_role()), autocommit=True) as owner:
            owner.execute(floors.TABLES)
            owner.execute("GRANT USAGE ON SCHEMA bench TO clinic_app; "
                          "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA bench TO clinic_app")  # fmt: skip
            chosen = select(scenarios(Facts(owner)), options.only)
            if options.statements or options.profile:
                return look(chosen, data.environment, options)
            with stack(data) as running:
                found = run(chosen, running, options)
    found["machine"] = facts_of_machine
    (FOLDER / "result.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


def inspect_role() -> str:
    from clinic.runtime.postgres import OWNER

    return OWNER


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
    inspect.prepare()
    for one in chosen:
        print(f"\n## {one.name}: {one.words}")
        if options.statements:
            seen = inspect.statements(one)
            print(f"{len(seen)} statements")
            for number, sql in enumerate(seen, 1):
                print(f"  {number}. {sql[:600]}")
        if options.profile:
            print(inspect.profile(one))
    return 0


def run(chosen: list[Scenario], running: Stack, options: argparse.Namespace) -> dict:
    crews = {login: crew(running.base, login, max(CLIENTS) if options.seconds else 1)
             for login in {one.login for one in chosen}}  # fmt: skip
    limits = [Client(running.limit) for _ in range(max(CLIENTS))]
    found: dict[str, dict] = {}
    print(
        f"\n{'operation':<14}{'page':>8}{'p95':>8}{'bare':>8}{'SQL':>8}{'static':>8}{'ratio':>7}   page at 4, 16: p50/p95, per second"
    )
    with psycopg.connect(running.app, autocommit=True) as database:
        for one in chosen:
            clients = crews[one.login]
            turns = in_turns(one, clients[0], limits[0], database, options.rounds, options.each)
            line = f"{one.name:<14}{turns.page:>8.1f}{turns.page95:>8.1f}{turns.bare:>8.1f}{turns.sql:>8.2f}{turns.static:>8.2f}{turns.ratio:>7.1f}"
            found[one.name] = dataclasses.asdict(turns) | {
                "ratio": turns.ratio,
                "goal": one.goal,
                "size": one.size,
            }
            for count in CLIENTS[1:] if options.seconds else ():
                many = crowd(one.page, clients[:count], options.seconds)
                floor = crowd(one.bare, limits[:count], options.seconds)
                found[one.name][f"at{count}"] = dataclasses.asdict(many)
                found[one.name][f"bare{count}"] = dataclasses.asdict(floor)
                line += (
                    f"   {many.median:.0f}/{many.p95:.0f} {many.rate:.0f}/s ({many.rate / floor.rate:.0%})"
                )
            print(line, flush=True)
    spin = statistics.median(spin_ms() for _ in range(9))
    print(f"spin {spin:.2f} ms, load {os.getloadavg()[0]:.1f}")
    return {"operations": found, "spin_ms": round(spin, 2)}


def crew(base: str, login: str, count: int) -> list[Client]:
    """`count` browsers of one member, each signed in by itself."""
    found = []
    for _ in range(count):
        client = Client(base)
        client.sign_in(login, PASSWORD)
        found.append(client)
    return found


def spin_ms() -> float:
    """A fixed loop: how fast this machine is at the moment."""
    started, total = time.perf_counter(), 0
    for number in range(100_000):
        total += number
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(str(error))
