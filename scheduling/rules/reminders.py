"""When a visit's reminders are due and how its day and time are written. Pure: no clock, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
SPOKEN_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
SPOKEN_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
}  # fmt: skip
AT_BOOKING = 0
TOO_LATE_TO_PREPARE = timedelta(hours=4)


class Policy(Protocol):
    """One row of the reminder policy."""

    visit_type_id: UUID | None
    hours_before: int
    channel: str
    effective_from: date
    is_active: bool


@dataclass(frozen=True)
class Due:
    """One message of one visit. `hours_before` 0 is the confirmation at booking; `is_preparation` sends the link to
    how to prepare."""

    hours_before: int
    wanted_at: datetime
    not_after: datetime
    is_preparation: bool = False

    @property
    def slot(self) -> str:
        """Its place in the keys of the visit's messages: what is planned once in a slot is not planned again."""
        if self.is_preparation:
            return f"prep-{self.hours_before}h"
        return f"reminder-{self.hours_before}h" if self.hours_before else "booked"


def policies_for(rows: Iterable[Policy], *, visit_type_id: UUID, on: date) -> list[Policy]:
    """The rows in force on a day for a visit type, longest lead first.

    Rows of the type itself replace the general ones. Of rows with the same lead and channel the one with the
    latest first day counts; one that is switched off ends the reminder.
    """
    begun = [row for row in rows if row.effective_from <= on]
    own = [row for row in begun if row.visit_type_id == visit_type_id]
    general = [row for row in begun if row.visit_type_id is None]
    newest: dict[tuple[int, str], Policy] = {}
    for row in sorted(own or general, key=lambda row: row.effective_from):
        newest[row.hours_before, row.channel] = row
    return sorted(
        (row for row in newest.values() if row.is_active), key=lambda row: (-row.hours_before, row.channel)
    )


def due_times(starts_at: datetime, hours: Iterable[int], *, now: datetime) -> list[Due]:
    """The reminders that are still ahead of a visit. One whose time has passed is left out: a visit booked
    30 hours ahead has no 72-hour reminder. Each is good until half way between its time and the visit."""
    due = []
    for lead in sorted(set(hours), reverse=True):
        if lead == AT_BOOKING:
            due.append(Due(lead, now, starts_at))
            continue
        wanted = starts_at - timedelta(hours=lead)
        if wanted > now:
            due.append(Due(lead, wanted, starts_at - timedelta(hours=lead) / 2))
    return [one for one in due if one.not_after > now]


def preparation_times(starts_at: datetime, hours: Iterable[int], *, now: datetime) -> list[Due]:
    """When the link to the instructions is sent: at its time, or at once when a visit is booked later than that;
    not in the last hours, when it no longer helps. Good until the visit starts."""
    if starts_at - now < TOO_LATE_TO_PREPARE:
        return []
    return [
        Due(lead, max(starts_at - timedelta(hours=lead), now), starts_at, is_preparation=True)
        for lead in sorted(set(hours), reverse=True)[:1]
    ]


def day_words(starts_at: datetime, zone: str, language: str) -> str:
    """Tue, Mar 4 - or "mar 4 mar" in Spanish - by the clinic's clock."""
    local = starts_at.astimezone(ZoneInfo(zone))
    if language.split("-")[0] == "es":
        return f"{WEEKDAYS['es'][local.weekday()]} {local.day} {MONTHS['es'][local.month - 1]}"
    return f"{WEEKDAYS['en'][local.weekday()]}, {MONTHS['en'][local.month - 1]} {local.day}"


def spoken_day_words(starts_at: datetime, zone: str, language: str) -> str:
    """Tuesday, March 4 - or "martes 4 de marzo" - by the clinic's clock, as it is said on the phone."""
    local = starts_at.astimezone(ZoneInfo(zone))
    if language.split("-")[0] == "es":
        return (
            f"{SPOKEN_WEEKDAYS['es'][local.weekday()]} {local.day} de {SPOKEN_MONTHS['es'][local.month - 1]}"
        )
    return f"{SPOKEN_WEEKDAYS['en'][local.weekday()]}, {SPOKEN_MONTHS['en'][local.month - 1]} {local.day}"


def time_words(starts_at: datetime, zone: str) -> str:
    """9:05 AM by the clinic's clock."""
    local = starts_at.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def instant_key(starts_at: datetime) -> str:
    """The visit's instant as it stands in the keys of its messages."""
    return starts_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
