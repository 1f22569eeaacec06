"""Editing the rules and lists behind the waitlist, recalls, missed visits and triage."""

from __future__ import annotations

import re

from django.utils.text import slugify

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused, Stale
from clinic.core.locks import lock_keys
from scheduling.models import LetterWording, OutreachSettings, RecallReason, TriageLevel
from scheduling.services.setup import save_row

LETTER_FIELDS = frozenset({"name", "date", "clinic", "phone"})


@service
def save_outreach_settings(*, by: Actor, version: int | None = None, **values) -> OutreachSettings:
    """Sets the rules. Audited `outreachsettings.saved`. Stale when somebody else was faster."""
    return save_row(by, OutreachSettings, OutreachSettings.objects.first(), version, values)


@service
def save_recall_reason(
    *, by: Actor, reason: RecallReason | None = None, version: int | None = None, **values
) -> RecallReason:
    """Adds or edits a reason; its code is made from the first name it had. Audited `recallreason.saved`."""
    if reason is None:
        values["code"] = slugify(values.get("name", ""))[:32]
        if not values["code"]:
            raise Refused("Give it a name.", field="name")
    return save_row(by, RecallReason, reason, version, values)


@service
def save_triage_level(*, by: Actor, level: TriageLevel, version: int | None = None, **values) -> TriageLevel:
    """Edits the name of a level and its time to be seen. Audited `triagelevel.saved`."""
    return save_row(by, TriageLevel, level, version, values)


@service
def save_letter(
    *, by: Actor, code: str, language: str, version: int, heading: str, body: str
) -> LetterWording:
    """Saves new words of a letter as its next version; letters sent keep what they said.

    Audited `letter.saved`. Refuses empty words and anything in braces that a letter may not hold; Stale when
    `version` is not the newest.
    """
    if not heading.strip() or not body.strip():
        raise Refused("A letter needs a heading and a text.", field="body")
    strange = set(re.findall(r"\{([^{}]*)\}", heading + body)) - LETTER_FIELDS
    if strange:
        raise Refused(f"A letter may not hold: {', '.join(sorted(strange))}.", field="body")
    lock_keys(f"letter:{code}:{language}")
    newest = LetterWording.objects.filter(code=code, language=language).order_by("-version").first()
    if newest is None or newest.version != version:
        raise Stale("Somebody changed this letter while you had it open.", hint="Look again.")
    row = LetterWording.objects.create(
        code=code,
        language=language,
        version=version + 1,
        heading=heading.strip(),
        body=body.strip(),
        approved_by_id=by.member_id,
    )
    audit.record(by, "letter.saved", obj=row, code=code, language=language, version=row.version)
    return row
