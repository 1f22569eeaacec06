"""Breaks and kept time within the sessions of a week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from scheduling.models import ProviderSession, SessionPart, VisitType


@service
def add_part(
    *,
    by: Actor,
    session: ProviderSession,
    kind: str,
    starts: time,
    ends: time,
    label: str = "",
    release_hours: int | None = None,
    kept_for: Iterable[VisitType] = (),
) -> SessionPart:
    """Adds a break, or time kept back, to every week of a session; visits booked in it stay.

    `starts` and `ends` are local wall time. Kept time is released `release_hours` before it starts,
    never when None; the kinds of `kept_for` can always be booked in it. Audited `sessionpart.added`.
    Refuses what lies outside the session or over another part of it.
    """
    lock_keys(f"sessions:{session.provider_id}")
    if ends <= starts:
        raise Refused("It has to end after it starts.", field="ends")
    if starts < session.starts or ends > session.ends:
        raise Refused(
            f"The session is from {session.starts:%H:%M} to {session.ends:%H:%M}.",
            field="starts",
            hint="Choose times within it.",
        )
    other = session.parts.filter(starts__lt=ends, ends__gt=starts).first()
    if other:
        raise Refused(
            f"There is a {other.get_kind_display().lower()} part {other.starts:%H:%M}–{other.ends:%H:%M} already.",
            field="starts",
        )
    is_break = kind == SessionPart.Kind.BREAK
    row = SessionPart.objects.create(
        session=session,
        kind=kind,
        starts=starts,
        ends=ends,
        label=label.strip()[:60],
        release_hours=None if is_break else release_hours,
    )
    if not is_break:
        row.kept_for.set(kept_for)
    audit.record(
        by, "sessionpart.added", obj=row, session=session.pk, kind=kind, at=f"{starts:%H:%M}-{ends:%H:%M}"
    )
    return row


@service
def remove_part(*, by: Actor, part: SessionPart) -> None:
    """Gives the time back to the session. Audited `sessionpart.removed`."""
    at = f"{part.starts:%H:%M}-{part.ends:%H:%M}"
    audit.record(by, "sessionpart.removed", obj=part, session=part.session_id, kind=part.kind, at=at)
    part.delete()
