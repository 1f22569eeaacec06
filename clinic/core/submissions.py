"""Once per form: a repeated POST returns the first one's result instead of acting twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from clinic.core.actor import Actor
from clinic.core.locks import lock_keys
from clinic.core.models import Submission


def once(*, by: Actor, verb: str, form_key: str, do: Callable[[], Any]) -> tuple[Any, bool]:
    """Runs `do` in one transaction and keeps what it returns (JSON: an id or an address).

    Returns (result, repeated). The same key sent again by the same actor for the same verb, at the same time or
    later, gives the stored result. When `do` raises, nothing is stored and the form can be sent again.
    """
    actor = str(by.member_id or by.label)
    if not form_key:
        with transaction.atomic():
            return do(), False
    with transaction.atomic():
        lock_keys(f"submission:{actor}:{verb}:{form_key}")
        earlier = Submission.objects.filter(key=form_key, actor=actor, verb=verb).first()
        if earlier:
            return earlier.result, True
        result = do()
        Submission.objects.create(key=form_key, actor=actor, verb=verb, result=result)
        return result, False
