"""Rows by key, by a statement that the ORM builds once.

For a row with its five or six neighbours, building the statement anew costs Django several times what running it
does, and the busiest acts (a check-in, a set of vitals, a booking) read two or three such rows each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)
_STAND_IN = UUID(int=0x5EED)  # where the key will stand
_PLANS: list = []


def build_anew() -> None:
    """Every statement is built again at its next use: for tests that change how fields are read."""
    for plan in _PLANS:
        plan.cache_clear()


@dataclass(frozen=True)
class _Plan(Generic[M]):
    """What the ORM made of the queryset."""

    model: type[M]
    sql: str
    parameters: tuple[Any, ...]
    compiler: SQLCompiler
    converters: dict
    names: list[str]
    own: slice
    populators: list
    annotations: dict[str, int]


def by_key(rows: Callable[[], QuerySet[M]]) -> Callable[[UUID], M | None]:
    """A function that reads the row of `rows()` with a key, None where there is none.

    `rows` makes a queryset of a model with a UUID key, `select_related` and `select_for_update` as usual. It is
    called once in the life of a process: nothing in it may depend on the time, the actor or the settings.
    """
    read = rows_by(lambda key: rows().filter(pk=key).order_by())
    return lambda pk: next(iter(read(pk)), None)


def rows_by(rows: Callable[[UUID], QuerySet[M]]) -> Callable[[UUID], list[M]]:
    """A function that reads the rows of `rows(key)`, such as all of one patient; the same conditions as `by_key`."""

    @cache
    def plan() -> _Plan[M]:
        return _built(rows(_STAND_IN))

    _PLANS.append(plan)

    def read(key: UUID) -> list[M]:
        made = plan()
        with connection.cursor() as cursor:
            cursor.execute(made.sql, [key if one == _STAND_IN else one for one in made.parameters])
            found = cursor.fetchall()
        if made.converters:
            found = made.compiler.apply_converters(found, made.converters)
        return [_instance(made, row) for row in found]

    return read


def _built(rows: QuerySet[M]) -> _Plan[M]:
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    if parameters.count(_STAND_IN) != 1:
        raise TypeError("A lookup takes one key that is a UUID.")
    kind, fields = compiler.klass_info, compiler.klass_info["select_fields"]
    own = slice(fields[0], fields[-1] + 1)
    return _Plan(
        model=kind["model"],
        sql=sql,
        parameters=tuple(parameters),
        compiler=compiler,
        converters=compiler.get_converters([column for column, *_ in compiler.select]),
        names=[column.target.attname for column, *_ in compiler.select[own]],
        own=own,
        populators=get_related_populators(kind, compiler.select, "default"),
        annotations=compiler.annotation_col_map or {},
    )


def _instance(made: _Plan[M], row: Sequence[Any]) -> M:
    instance = made.model.from_db("default", made.names, row[made.own])
    for populator in made.populators:
        populator.populate(row, instance)
    for name, place in made.annotations.items():
        setattr(instance, name, row[place])
    return instance
