"""Services: one transaction, and the database's refusals in the user's words."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, transaction

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


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Runs a service in one transaction. Nothing half-saved stays; database refusals become ClinicErrors.

    A deadlock victim is tried again twice, unless it runs inside somebody else's transaction.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not connection.in_atomic_block
        for attempt in range(3):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except (IntegrityError, OperationalError) as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state in (DEADLOCK, SERIALIZATION) and outermost and attempt < 2:
                    continue
                known = translate(error)
                if known is None:
                    raise
                raise known from error
        raise AssertionError("unreachable")

    return run
