"""Chance that comes out the same each time: every stream is named, so adding one moves no other."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

SEED = "maple-street-1"
T = TypeVar("T")


def stream(*name: object) -> random.Random:
    """A generator of its own for one named thing ("patient", 17)."""
    return random.Random(":".join([SEED, *map(str, name)]))


def weighted(dice: random.Random, choices: Sequence[tuple[T, float]]) -> T:
    """One of the values, by its weight."""
    return dice.choices([value for value, _ in choices], [weight for _, weight in choices])[0]


def row_id(dice: random.Random, at: dt.datetime) -> UUID:
    """A UUIDv7 of the given instant whose random part comes from the dice: sorted by time, same each time."""
    millis = int(at.timestamp() * 1000)
    value = (millis & (2**48 - 1)) << 80 | dice.getrandbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)


def minutes(dice: random.Random, low: float, usual: float, high: float) -> dt.timedelta:
    """A duration in whole seconds, most often near `usual`."""
    return dt.timedelta(seconds=round(dice.triangular(low, high, usual) * 60))
