"""The figures as a page (docs/benchmarks.md) and as a plot (docs/benchmarks.svg)."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

PLOT = "benchmarks.svg"
_HEAD = """# Benchmarks

Made by `make bench`; do not edit by hand. What is measured, and how, stands at the end.

"""
_METHOD = """
## How it is measured

- The clinic runs as `make demo` runs it: gunicorn with 2 workers of 4 threads, worker and beat beside it, PostgreSQL
  and Redis on the same machine. The driver shares the cores. The figures under "sync workers" are of 2 workers as they
  stand behind a buffering proxy: the driver sends whole requests and closes after each answer.
- Every side takes turns in every round (page, bare page, SQL, plain bytes), and the ratio is that of the medians. A
  single time in milliseconds is worth little: a shared machine changes its speed within seconds.
- **page**: the whole HTML page or fragment over HTTP, signed in, permission checks and audit rows on.
- **bare**: Django without middleware, sign-in or permissions, under the same server, doing the least SQL of that
  operation (`tests/benchmarks/floors.py`), in a page of the same length. A day and a chart go through the ORM and a
  Django template with dates and cut texts in every row.
- **SQL**: the same least SQL by psycopg alone. **static**: as many bytes as the page, and nothing else.
- **statements** are counted in one request inside a process, without transaction control.
- **growth** is the exponent of the page's median against the number of patients: both clinics run at the same time
  and take turns. 0 means that it does not grow; 1, that ten times the data take ten times as long.
- The clinic comes from `manage.py seed_scale`; the visits and doses that the writing operations need are made as they
  go, at a second place, so that no measured list grows.

    make bench                      # the whole: 1,000,000 patients
    make bench N=50000              # quicker
    make bench N=50000 ONLY=book    # one operation; nothing is written to this page
    make soak MINUTES=10            # thirty people at work
"""


def write_docs(folder: Path, found: dict[str, Any]) -> None:
    """Writes page and plot into `folder` from a run's figures."""
    (folder / "benchmarks.md").write_text(_HEAD + page(found) + _METHOD, encoding="utf-8")
    (folder / PLOT).write_text(plot(found["operations"]), encoding="utf-8")


def page(found: dict[str, Any]) -> str:
    machine, size = found["machine"], found["size"]
    facts = ", ".join(f"{name}: {value}" for name, value in machine.items())
    rows = [
        f"Measured {dt.datetime.now(dt.UTC):%Y-%m-%d}. {size['patients']:,} patients, {size['visits']:,} past visits over "
        f"{size['years']} years, {size['audit_rows']:,} audit rows. {facts}; load when it ended: {found['load']:.1f}.",
        "",
        f"![Each page as a multiple of its bare limit]({PLOT})",
        "",
        "The line in a bar is its goal: green within it, orange beyond it, grey where there is none.",
        "",
        "## Pages beside their limits (one client; medians in ms)",
        "",
        "| operation | page | p95 | bare | ratio | goal | SQL | static | statements | growth |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for one in found["operations"].values():
        goal = f"{one['goal']:g}" if one["goal"] else ""
        growth = f"{one['growth']:.2f}" if "growth" in one else ""
        counted = one.get("statements", "")
        rows.append(
            f"| {one['words']} | {one['page']:.1f} | {one['page95']:.1f} | {one['bare']:.1f} | {one['ratio']:.1f} | {goal} | "
            f"{one['sql']:.2f} | {one['static']:.2f} | {counted} of {one['queries']} | {growth} |"
        )
    rows += _crowds(found)
    rows += _others(found)
    return "\n".join(rows) + "\n"


def _crowds(found: dict[str, Any]) -> list[str]:
    rows = [
        "", "## Several clients at once (p50 / p95 ms, answers per second, share of the bare page's rate)", "",
        "| operation | 4 clients | 16 clients | 16 clients, sync workers | p95/p50 of these |", "|---|---|---|---|--:|",
    ]  # fmt: skip
    for one in found["operations"].values():
        if "at16" not in one:
            continue
        cells = [_crowd(one, "at4", "bare4"), _crowd(one, "at16", "bare16"), _crowd(one, "sync16", "")]
        tail = f"{one['sync16']['p95'] / one['sync16']['median']:.1f}" if "sync16" in one else ""
        rows.append(f"| {one['words']} | {' | '.join(cells)} | {tail} |")
    return rows


def _crowd(one: dict[str, Any], name: str, limit: str) -> str:
    if name not in one:
        return ""
    many = one[name]
    share = f", {many['rate'] / one[limit]['rate']:.0%}" if limit and limit in one else ""
    return f"{many['median']:.0f} / {many['p95']:.0f}, {many['rate']:.0f}/s{share}"


def _others(found: dict[str, Any]) -> list[str]:
    return ["", "## Beside that", "", *(f"- {words}" for words in found.get("notes", ()))]


def reminder_words(found: dict[str, Any]) -> str:
    """The figures of `tests.benchmarks.reminders` as two sentences for the page."""
    return (
        f"{found['due']:,} reminders that are due, worked off without the network, median of {found['rounds']} rounds: one "
        f"worker {found['one_worker_per_s']:,} a second, two workers {found['two_workers_per_s']:,} (goal "
        f"{found['goal_per_s']:,}); bare SQL that handles each row by itself {found['floor_per_s']:,}. A reminder costs "
        f"{found['worker_cpu_ms']:.2f} ms of a worker's processor and {found['database_cpu_ms']:.2f} ms of the database's."
    )


def planning_words(found: dict[str, Any]) -> str:
    """The figures of `tests.benchmarks.planning` as two sentences for the page."""
    first, again = found["first"], found["second"]
    return (
        f"One sweep over {found['visits']:,} visits without a message plans {first['planned']:,} reminders in "
        f"{first['seconds']:.1f} s ({first['cpu_seconds']:.1f} s of the worker's processor) and {first['statements']} "
        f"statements. The next sweep, which finds everything planned, takes {again['seconds']:.1f} s and "
        f"{again['statements']} statements."
    )


def exponent(big: float, small: float, times: float) -> float:
    """How a time grows with the data: log of the times over log of the sizes."""
    return math.log(big / small) / math.log(times)


def plot(operations: dict[str, Any]) -> str:
    """Bars on a logarithmic scale: how many times its bare limit a page takes, and the goal as a line."""
    shown = list(operations.values())
    left, width, row = 290, 420, 26
    top = max(10.0, *(one["ratio"] for one in shown))
    height = 48 + row * len(shown)

    def across(ratio: float) -> float:
        return left + width * math.log(max(ratio, 1.0)) / math.log(top)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 70} {height}" font-family="sans-serif" '
        'font-size="13"><rect width="100%" height="100%" fill="#ffffff"/>'
    ]
    for mark in (1, 2, 3, 5, 10, 20, 50, 100):
        if mark <= top:
            x = across(mark)
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{height - 28}" stroke="#dde1e6"/>'
                         f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle" fill="#5b6470">{mark}x</text>')  # fmt: skip
    for number, one in enumerate(shown):
        y = 14 + row * number
        color = "#7a8794" if not one["goal"] else "#2f7d6b" if one["ratio"] <= one["goal"] else "#c2683a"
        parts.append(
            f'<text x="{left - 10}" y="{y + 12}" text-anchor="end" fill="#1f2933">{escape(one["words"])}</text>'
            f'<rect x="{left}" y="{y}" width="{max(across(one["ratio"]) - left, 1):.1f}" height="16" rx="2" fill="{color}"/>'
            f'<text x="{across(one["ratio"]) + 6:.1f}" y="{y + 12}" fill="#1f2933">{one["ratio"]:.1f}</text>'
        )
        if one["goal"]:
            x = across(one["goal"])
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + 19}" stroke="#1f2933" stroke-width="2"/>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"
