"""What somebody who calls a patient has before them."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import format_clock, format_day, now, today, zone
from records.models import ContactPoint, Patient
from scheduling.models import ContactAttempt

SHOWN = 5


@dataclass(frozen=True, slots=True)
class CallCard:
    """Numbers to call, the preferred one first, and the latest attempts about anything."""

    born: str
    age: str
    language: str
    clock_there: str
    may_voicemail: bool
    numbers: tuple[tuple[str, str, str], ...]
    attempts: tuple[str, ...]


def call_card(patient: Patient) -> CallCard:
    """Two statements."""
    place = patient.zone or clinic_zone()
    phones = (
        ContactPoint.objects.filter(patient=patient, is_active=True)
        .exclude(kind="email")
        .order_by("-is_preferred", "rank")
    )
    rows = ContactAttempt.objects.filter(patient=patient).order_by("-at", "-pk")[:SHOWN]
    return CallCard(
        born=f"{patient.birth_date:%m/%d/%Y}",
        age=patient.age_words(today(clinic_zone())),
        language="" if patient.language in ("", "en") else patient.language,
        clock_there=format_clock(now(), place) if place != clinic_zone() else "",
        may_voicemail=not (patient.restrictions or {}).get("no_voicemail"),
        numbers=tuple((row.get_kind_display(), row.value, display(row.value)) for row in phones),
        attempts=tuple(
            f"{format_day(row.at.astimezone(zone(clinic_zone())).date())}, {format_clock(row.at, clinic_zone())}: "
            f"{row.get_way_display().lower()}, {row.get_outcome_display().lower()} ({row.by_label})"
            for row in rows
        ),
    )
