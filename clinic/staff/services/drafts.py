"""What was typed but not saved: kept per member and form on the server, never in the browser's storage."""

import json
from typing import Any

from django.db import connection

from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.staff.models import Draft
from clinic.staff.rules import DRAFT_LIFETIME

MAX_BYTES = 64 * 1024
MAX_PER_MEMBER = 50
# Never kept, whatever a page sends: secrets, tokens, and the key that makes a form count once.
NEVER = frozenset(
    {"csrfmiddlewaretoken", "form_key", "password", "password1", "password2", "pin", "version", "base"}
)


def save_draft(*, member_id: Any, key: str, url: str, fields: dict[str, Any]) -> None:
    """Keep the fields of one form of one member; the newest save wins. No audit row: nothing is on record yet.

    Refused: more than 64 KB, a key or address that is too long, over 50 open drafts.
    """
    kept = {str(name): value for name, value in fields.items() if str(name) not in NEVER}
    if not key or len(key) > 120 or len(url) > 300:
        raise Refused("This draft can't be kept.")
    body = json.dumps(kept)
    if len(body.encode()) > MAX_BYTES:
        raise Refused("This draft is too long to be kept.")
    if Draft.objects.filter(member_id=member_id).exclude(key=key).count() >= MAX_PER_MEMBER:
        oldest = (
            Draft.objects.filter(member_id=member_id).order_by("saved_at").values_list("pk", flat=True)[:1]
        )
        Draft.objects.filter(pk__in=list(oldest)).delete()
    # One statement: two tabs that save the same form at once don't collide.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO staff_draft (member_id, key, url, fields, saved_at) VALUES (%s, %s, %s, %s::jsonb, %s) "
            "ON CONFLICT (member_id, key) DO UPDATE SET url = excluded.url, fields = excluded.fields, "
            "saved_at = excluded.saved_at",
            [member_id, key, url, body, now()],
        )


def drop_draft(*, member_id: Any, key: str) -> None:
    """The form was saved or thrown away."""
    Draft.objects.filter(member_id=member_id, key=key).delete()


def purge_drafts() -> int:
    """Delete drafts older than 12 hours. Returns how many."""
    deleted, _ = Draft.objects.filter(saved_at__lt=now() - DRAFT_LIFETIME).delete()
    return deleted
