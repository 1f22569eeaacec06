"""Identifiers: UUIDv7, opaque to people, ordered by time for the indexes."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """A new time-ordered identifier."""
    return _uuid7()


def uuid_of(text: str | None) -> UUID | None:
    """An id out of an address or a form, None when it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
