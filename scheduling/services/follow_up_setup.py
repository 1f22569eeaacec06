"""Editing rules, scripts and letters of follow-up calls: a new version from a day on, earlier ones stay."""

from __future__ import annotations

import re
from datetime import date

from django.utils.text import slugify

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from clinic.core.tasks import enqueue
from clinic.core.time import today
from scheduling.models import FollowUpLetter, FollowUpRule, FollowUpScript
from scheduling.rules.follow_up_script import BY_CODE
from scheduling.services.follow_up_sweep import PLAN

LETTER_FIELDS = ("name", "date", "phone", "clinic")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


@service
def save_follow_up_rule(
    *, by: Actor, rule: FollowUpRule | None = None, effective_from: date | None = None, **values
) -> FollowUpRule:
    """Saves a new version of a rule (or a new rule) that holds from a day on; follow-ups that are due keep theirs.

    `values`: name, visit_type, procedure_codes (neither: chosen by hand), opens_hours, closes_hours, pool,
    is_automated, max_attempts, is_active. Audited as `follow_up_rule.saved`. Refuses a day in the past, a second rule
    for the same visit type or procedure, and a name that exists.
    """
    day = _first_day(effective_from)
    lock_keys("follow-up-rules")
    code = rule.code if rule else slugify(values["name"])[:40]
    newest = {row.code: row for row in FollowUpRule.objects.order_by("version")}
    if rule is None and code in newest:
        raise Refused("A rule of this name exists.", field="name")
    if values.get("is_active", True):
        others = [row for row in newest.values() if row.code != code and row.is_active]
        _refuse_twins(others, values.get("visit_type"), values.get("procedure_codes", []))
    version = newest[code].version + 1 if code in newest else 1
    saved = FollowUpRule.objects.create(
        code=code, version=version, effective_from=day, saved_by_id=by.member_id, **values
    )
    audit.record(by, "follow_up_rule.saved", obj=saved, code=code, version=version)
    enqueue(PLAN)
    return saved


def _refuse_twins(others: list[FollowUpRule], kind, codes: list[str]) -> None:
    if kind and any(row.visit_type_id == kind.pk for row in others):
        raise Refused("Another rule is for this visit type already.", field="visit_type")
    taken = {code: row.name for row in others for code in row.procedure_codes}
    for code in codes:
        if code in taken:
            raise Refused(f"“{taken[code]}” is for {code} already.", field="procedure_codes")


@service
def save_follow_up_script(
    *, by: Actor, script: FollowUpScript, effective_from: date | None = None, **values
) -> FollowUpScript:
    """Saves a new version of a script. `values`: name, opening, closing, questions (words by code),
    pain_concern_from, pain_red_from. Audited as `follow_up_script.saved`.

    Refuses a day in the past and a question without words: each is asked, because the answers decide what follows.
    """
    day = _first_day(effective_from)
    questions = {code: str(values["questions"].get(code, "")).strip() for code in BY_CODE}
    for code, words in questions.items():
        if not words:
            raise Refused("Every question needs words.", field=code)
    lock_keys(f"follow-up-script:{script.code}")
    newest = FollowUpScript.objects.filter(code=script.code).order_by("-version").first()
    saved = FollowUpScript.objects.create(
        **{**values, "questions": questions},
        code=script.code,
        version=newest.version + 1,
        effective_from=day,
        approved_by_id=by.member_id,
    )
    audit.record(by, "follow_up_script.saved", obj=saved, code=saved.code, version=saved.version)
    return saved


@service
def save_follow_up_letter(
    *, by: Actor, language: str, heading: str, body: str, effective_from: date | None = None
) -> FollowUpLetter:
    """Saves a new version of the letter in one language. Audited as `follow_up_letter.saved`. Refuses a day in the
    past and a variable other than {name}, {date}, {phone}, {clinic}."""
    day = _first_day(effective_from)
    unknown = [name for name in IN_BRACES.findall(body) if name not in LETTER_FIELDS]
    if unknown:
        allowed = ", ".join("{" + name + "}" for name in LETTER_FIELDS)
        raise Refused(f"Only {allowed} may stand in braces.", field="body")
    lock_keys(f"follow-up-letter:{language}")
    newest = FollowUpLetter.objects.filter(language=language).order_by("-version").first()
    saved = FollowUpLetter.objects.create(
        language=language,
        version=newest.version + 1 if newest else 1,
        heading=heading.strip(),
        body=body.strip(),
        effective_from=day,
        saved_by_id=by.member_id,
    )
    audit.record(by, "follow_up_letter.saved", obj=saved, language=language, version=saved.version)
    return saved


def _first_day(wanted: date | None) -> date:
    day = wanted or today(clinic_zone())
    if day < today(clinic_zone()):
        raise Refused("A change can't begin in the past.", field="effective_from")
    return day
