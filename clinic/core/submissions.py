"""Once per form: a repeated POST returns the first one's result instead of acting twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from clinic.core.actor import Actor
from clinic.core.db import whole
from clinic.core.errors import Refused
from clinic.core.models import Submission
from clinic.core.time import now

LONGEST_KEY = 64
_TAKE = (
    "INSERT INTO core_submission (key, actor, verb, result, at) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT DO NOTHING RETURNING id"
)


def once(
    *, by: Actor, verb: str, form_key: str, do: Callable[[], Any], known: str | None = None
) -> tuple[Any, bool]:
    """Runs `do` in one transaction and keeps what it returns (JSON: an id or an address).

    Returns (result, repeated). The same key sent again by the same actor for the same verb, at the same time or
    later, gives the stored result. When `do` raises, nothing is stored and the form can be sent again. `known`
    is the result where it is settled before `do` runs, such as the key of the row to be made: one statement less.
    Refuses a key that none of our forms has made.
    """
    if len(form_key) > LONGEST_KEY:
        raise Refused("This form cannot be read.", hint="Load the page again.")
    with whole():
        if not form_key:
            result = do()
            return (result if known is None else known), False
        mine = {"key": form_key, "actor": str(by.member_id or by.label), "verb": verb}
        with connection.cursor() as cursor:
            # The unique key makes a twin that comes at the same moment wait here until this one is done.
            cursor.execute(_TAKE, [*mine.values(), None if known is None else Jsonb(known), now()])
            taken = cursor.fetchone()
        if taken is None:
            return Submission.objects.get(**mine).result, True
        result = do()
        if known is not None:
            return known, False
        if result is not None:
            Submission.objects.filter(pk=taken[0]).update(result=result)
        return result, False
