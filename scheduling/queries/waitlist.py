"""The waitlist as the desk works it, and how well freed times are filled again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from clinic.core.profile import clinic_zone
from clinic.core.time import format_clock, local_day, zone
from scheduling.models import WEEKDAYS, FreedTime, Location, Offer, WaitlistEntry
from scheduling.queries._words import patient_name
from scheduling.rules.visit_states import UPCOMING
from scheduling.rules.waitlist import DayPart

VIEWS = {"waiting": "Waiting", "urgent": "Urgent", "offered": "Offer out", "closed": "Closed"}
_PARTS = {DayPart.MORNING: "mornings", DayPart.AFTERNOON: "afternoons", DayPart.EVENING: "evenings"}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry in words."""

    id: UUID
    patient_id: UUID
    name: str
    type_name: str
    visit_type_id: UUID
    location_id: UUID
    urgency: int
    urgency_words: str
    wishes: str
    moves: str
    note: str
    since: datetime
    added_by: str
    state: str
    state_words: str
    close_words: str
    offers: int
    is_out: bool
    visit_id: UUID | None

    @property
    def is_waiting(self) -> bool:
        return self.state == WaitlistEntry.State.WAITING


def waitlist(location: Location | None, view: str):
    """Entries of a view (`waiting`, `urgent`, `offered`, `closed`) in the order in which they are asked; to be
    sliced and given to `entry_line`. One statement."""
    rows = WaitlistEntry.objects.select_related("patient", "visit_type", "location", "moves").annotate(
        provider_names=ArrayAgg("providers__last_name", filter=Q(providers__isnull=False), default=[]),
        offer_count=Subquery(
            Offer.objects.filter(entry=OuterRef("pk"))
            .order_by()
            .values("entry")
            .annotate(n=Count("pk"))
            .values("n")
        ),
        is_out=Exists(Offer.objects.filter(entry=OuterRef("pk"), state=Offer.State.OUT)),
    )
    if location is not None:
        rows = rows.filter(location=location)
    if view == "closed":
        return rows.exclude(state=WaitlistEntry.State.WAITING).order_by("-closed_at")
    rows = rows.filter(state=WaitlistEntry.State.WAITING).order_by("urgency", "created_at")
    if view == "urgent":
        return rows.filter(urgency=WaitlistEntry.Urgency.URGENT)
    return rows.filter(is_out=True) if view == "offered" else rows


def entries_of(patient_id: UUID) -> list[EntryLine]:
    """What a patient waits for, for their page."""
    return [entry_line(row) for row in waitlist(None, "waiting").filter(patient_id=patient_id)]


def entry_line(row: WaitlistEntry) -> EntryLine:
    """A row of `waitlist` in words."""
    patient, moves = row.patient, row.moves
    return EntryLine(
        id=row.pk,
        patient_id=patient.pk,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        type_name=row.visit_type.name,
        visit_type_id=row.visit_type_id,
        location_id=row.location_id,
        urgency=row.urgency,
        urgency_words=row.get_urgency_display(),
        wishes=wish_words(row, sorted(row.provider_names)),
        moves=_moves_words(moves) if moves and moves.state in UPCOMING else "",
        note=row.note,
        since=row.created_at,
        added_by=row.added_by_label,
        state=row.state,
        state_words=row.get_state_display(),
        close_words=row.close_note,
        offers=row.offer_count or 0,
        is_out=row.is_out,
        visit_id=row.visit_id,
    )


def _moves_words(visit) -> str:
    at = visit.starts_at.astimezone(zone(visit.zone))
    return f"{at:%a}, {at:%b} {at.day}, {format_clock(visit.starts_at, visit.zone)}"


def wish_words(row: WaitlistEntry, providers: list[str]) -> str:
    """Mondays and Tuesdays, mornings, with Shah, from Mar 3, until Mar 9, 2 h ahead."""
    days = [WEEKDAYS[number][:3] for number in sorted(row.weekdays)]
    parts = [_PARTS[part] for part in DayPart if part in row.day_parts]
    minutes = row.notice_minutes
    ahead = f"{minutes // 60} h" if minutes % 60 == 0 and minutes else f"{minutes} min"
    words = [
        " ".join(days) if days else "any day",
        " or ".join(parts) if parts else "any time",
        f"with {' or '.join(providers)}" if providers else "with anyone",
        f"from {_day(row.earliest_on)}" if row.earliest_on else "",
        f"until {_day(row.latest_on)}" if row.latest_on else "",
        f"can come within {ahead}",
    ]
    return ", ".join(part for part in words if part)


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


@dataclass(frozen=True, slots=True)
class Refills:
    """How well given-back time was used again.

    `freed` counts times that cancelled and moved visits gave back, those that were undone or stopped left out;
    `refilled` those that another visit took before they passed, `from_waitlist` by an offer. `median_minutes`
    is from giving back to booking, None without any.
    """

    freed: int
    refilled: int
    from_waitlist: int
    median_minutes: float | None


def refills(period: tuple[date, date], location: Location | None = None) -> Refills:
    """Freed times whose giving-back falls into a period of local days, both included. One statement."""
    name = location.zone if location else clinic_zone()
    start, end = local_day(period[0], name)[0], local_day(period[1], name)[1]
    rows = FreedTime.objects.filter(freed_at__gte=start, freed_at__lt=end).exclude(
        Q(cause=FreedTime.Cause.DESK) | Q(state=FreedTime.State.STOPPED)
    )
    if location is not None:
        rows = rows.filter(location=location)
    found = list(rows.values_list("state", "freed_at", "settled_at"))
    again = [
        (settled - freed).total_seconds() / 60
        for state, freed, settled in found
        if state in (FreedTime.State.FILLED, FreedTime.State.TAKEN)
    ]
    return Refills(
        freed=len(found),
        refilled=len(again),
        from_waitlist=sum(state == FreedTime.State.FILLED for state, _, _ in found),
        median_minutes=round(median(again), 1) if again else None,
    )
