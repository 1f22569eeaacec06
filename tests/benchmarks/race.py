"""Sixty-four people at one slot: exactly one gets it, the others are told politely and at once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

from tests.benchmarks.client import HTMX, Client, form_key
from tests.benchmarks.facts import REASON, Facts

RACERS = 64
POLITE = frozenset({409, 422})


@dataclass(frozen=True)
class Race:
    """What a number of rounds came to. Times in milliseconds, of the slowest answer of each round."""

    rounds: int
    winners: Counter[int]
    answers: Counter[int]
    slowest: list[float]

    @property
    def is_clean(self) -> bool:
        """One winner in every round, and nothing but polite refusals beside."""
        return set(self.winners) == {1} and all(
            status in POLITE or status in (204, 302) for status in self.answers
        )


def race(clients: list[Client], facts: Facts, rounds: int) -> Race:
    """`rounds` slots, each booked by all `clients` at the same moment, every one for another patient."""
    winners: Counter[int] = Counter()
    answers: Counter[int] = Counter()
    slowest: list[float] = []
    while len(slowest) < rounds:
        provider, day, clock = facts.slot()
        forms = [
            {
                "form_key": form_key(), "patient": patient, "visit_type": facts.type, "provider": provider,
                "location": facts.location, "day": day.isoformat(), "clock": clock.strftime("%H:%M"), "reason": REASON,
            }
            for patient in facts.patients[: len(clients)]
        ]  # fmt: skip
        found = _at_once(clients, forms)
        won = sum(status in (204, 302) for status, _ in found)
        if not won and all(status in POLITE for status, _ in found):
            continue  # the clinic is closed that day: no race
        winners[won] += 1
        answers.update(status for status, _ in found)
        slowest.append(max(took for _, took in found))
    return Race(rounds, winners, answers, slowest)


def _at_once(clients: list[Client], forms: list[dict]) -> list[tuple[int, float]]:
    gate = threading.Barrier(len(clients))
    found: list[tuple[int, float]] = []

    def book(client: Client, form: dict) -> None:
        gate.wait(timeout=60)
        status, _, took = client.request("/schedule/book/", form, **HTMX)
        found.append((status, took))

    threads = [threading.Thread(target=book, args=pair) for pair in zip(clients, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return found
