"""The order in which waiting patients are seen. Pure; levels as in five-level triage, 1 the most urgent."""

from __future__ import annotations

from datetime import datetime

# Nobody has looked yet: before the less urgent, because it may be anything.
NOT_LOOKED = 3
ALERTING = 2


def queue_key(*, level: int | None, has_red_flag: bool, arrived_at: datetime) -> tuple:
    """Sort key: red flags on top, then the level, then who came first.

    A patient whom nobody has assessed stands after levels 1 and 2 and before an assessed level 3.
    """
    return (not has_red_flag, level or NOT_LOOKED, level is not None, arrived_at)


def is_alerting(level: int, has_red_flag: bool) -> bool:
    """Whether a provider has to be told at once."""
    return has_red_flag or level <= ALERTING
