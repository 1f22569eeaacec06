"""Rate limits kept in PostgreSQL, so that they hold with Redis down."""

import hashlib

from django.db import connection

from clinic.core.time import now


def allow(key: str, *, limit: int, seconds: int) -> bool:
    """Counts one use of `key`; False when more than `limit` fell into the current window of `seconds`.

    The count is one atomic upsert: twenty parallel tries count as twenty. The key is stored hashed.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()
    window = int(now().timestamp()) // seconds
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_ratewindow (key, window_no, seconds, used, last_at) VALUES (%s, %s, %s, 1, now()) "
            "ON CONFLICT (key, window_no) DO UPDATE SET used = core_ratewindow.used + 1, last_at = now() RETURNING used",
            [digest, window, seconds],
        )
        return cursor.fetchone()[0] <= limit
