"""What every service of the chart needs: clean text, clean fields, one way to retract."""

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models

from clinic.core.actor import Actor
from clinic.core.errors import NotAllowed, Refused, Stale
from clinic.core.time import now

_SPACES = re.compile(r"\s+")


def clean_text(text: object) -> str:
    """One line, composed Unicode, no control characters, single spaces."""
    plain = unicodedata.normalize("NFC", str(text or ""))
    plain = "".join(
        char if unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"} else " " for char in plain
    )
    return _SPACES.sub(" ", plain).strip()


def check_fields(row: models.Model, only: Iterable[str] | None = None) -> None:
    """Model field rules (required, length, choices) as one Refused on the first field that breaks one.

    Foreign keys are left to the database: looking each of them up would cost a query per field.
    """
    wanted = set(only) if only is not None else None
    exclude = {
        field.name
        for field in row._meta.fields
        if field.is_relation or (wanted is not None and field.name not in wanted)
    }
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        label = row._meta.get_field(name).verbose_name
        raise Refused(f"{str(label).capitalize()}: {messages[0]}", field=name) from error


def need_member(by: Actor) -> None:
    """Clinical acts carry a person's name; the system and outsiders cannot sign for one."""
    if by.member_id is None:
        raise NotAllowed("Only a signed-in member of staff can do this.")


def expect_version(row, version: int | None, fields: Iterable[str] = ()) -> None:
    """Refuses (Stale) when the row was edited since the form was opened."""
    if version is not None and row.version != version:
        raise Stale(
            "Somebody else changed this since you opened it.",
            fields=list(fields),
            theirs={name: getattr(row, name) for name in fields},
            hint="What you typed is still here; compare and save again.",
        )


def retraction(by: Actor, reason: str) -> dict:
    """Columns that mark a row as entered in error. A reason is needed."""
    words = clean_text(reason)
    if not words:
        raise Refused("Say why this was entered in error.", field="reason")
    need_member(by)
    return {"retracted_at": now(), "retracted_by_id": by.member_id, "retract_reason": words[:200]}
