"""Browser sessions in the database, read together with everything a request of a member needs to begin.

One query brings the session, its server-side record, the member, the registered PC and the mark of the
settings kept in memory. Django's own store would cost three more round trips on every page. The statement is
written once: having the ORM build it anew for each request costs more than running it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import connection, models
from django.utils import timezone

from clinic.core import kept
from clinic.staff.models import BrowserSession, Member, StaffSession, Workstation

STAFF_SESSION = "staff_session"
_JOINED = ((BrowserSession, "b"), (StaffSession, "s"), (Member, "m"), (Workstation, "w"))


class SessionStore(DatabaseSessions):
    """`record` is the StaffSession that this browser's sign-in opened, with member and workstation loaded."""

    _row: BrowserSession | None = None

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    @property
    def record(self) -> StaffSession | None:
        self._get_session()  # loads once
        return self._row.staff_session if self._row else None

    def load(self) -> dict[str, Any]:
        self._row = self._get_session_from_db()
        return self.decode(self._row.session_data) if self._row else {}

    def flush(self) -> None:
        super().flush()
        self._row = None

    def _get_session_from_db(self) -> BrowserSession | None:
        found = connection.first_row(_statement(), [self.session_key, timezone.now()])
        if found is None:
            self._session_key = None
            return None
        mark, *values = found
        kept.tell(mark)
        browser, record, member, workstation = _rows(values)
        if record is not None:
            record.member, record.workstation = member, workstation
        browser.staff_session = record
        return browser

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        row = super().create_model_instance(data)
        row.staff_session_id = data.get(STAFF_SESSION)
        return row


@cache
def _statement() -> str:
    columns = ", ".join(
        f'host({alias}."{field.column}")'
        if isinstance(field, models.GenericIPAddressField)
        else f'{alias}."{field.column}"'
        for model, alias in _JOINED
        for field in model._meta.concrete_fields
    )
    browser, record, member, workstation = (f'"{model._meta.db_table}"' for model, _ in _JOINED)
    return (
        f"SELECT (SELECT mark FROM core_settingsmark), {columns} FROM {browser} b "  # noqa: S608 - names of ours
        f"LEFT JOIN {record} s ON s.id = b.staff_session_id LEFT JOIN {member} m ON m.id = s.member_id "
        f"LEFT JOIN {workstation} w ON w.id = s.workstation_id WHERE b.session_key = %s AND b.expire_date > %s"
    )


@cache
def _shapes() -> list[tuple[type[models.Model], list[str], int]]:
    """Of each joined table: the model, its fields in the order of the statement, and where the key stands."""
    named = [(model, [field.attname for field in model._meta.concrete_fields]) for model, _ in _JOINED]
    return [(model, names, names.index(model._meta.pk.attname)) for model, names in named]


def _rows(values: list[Any]) -> list[models.Model | None]:
    """The four rows out of one; None where the join found none. Their columns are plain: no field converts."""
    found: list[models.Model | None] = []
    for model, names, key in _shapes():
        mine, values = values[: len(names)], values[len(names) :]
        found.append(None if mine[key] is None else model.from_db("default", names, mine))
    return found
