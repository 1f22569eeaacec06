"""Opening and revoking the address at which a member's own calendar is read by their phone."""

from __future__ import annotations

import hashlib
import secrets

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.time import now
from scheduling.models import CalendarFeed

TOKEN_BYTES = 32


@service
def open_calendar_feed(*, by: Actor) -> str:
    """Makes a new address for the actor's own calendar and returns its token, which is kept nowhere.

    The one before stops working in the same transaction. Audited `calendar_feed.opened`. Refuses an actor
    who is no member.
    """
    _revoke(_own(by))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(
        member_id=by.member_id, token_hash=hashlib.sha256(token.encode()).hexdigest()
    )
    audit.record(by, "calendar_feed.opened", obj=feed)
    return token


@service
def revoke_calendar_feed(*, by: Actor) -> None:
    """Ends the actor's address. Audited `calendar_feed.revoked`. Refuses where there is none."""
    ended = _revoke(_own(by))
    if ended is None:
        raise Refused("There is no calendar link to end.")
    audit.record(by, "calendar_feed.revoked", obj=ended)


def _own(by: Actor):
    if by.member_id is None:
        raise Refused("Only a member has a calendar.")
    lock_keys(f"feed:{by.member_id}")
    return CalendarFeed.objects.filter(member_id=by.member_id, revoked_at__isnull=True)


def _revoke(live) -> CalendarFeed | None:
    feed = live.first()
    if feed is not None:
        feed.revoked_at = now()
        feed.save(update_fields=["revoked_at", "updated_at"])
    return feed
