"""Editing the sending rules and the wordings: versions, never overwritten."""

import json
from datetime import date
from pathlib import Path

from django.conf import settings

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused, Stale
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.messaging.models import MessageTemplate, SendSettings
from clinic.messaging.rules.texts import Finding, lint

DATA = Path(__file__).resolve().parent.parent / "data"
DEFAULTS = tuple(
    DATA / f"{name}.json" for name in ("templates", "templates_more", "voice_templates", "offers_and_recalls")
)
SETTINGS_FIELDS = (
    "window_opens",
    "window_closes",
    "per_day",
    "per_week",
    "limited_purposes",
    "consent_channels",
    "is_stop_for_all",
    "short_name",
)


def findings(*, body: str, heading: str, channel: str, purpose: str) -> list[Finding]:
    """What is wrong with a wording, for the editor's preview and for saving."""
    return lint(body, channel=channel, purpose=purpose, public_url=settings.PUBLIC_URL, heading=heading)


@service
def save_template(
    *,
    by,
    template: MessageTemplate,
    body: str,
    heading: str = "",
    is_active: bool = True,
    effective_from: date | None = None,
) -> MessageTemplate:
    """Saves a new version of a wording, in force at once or from the local day `effective_from` on; messages made
    from earlier versions keep theirs. `template` is the newest version, as the editor was opened on it.

    Refuses a wording that breaks a rule of the linter, a first day in the past, and the loser of two editors at
    once. Audited as `wording.saved`.
    """
    if effective_from is not None and effective_from < today(clinic_zone()):
        raise Refused("A change can't begin in the past.", field="effective_from")
    wrong = findings(body=body, heading=heading, channel=template.channel, purpose=template.purpose)
    if wrong and is_active:
        raise Refused(" ".join(found.words for found in wrong), field="body")
    lock_keys(f"wording:{template.code}:{template.channel}:{template.language}")
    newest = (
        MessageTemplate.objects.filter(
            code=template.code, channel=template.channel, language=template.language
        )
        .order_by("-version")
        .first()
    )
    if newest.version != template.version:
        raise Stale(
            "Somebody else has just saved a new wording.", fields=["body"], theirs={"body": newest.body}
        )
    saved = MessageTemplate.objects.create(
        code=template.code,
        channel=template.channel,
        language=template.language,
        purpose=template.purpose,
        name=template.name,
        version=newest.version + 1,
        heading=heading.strip(),
        body=body.replace("\r\n", "\n").strip(),
        is_active=is_active,
        effective_from=effective_from,
        approved_by_id=by.member_id,
    )
    audit.record(
        by,
        "wording.saved",
        obj=saved,
        code=saved.code,
        channel=saved.channel,
        language=saved.language,
        version=saved.version,
        effective_from=str(effective_from or ""),
    )
    return saved


@service
def save_send_settings(*, by, version: int, **values) -> SendSettings:
    """Saves the sending rules. `version` is the one that the form was opened with; an older one is stale.
    Audited as `send_settings.saved` with the values before and after."""
    lock_keys("send-settings")
    row = SendSettings.objects.first() or SendSettings()
    if row.version != version:
        raise Stale("Somebody else has changed the sending rules.", fields=list(SETTINGS_FIELDS))
    before = {name: str(getattr(row, name)) for name in SETTINGS_FIELDS}
    for name in SETTINGS_FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if row.window_opens >= row.window_closes:
        raise Refused("The window must open before it closes.", field="window_closes")
    if row.per_day < 1 or row.per_week < row.per_day:
        raise Refused("At least one a day, and no fewer in 7 days than in one.", field="per_week")
    row.version = version + 1
    row.save()
    after = {name: str(getattr(row, name)) for name in SETTINGS_FIELDS}
    changed = {name: [before[name], after[name]] for name in SETTINGS_FIELDS if before[name] != after[name]}
    audit.record(by, "send_settings.saved", obj=row, changed=changed)
    return row


def shipped_templates() -> list[dict]:
    """The wordings that come with the program."""
    return [row for file in DEFAULTS for row in json.loads(file.read_text(encoding="utf-8"))]
