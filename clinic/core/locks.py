"""Locks in key order, so that two transactions can never wait for each other in a circle."""

import hashlib

from django.db import connection
from django.db.models import QuerySet


def lock_number(key: str) -> int:
    """The number that stands for a key in PostgreSQL's advisory locks."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def lock_keys(*keys: str) -> None:
    """Takes a transaction-long advisory lock on every key, in sorted order, in one round trip."""
    numbers = sorted({lock_number(key) for key in keys})
    if not connection.in_atomic_block:
        raise RuntimeError("lock_keys needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) WITH ORDINALITY AS keys(k, n) ORDER BY n",
            [numbers],
        )


def share_key(key: str) -> None:
    """Takes a transaction-long advisory lock that others may share, and that waits for who took it alone."""
    if not connection.in_atomic_block:
        raise RuntimeError("share_key needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_number(key)])


def lock_rows(queryset: QuerySet) -> list:
    """Locks the rows in primary key order and returns them."""
    return list(queryset.order_by("pk").select_for_update(of=("self",)))
