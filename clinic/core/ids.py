"""Identifiers: UUIDv7, opaque to people, ordered by time for the indexes."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """A new time-ordered identifier."""
    return _uuid7()
