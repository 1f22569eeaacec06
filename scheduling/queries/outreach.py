"""The clinic's rules and lists for reaching patients, kept in memory: read them, never change the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clinic.core.kept import kept
from scheduling.models import LetterWording, OutreachSettings, RecallReason, TriageLevel
from scheduling.rules.missed import months_before


@kept
def outreach_settings() -> OutreachSettings:
    """The one row of rules; before anyone saved it, the defaults."""
    return OutreachSettings.objects.first() or OutreachSettings()


@kept
def recall_reasons() -> tuple[RecallReason, ...]:
    """The reasons in use, in the clinic's order."""
    return tuple(RecallReason.objects.filter(is_active=True).select_related("visit_type"))


@kept
def triage_levels() -> tuple[TriageLevel, ...]:
    """Levels of urgency, the most urgent first."""
    return tuple(TriageLevel.objects.all())


@kept
def letter_wording(code: str, language: str) -> LetterWording | None:
    """The newest words of a letter in a language, else in English."""
    wanted = (language or "en").split("-")[0].lower()
    rows = LetterWording.objects.filter(code=code)
    for spoken in dict.fromkeys((wanted, "en")):
        newest = rows.filter(language=spoken).order_by("-version").first()
        if newest:
            return newest
    return None


def usual_due(reason: RecallReason | None, day: date) -> date:
    """When a patient seen on a day is to come back for a reason; a year later without one."""
    return months_before(day, -(reason.months if reason else 12))


@dataclass(frozen=True)
class FillingPage:
    """What the settings page shows."""

    rules: OutreachSettings
    reasons: list[RecallReason]
    levels: list[TriageLevel]
    letters: list[LetterWording]


def filling_page() -> FillingPage:
    """Rules, reasons, levels and the newest version of each letter, in four statements."""
    return FillingPage(
        rules=OutreachSettings.objects.first() or OutreachSettings(),
        reasons=list(RecallReason.objects.select_related("visit_type")),
        levels=list(TriageLevel.objects.all()),
        letters=list(
            LetterWording.objects.order_by("code", "language", "-version").distinct("code", "language")
        ),
    )
