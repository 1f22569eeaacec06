"""A whole run: pages in turns with their limits, crowds, the race for a slot, memory, growth, statements."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from clinic.runtime.postgres import OWNER
from tests.benchmarks import edi_reading, edi_writing, floors, inside
from tests.benchmarks.client import Client
from tests.benchmarks.facts import Facts
from tests.benchmarks.measure import crowd, in_turns, two_sizes
from tests.benchmarks.race import RACERS, race
from tests.benchmarks.report import exponent, planning_words, reminder_words
from tests.benchmarks.scenarios import PASSWORD, Scenario, scenarios
from tests.benchmarks.servers import (
    FOLDER,
    Data,
    Stack,
    bare_server,
    clinic_processes,
    proportional_memory,
    stack,
    sync_web,
)
from tests.support.cluster import ROOT
from tests.support.demo_process import clean_environment

CLIENTS = (1, 4, 16)
MANY = 200_000  # patients from which on a clinic counts as large
TAIL = ("find", "day", "book", "vitals", "chart")
GROWING = ("find", "find-phone", "day", "poll", "chart", "manager", "audit", "book", "vitals")


@dataclass(frozen=True)
class Sizes:
    """How large a measured clinic is."""

    patients: int
    visits: int
    years: int
    audit_rows: int

    @classmethod
    def of(cls, patients: int, visits: int | None, years: int | None, audit_rows: int | None) -> Sizes:
        is_large = patients >= MANY
        visits = visits or patients * (3 if is_large else 4)
        return cls(patients, visits, years or (5 if is_large else 3),
                   audit_rows if audit_rows is not None else 10_000_000 if is_large else visits * 2)  # fmt: skip

    @property
    def arguments(self) -> list[str]:
        """For `manage.py seed_scale`."""
        return [
            part for name, value in vars(self).items() for part in (f"--{name.replace('_', '-')}", str(value))
        ]


def measure_all(data: Data, small: Data | None, owner: psycopg.Connection, facts: Facts, chosen: list[Scenario],
                options: argparse.Namespace) -> dict[str, Any]:  # fmt: skip
    """Everything that the options ask for; prints as it goes."""
    notes: list[str] = []
    with stack(data) as running:
        if not options.only:
            notes.append(_memory(running))
        found = _pages(chosen, running, owner, options)
        if options.race:
            notes.append(_race(running, owner, facts, options.race))
        if options.seconds:
            _tails(data, running, owner, chosen, found, options.seconds)
        if small is not None:
            _growth(small, running, owner, chosen, found, options)
    if not options.only:
        notes.append(_edi_reading())
        notes.append(_edi_writing())
        notes += _inside(data, chosen, found)
        notes += _reminders()
    for words in notes:
        print(words)
    return {
        "operations": found,
        "notes": notes,
        "spin_ms": round(statistics.median(spin_ms() for _ in range(9)), 2),
    }


def _pages(chosen, running: Stack, owner, options) -> dict[str, dict]:
    crews = {login: crew(running.base, owner, login, max(CLIENTS) if options.seconds else 1)
             for login in {one.login for one in chosen}}  # fmt: skip
    limits = [Client(running.limit) for _ in range(max(CLIENTS))]
    found: dict[str, dict] = {}
    print(f"\n{'operation':<14}{'page':>8}{'p95':>8}{'bare':>8}{'SQL':>8}{'static':>8}{'ratio':>7}"
          "   page at 4, 16: p50/p95, per second (of the bare page's)")  # fmt: skip
    with psycopg.connect(running.app, autocommit=True) as database:
        for one in chosen:
            clients = crews[one.login]
            turns = in_turns(one, clients[0], limits[0], database, options.rounds, options.each)
            line = (f"{one.name:<14}{turns.page:>8.1f}{turns.page95:>8.1f}{turns.bare:>8.1f}{turns.sql:>8.2f}"
                    f"{turns.static:>8.2f}{turns.ratio:>7.1f}")  # fmt: skip
            entry = found[one.name] = dataclasses.asdict(turns) | {
                "words": one.words, "ratio": turns.ratio, "goal": one.goal, "queries": one.queries, "size": one.size,
            }  # fmt: skip
            for count in CLIENTS[1:] if options.seconds else ():
                many = crowd(one.page, clients[:count], options.seconds)
                floor = crowd(one.bare, limits[:count], options.seconds)
                entry[f"at{count}"], entry[f"bare{count}"] = (
                    dataclasses.asdict(many),
                    dataclasses.asdict(floor),
                )
                line += (
                    f"   {many.median:.0f}/{many.p95:.0f} {many.rate:.0f}/s ({many.rate / floor.rate:.0%})"
                )
            print(line, flush=True)
    return found


def crew(base: str, owner: psycopg.Connection, login: str, count: int) -> list[Client]:
    """`count` browsers of one member, each signed in by itself."""
    owner.execute("DELETE FROM core_ratewindow")  # so many sign-ins within a minute are refused elsewhere
    found = []
    for number in range(count):
        if number % 40 == 39:
            owner.execute("DELETE FROM core_ratewindow")
        client = Client(base)
        client.sign_in(login, PASSWORD)
        found.append(client)
    return found


def _memory(running: Stack) -> str:
    """The idle stack's share of memory, a while after its start."""
    time.sleep(5)
    found = {name: proportional_memory(pids) for name, pids in clinic_processes(running.base).items()}
    parts = ", ".join(f"{name} {size:.0f}" for name, size in found.items())
    return f"Idle memory (PSS): {sum(found.values()):.0f} MiB ({parts}); goal under 400."


def _race(running: Stack, owner, facts: Facts, rounds: int) -> str:
    racers = crew(running.base, owner, "frontdesk", RACERS)
    done = race(racers, facts, rounds)
    slow = sorted(done.slowest)
    return (
        f"{RACERS} bookings of one slot at once over HTTP, {done.rounds} rounds: "
        f"{'exactly one success in each' if set(done.winners) == {1} else f'successes {dict(done.winners)}'}, answers "
        f"{dict(sorted(done.answers.items()))}; the slowest answer of a round took {statistics.median(slow):.0f} ms in the "
        f"median, {slow[-1]:.0f} ms at most (goal: all within 300)."
    )


def _tails(data: Data, running: Stack, owner, chosen, found, seconds: float) -> None:
    """Sixteen clients on sync workers, as they stand behind a buffering proxy."""
    with sync_web(data) as base:
        for one in chosen:
            if one.name in TAIL:
                clients = crew(base, owner, one.login, max(CLIENTS))
                many = crowd(one.page, clients, seconds)
                found[one.name]["sync16"] = dataclasses.asdict(many)
                print(f"sync workers, 16 clients: {one.name:<10}{many.median:.0f}/{many.p95:.0f} ms, {many.rate:.0f}/s, "
                      f"p95/p50 {many.p95 / many.median:.2f}", flush=True)  # fmt: skip


def _growth(small: Data, running: Stack, owner, chosen, found, options) -> None:
    """The same pages of a smaller clinic, in turns with the large one's."""
    with (
        psycopg.connect(small.postgres.url(OWNER), autocommit=True) as small_owner,
        stack(small, port=8795) as beside,
    ):
        small_owner.execute(floors.TABLES)
        others = {one.name: one for one in scenarios(Facts(small_owner))}
        times = owner.execute("SELECT count(*) FROM records_patient").fetchone()[0]
        times /= small_owner.execute("SELECT count(*) FROM records_patient").fetchone()[0]
        for one in chosen:
            if one.name not in GROWING:
                continue
            here, there = (
                crew(running.base, owner, one.login, 1)[0],
                crew(beside.base, small_owner, one.login, 1)[0],
            )
            big, little = two_sizes(one, here, others[one.name], there, options.rounds, options.each)
            entry = found[one.name]
            entry["growth"], entry["times"], entry["small"] = (
                exponent(big, little, times),
                big / little,
                little,
            )
            print(f"{times:.0f} times the data: {one.name:<10}{little:.1f} -> {big:.1f} ms, {big / little:.2f} times, "
                  f"exponent {entry['growth']:.2f}", flush=True)  # fmt: skip


def _edi_reading() -> str:
    """A large remittance read and balanced."""
    found = edi_reading.measure()
    parts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.items())
    return f"A remittance (835) read and balanced, by processor time: {parts}."


def _edi_writing() -> str:
    """Claims written as X12."""
    found = edi_writing.measure()
    parts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.items())
    return f"Claims (837P) written, by processor time: {parts}."


def _inside(data: Data, chosen: list[Scenario], found: dict[str, dict]) -> list[str]:
    """Statements of each operation, and the finder's time in the database."""
    os.environ.update(data.environment)
    inside.prepare()
    for one in chosen:
        found[one.name]["statements"] = len(inside.statements(one))
    many = [name for name, one in found.items() if one["statements"] > one["queries"]]
    finder = next(one for one in chosen if one.name == "find")
    return [
        "More statements than wanted: " + (", ".join(many) if many else "none") + ".",
        f"The finder's own statement takes {inside.finder_p95(finder):.0f} ms at p95 in the database (goal under 50).",
    ]


def _reminders() -> list[str]:
    """Reminders planned and worked off, each measured by a module of its own."""
    return [
        *_by_module("tests.benchmarks.planning", planning_words),
        *_by_module("tests.benchmarks.eligibility_sweep", _sweep_words),
        *_by_module("tests.benchmarks.reminders", reminder_words),
    ]


def _sweep_words(found: dict) -> str:
    return (
        f"The nightly sweep asks about {found['visits']} visits in {found['finding_s'] + found['asking_s']:.1f} s "
        f"({found['visits_per_s']} a second, {found['statements_per_visit']} statements each), of which the made-up payer's "
        f"own answers take {found['of_that_the_payer_s']} s."
    )


def _by_module(name: str, words: Callable[[dict], str]) -> list[str]:
    argv = [sys.executable, "-m", name]
    done = subprocess.run(
        argv, cwd=ROOT, env=clean_environment(), text=True, capture_output=True, check=False
    )
    if done.returncode != 0:
        return [f"{name} could not be measured."]
    return [words(json.loads(done.stdout[done.stdout.index("{") :]))]


def once() -> int:
    """Each operation once inside this process, and each bare page once: says that the harness still fits the clinic."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(floors.TABLES)
        every = scenarios(Facts(owner))
        inside.prepare()
        people: dict[str, inside.InProcess] = {}
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (
            bare_server(os.environ["DATABASE_URL"], FOLDER) as limit,
            contextlib.closing(Client(limit)) as bare,
        ):
            for one in every:
                if one.login not in people:
                    people[one.login] = inside.InProcess()
                    people[one.login].sign_in(one.login)
                one.page(people[one.login])
                one.bare(bare)
                print(json.dumps({"name": one.name, "bytes": one.size}), flush=True)
    return 0


def spin_ms() -> float:
    """A fixed loop: how fast this machine is at the moment."""
    started, total = time.perf_counter(), 0
    for number in range(100_000):
        total += number
    return (time.perf_counter() - started) * 1000
