"""What was done in visits, told by the apps that keep it. Scheduling knows no charges: billing stands above it and
registers here what a rule of follow-up calls may go by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Procedure:
    """One thing done in a visit: the encounter, the clinic's own code of it, and words for staff."""

    encounter_id: UUID
    code: str
    words: str


# (codes, since when) -> what of these was done in visits since then
Done = Callable[[Collection[str], datetime], Iterable[Procedure]]
# () -> (code, words) of everything a rule may name
Choices = Callable[[], list[tuple[str, str]]]
_sources: dict[str, tuple[Done, Choices]] = {}


def register_procedures(name: str, *, done: Done, choices: Choices) -> None:
    """Registers who knows procedures, from `AppConfig.ready()`. The same name again replaces it."""
    _sources[name] = (done, choices)


def procedures_done(codes: Collection[str], since: datetime) -> dict[UUID, list[Procedure]]:
    """What of these codes was done since then, by encounter. One query for each source; none without codes."""
    found: dict[UUID, list[Procedure]] = defaultdict(list)
    if codes:
        for done, _ in _sources.values():
            for one in done(codes, since):
                found[one.encounter_id].append(one)
    return dict(found)


def procedure_choices() -> list[tuple[str, str]]:
    """Every (code, words) that a rule may name, by code."""
    return sorted({pair for _, choices in _sources.values() for pair in choices()})
