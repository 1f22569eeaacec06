"""Errors that a person may read. Each says what happened and what to do; nothing else may reach a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any


class ClinicError(Exception):
    """`message` is for the user; `field` names the form field it belongs to; `hint` says what to do next."""

    status = 422

    def __init__(self, message: str, *, field: str | None = None, hint: str = ""):
        super().__init__(message)
        self.message, self.field, self.hint = message, field, hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Refused(ClinicError):
    """A rule says no; the input can be corrected."""


class Conflict(ClinicError):
    """Somebody else was faster. `alternatives` are what is still free.

    `look` finds them when somebody asks, which is after the transaction and its locks are gone.
    """

    status = 409

    def __init__(self, message: str, *, look: Callable[[], Sequence[Any]] = tuple, **kwargs):
        super().__init__(message, **kwargs)
        self.look = look

    @cached_property
    def alternatives(self) -> list[Any]:
        return list(self.look())


class Stale(ClinicError):
    """The row changed since the form was opened. `theirs` holds the current values of `fields`."""

    status = 409

    def __init__(
        self, message: str, *, fields: Sequence[str] = (), theirs: dict[str, Any] | None = None, **kwargs
    ):
        super().__init__(message, **kwargs)
        self.fields, self.theirs = list(fields), dict(theirs or {})


class NotAllowed(ClinicError):
    """The actor may not do this."""

    status = 403


class NotFound(ClinicError):
    """No such row for this actor."""

    status = 404


class TooMany(ClinicError):
    """Asked too often. `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, *, retry_after: int, **kwargs):
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class Transient(ClinicError):
    """May succeed when tried again: a provider that does not answer, a database that restarts."""

    status = 503


def to_form(form, error: ClinicError) -> None:
    """Puts the error on the form, on its field when the form has it."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error))
