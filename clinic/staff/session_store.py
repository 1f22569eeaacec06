"""Browser sessions in the database, read together with everything a request of a member needs to begin.

One query brings the session, its server-side record, the member, the registered PC and the mark of the
settings kept in memory. Django's own store would cost three more round trips on every page.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db.models import Subquery
from django.utils import timezone

from clinic.core import kept
from clinic.core.models import SettingsMark
from clinic.staff.models import BrowserSession, StaffSession

STAFF_SESSION = "staff_session"


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
        if self._row is None:
            return {}
        kept.tell(self._row.settings_mark)
        return self.decode(self._row.session_data)

    def flush(self) -> None:
        super().flush()
        self._row = None

    def _get_session_from_db(self) -> BrowserSession | None:
        row = (
            BrowserSession.objects.select_related("staff_session__member", "staff_session__workstation")
            .annotate(settings_mark=Subquery(SettingsMark.objects.values("mark")[:1]))
            .filter(session_key=self.session_key, expire_date__gt=timezone.now())
            .first()
        )
        if row is None:
            self._session_key = None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        row = super().create_model_instance(data)
        row.staff_session_id = data.get(STAFF_SESSION)
        return row
