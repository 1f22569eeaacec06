"""Services: one transaction, few round trips, and the database's refusals in the user's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models import QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery
from psycopg.adapt import Transformer

from clinic.core import kept, patience
from clinic.core.errors import ClinicError, Conflict, Refused

P = ParamSpec("P")
R = TypeVar("R")
DEADLOCK, SERIALIZATION, LOCK_TIMEOUT = "40P01", "40001", "55P03"
EXCLUSION, UNIQUE = "23P01", "23505"
_messages: dict[str, str] = {}


def register_constraint_message(name: str, text: str) -> None:
    """Words for a constraint or trigger that no model declares."""
    _messages[name] = text


@cache
def _declared() -> dict[str, str]:
    texts = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.violation_error_message != constraint.default_violation_error_message:
                texts[constraint.name] = str(constraint.violation_error_message)
    return texts


def translate(error: Exception) -> ClinicError | None:
    """The user's error for a database error, or None when it is not one of ours.

    Only the constraint's name is used: DETAIL holds ids and times and is neither shown nor logged.
    """
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state in (DEADLOCK, SERIALIZATION, LOCK_TIMEOUT):
        return Conflict("Somebody else was saving the same thing.", hint="Please try again.")
    if not isinstance(error, IntegrityError):
        return None
    name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    text = _messages.get(name) or _declared().get(name)
    if state in (EXCLUSION, UNIQUE):
        return Conflict(
            text or "Somebody else has just saved the same thing.", hint="" if text else "Please look again."
        )
    return Refused(text) if text else None


_inside: ContextVar[object | None] = ContextVar("inside_a_service", default=None)


def this_transaction() -> object | None:
    """Something that stands for the running `whole` and for no other; None outside."""
    return _inside.get()


@contextmanager
def whole() -> Iterator[None]:
    """One transaction for everything inside, which fails as a whole.

    Within it another `whole` costs no savepoint. Code that goes on after a refusal of something it called
    says so with `attempt`.
    """
    if _inside.get() is not None:
        with transaction.atomic(savepoint=False):
            yield
        return
    token = _inside.set(object())
    try:
        with transaction.atomic():
            yield
    finally:
        _inside.reset(token)
        kept.forget()


def attempt() -> transaction.Atomic:
    """A savepoint around a call that may be refused while the transaction around it goes on."""
    return transaction.atomic()


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Runs a service in one transaction. Nothing half-saved stays; database refusals become ClinicErrors.

    A deadlock victim is tried again twice, unless it runs inside somebody else's transaction.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not connection.in_atomic_block
        for turn in range(3):
            try:
                with whole():
                    result = function(*args, **kwargs)
                    patience.work_is_done()
                    return result
            except (IntegrityError, OperationalError) as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state in (DEADLOCK, SERIALIZATION) and outermost and turn < 2:
                    continue
                known = translate(error)
                if known is None:
                    raise
                raise known from error
        raise AssertionError("unreachable")

    return run


def insert_together(*rows: models.Model) -> None:
    """Inserts new rows that belong together in one statement, the same model's rows as one list.

    Rows bring their keys (UUIDs) themselves; a key that the database counts up is not read back. The
    order of `rows` decides nothing: foreign keys are looked at when the transaction ends.
    """
    if not rows:
        return
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    parts, parameters = [], []
    for model, those in by_model.items():
        sql, given = _insert(model, those)
        parts.append(sql)
        parameters.extend(given)
    _run(_one_statement(parts), parameters)
    for row in rows:
        row._state.adding, row._state.db = False, "default"


Change = tuple[QuerySet, dict[str, Any]]


def update_together(*changes: Change) -> None:
    """Updates rows that change together in one statement: each change is the rows and their new values.

    No row may be in two of them: the database decides which one counts.
    """
    parts, parameters = [], []
    for rows, values in changes:
        query = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        sql, given = query.get_compiler(connection=connection).as_sql()
        parts.append(sql)
        parameters.extend(given)
    _run(_one_statement(parts), parameters)


def _run(sql: str, parameters: list) -> None:
    """Runs a long statement with its values written in, which psycopg would do, after searching it for each place."""
    with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
        written = Transformer(connection.connection)
        values = tuple(written.as_literal(value).decode() for value in parameters)
        cursor.execute(sql % values)


def _one_statement(parts: list[str]) -> str:
    named = [f"part_{number} AS ({sql})" for number, sql in enumerate(parts[:-1])]
    return f"WITH {', '.join(named)} {parts[-1]}" if named else parts[-1]


@cache
def _columns(model: type[models.Model]) -> tuple[str, str, tuple[models.Field, ...]]:
    """What every INSERT of a model has in common: its beginning, the places of one row, and the fields in order."""
    fields = tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    # Arrays and ranges say what they are; the value makes no difference.
    places = (
        field.get_placeholder(None, None, connection) if hasattr(field, "get_placeholder") else "%s"
        for field in fields
    )
    table = connection.ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) VALUES ", f"({', '.join(places)})", fields  # noqa: S608 - names of ours


def _insert(model: type[models.Model], rows: list[models.Model]) -> tuple[str, list]:
    """The statement that inserts `rows`, without the ORM building it anew for every call."""
    start, places, fields = _columns(model)
    values = [field.pre_save(row, True) for row in rows for field in fields]
    if any(hasattr(value, "resolve_expression") for value in values):  # something that the database works out
        query = InsertQuery(model)
        query.insert_values(list(fields), rows)
        ((sql, given),) = query.get_compiler(connection=connection).as_sql()
        return sql, list(given)
    each = zip(fields * len(rows), values, strict=True)
    given = [field.get_db_prep_save(value, connection) for field, value in each]
    return start + ", ".join([places] * len(rows)), given


def counts(**rows: QuerySet) -> dict[str, int]:
    """How many rows each of several querysets has, in one statement."""
    parts, parameters = [], []
    for queryset in rows.values():
        sql, given = queryset.order_by().values("pk").query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 - Django's own SQL
        parameters.extend(given)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        return dict(zip(rows, cursor.fetchone(), strict=True))
