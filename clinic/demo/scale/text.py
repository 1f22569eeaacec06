"""Values as COPY reads them: keys, instants and lines of text, made as cheaply as Python can."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from random import Random
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

NULL = "\\N"
DAY = 86_400
_FIRST = dt.date(1900, 1, 1)
_OFFSET = (dt.date(1970, 1, 1) - _FIRST).days
DATES = tuple((_FIRST + dt.timedelta(days=number)).isoformat() for number in range(150 * 366))
_CLOCK = tuple(f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}+00" for s in range(DAY))


def stamp(seconds: int) -> str:
    """An instant, given in whole seconds since 1970, as the database reads it."""
    day, rest = divmod(seconds, DAY)
    return DATES[day + _OFFSET] + _CLOCK[rest]


def date_text(seconds: int) -> str:
    """The UTC date of an instant."""
    return DATES[seconds // DAY + _OFFSET]


class Dice(Random):
    """Chance, with a stock of random ends of keys: a thousand at a time cost half of what each does by itself."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.ends: list[str] = []

    def end(self) -> str:
        """The random part of a UUIDv7, with its version and variant."""
        if not self.ends:
            digits = self.randbytes(9 * 1000).hex()
            self.ends = [end_of(digits[at : at + 18]) for at in range(0, len(digits), 18)]
        return self.ends.pop()


def end_of(digits: str) -> str:
    """Eighteen hexadecimal digits as the random part of a UUIDv7."""
    return f"-7{digits[:3]}-8{digits[3:6]}-{digits[6:]}"


@lru_cache(1024)
def _beginning(seconds: int) -> str:
    """The first half of a key: the instant. The rows of one visit share a few."""
    millis = f"{seconds * 1000:012x}"
    return f"{millis[:8]}-{millis[8:]}"


def key(seconds: int, dice: Dice) -> str:
    """A UUIDv7 of an instant; its random part comes from the dice."""
    ends = dice.ends
    return _beginning(seconds) + (ends.pop() if ends else dice.end())


def key_of(seconds: int, name: str) -> str:
    """A UUIDv7 of an instant that is the same for the same name."""
    return _beginning(seconds) + end_of(sha256(name.encode()).hexdigest()[:18])


def encode(value: Any) -> str:
    """One value of Python as COPY's text form."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, (dict, list)):
        value = json.dumps(value)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


class Sheet:
    """Lines for one table. `columns` change from row to row; the rest is the model's defaults or `same`.

    A column that a later version of the model adds is filled with its default by itself. `put` takes text
    that needs no escaping (see `encode`), in the order of `columns`.
    """

    def __init__(self, model: type[models.Model], columns: Sequence[str], **same: Any) -> None:
        fields = {field.column: field for field in model._meta.concrete_fields}
        if unknown := (set(columns) | set(same)) - set(fields):
            raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
        rest = [field for name, field in fields.items() if name not in columns]
        names = ", ".join(f'"{name}"' for name in (*columns, *(field.column for field in rest)))
        self.table = model._meta.db_table
        self.statement = f'COPY "{self.table}" ({names}) FROM STDIN'
        self._tail = "".join("\t" + _constant(field, same) for field in rest) + "\n"
        self._lines: list[str] = []
        self.written = 0

    def put(self, *values: str) -> None:
        self._lines.append("\t".join(values))

    def flush(self) -> int:
        """Writes what has gathered; returns how many rows."""
        count = len(self._lines)
        if count:
            with connection.cursor() as cursor, cursor.copy(self.statement) as copy:
                for first in range(0, count, 2_000):
                    copy.write(self._tail.join(self._lines[first : first + 2_000]) + self._tail)
        self._lines = []
        self.written += count
        return count


def _constant(field: models.Field, same: dict[str, Any]) -> str:
    if field.column in same:
        return encode(same[field.column])
    value = field.get_default()
    if value is None and not field.null:
        raise TypeError(f"{field.model.__name__}.{field.column} has no default: name it")
    if isinstance(field, ArrayField) and value == []:
        return "{}"
    return encode(value)
