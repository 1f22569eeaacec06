"""The rules, scripts and letters of follow-up calls that are in force: kept in memory, read and never changed."""

from __future__ import annotations

from datetime import date

from clinic.core.kept import kept
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from scheduling.models import FollowUpLetter, FollowUpRule, FollowUpScript
from scheduling.procedures import procedure_choices


@kept
def follow_up_rules() -> tuple[FollowUpRule, ...]:
    """Every version of every rule, oldest first."""
    return tuple(FollowUpRule.objects.select_related("visit_type").order_by("effective_from", "version"))


@kept
def follow_up_scripts() -> tuple[FollowUpScript, ...]:
    """Every version of every script, oldest first."""
    return tuple(FollowUpScript.objects.order_by("effective_from", "version"))


@kept
def follow_up_letters() -> tuple[FollowUpLetter, ...]:
    """Every version of the letter, oldest first."""
    return tuple(FollowUpLetter.objects.order_by("effective_from", "version"))


def rules_in_force(on: date | None = None) -> dict[str, FollowUpRule]:
    """By code, the newest version whose first day has come; those switched off are left out."""
    day = on or today(clinic_zone())
    newest = {rule.code: rule for rule in follow_up_rules() if rule.effective_from <= day}
    return {code: rule for code, rule in newest.items() if rule.is_active}


def rules_by_hand() -> list[FollowUpRule]:
    """What can be chosen at check-out or in a chart: every rule in force, by name."""
    return sorted(rules_in_force().values(), key=lambda rule: rule.name)


def script_for(code: str) -> FollowUpScript | None:
    """The script in force; the first that is in force when that one does not exist."""
    day = today(clinic_zone())
    newest = {script.code: script for script in follow_up_scripts() if script.effective_from <= day}
    return newest.get(code) or next(iter(newest.values()), None)


def letter_for(language: str) -> FollowUpLetter | None:
    """The letter in force in this language (`es-MX` means `es`), else in English."""
    day = today(clinic_zone())
    newest = {row.language: row for row in follow_up_letters() if row.effective_from <= day}
    return newest.get((language or "en").split("-")[0].lower()) or newest.get("en")


def newest_rules() -> list[FollowUpRule]:
    """For the editor: the last saved version of each rule, by name."""
    return sorted({rule.code: rule for rule in _by_version(follow_up_rules())}.values(), key=lambda r: r.name)


def rules_with_procedures() -> list[tuple[FollowUpRule, list[str]]]:
    """The same, each with its procedures in words; one statement for the fee list."""
    known = dict(procedure_choices())
    return [
        (rule, [f"{known.get(code, 'No longer on the fee list')} ({code})" for code in rule.procedure_codes])
        for rule in newest_rules()
    ]


def newest_scripts() -> list[FollowUpScript]:
    """For the editor: the last saved version of each script, by name."""
    return sorted({row.code: row for row in _by_version(follow_up_scripts())}.values(), key=lambda r: r.name)


def newest_letters() -> list[FollowUpLetter]:
    """For the editor: the last saved letter in each language."""
    return sorted(
        {row.language: row for row in _by_version(follow_up_letters())}.values(), key=lambda r: r.language
    )


def _by_version(rows):
    return sorted(rows, key=lambda row: row.version)
