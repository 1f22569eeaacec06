"""Offers as the desk and the patient see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Subquery

from clinic.core.phones import display
from clinic.core.time import format_clock, format_day, now, zone
from clinic.messaging.models import Message
from clinic.messaging.rules.states import STATE_WORDS
from clinic.messaging.rules.states import State as MessageState
from records.models import ContactPoint
from scheduling.models import ContactAttempt, FreedTime, Location, Offer
from scheduling.queries._words import by_whom, patient_name, version_of
from scheduling.rules.wall_time import to_wall

# A message in one of these will not arrive any more.
DEAD = (MessageState.VOID, MessageState.FAILED)


def unsent_reasons(offers: Iterable[Offer]) -> dict[UUID, str]:
    """For offers whose message will not arrive: why, in words that staff read. One statement."""
    by_subject = {f"offer:{row.pk}": row.pk for row in offers}
    if not by_subject:
        return {}
    rows = Message.objects.filter(subject__in=list(by_subject), state__in=DEAD)
    return {
        by_subject[subject]: void or error or "The message did not arrive."
        for subject, void, error in rows.values_list("subject", "void_reason", "error")
    }


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer, every string ready to print."""

    id: UUID
    patient_id: UUID
    name: str
    phone: str
    phone_words: str
    way: str
    way_words: str
    why_call: str
    state: str
    state_words: str
    offered: str
    offered_by: str
    until: str
    until_at: datetime
    settled: str
    settled_by: str
    note: str
    message: str
    last_try: str
    visit_id: UUID | None

    @property
    def is_out(self) -> bool:
        return self.state == Offer.State.OUT


@dataclass(frozen=True, slots=True)
class FreedLine:
    """One freed time with what was offered to whom."""

    id: UUID
    when: str
    clock: str
    who: str
    cause: str
    state: str
    state_words: str
    freed: str
    settled: str
    appointment_id: UUID | None
    visit_id: UUID | None
    offers: tuple[OfferLine, ...]

    @property
    def is_open(self) -> bool:
        return self.state == FreedTime.State.OPEN

    @property
    def out(self) -> tuple[OfferLine, ...]:
        return tuple(row for row in self.offers if row.is_out)


@dataclass(frozen=True)
class OffersOut:
    """The desk's panel: times that are being offered right now, those with calls to make first."""

    times: tuple[FreedLine, ...]
    version: str = field(default="", compare=False)

    def patient_ids(self) -> list[UUID]:
        return [row.patient_id for line in self.times for row in line.offers]


def offers_out(location: Location) -> OffersOut:
    """Open freed times of a location with the offers that wait for an answer, in two statements."""
    rows = _freed().filter(location=location, state=FreedTime.State.OPEN, starts_at__gt=now())
    lines = [freed_line(row) for row in rows.order_by("starts_at")[:50]]
    lines = [line for line in lines if line.out]
    lines.sort(key=lambda line: all(row.way != Offer.Way.CALL for row in line.out))
    shown = OffersOut(tuple(lines))
    object.__setattr__(shown, "version", version_of(shown))
    return shown


def recent_freed(location: Location):
    """Freed times of a location, the newest first, each with its whole trail; to be sliced."""
    return _freed().filter(location=location).order_by("-freed_at")


def freed_time(pk: UUID) -> FreedTime | None:
    """One freed time with its trail."""
    return _freed().filter(pk=pk).first()


def _freed():
    phones = ContactPoint.objects.filter(
        patient=OuterRef("entry__patient_id"), is_active=True, kind__in=("mobile", "home", "work")
    ).order_by("-is_preferred", "rank")
    # A subject is "offer:<id>"; the newest message and the last attempt tell how far the offer got.
    attempts = ContactAttempt.objects.filter(offer=OuterRef("pk")).order_by("-at", "-pk")
    offers = (
        Offer.objects.select_related("entry__patient")
        .annotate(
            phone=Subquery(phones.values("value")[:1]), last_outcome=Subquery(attempts.values("outcome")[:1])
        )
        .order_by("offered_at", "pk")
    )
    return FreedTime.objects.select_related("location", "member").prefetch_related(
        Prefetch("offers", queryset=offers)
    )


def freed_line(row: FreedTime, messages: dict[UUID, str] | None = None) -> FreedLine:
    """A freed time of this module's queries, in words."""
    place = row.location.zone
    day, _ = to_wall(row.starts_at, zone(place))
    return FreedLine(
        id=row.pk,
        when=f"{format_day(day)}, {format_clock(row.starts_at, place)}",
        clock=format_clock(row.starts_at, place),
        who=row.member.name if row.member else "",
        cause=row.get_cause_display(),
        state=row.state,
        state_words=row.get_state_display(),
        freed=_at(row.freed_at, place),
        settled=_at(row.settled_at, place),
        appointment_id=row.appointment_id,
        visit_id=row.visit_id,
        offers=tuple(_line(offer, place, messages or {}) for offer in row.offers.all()),
    )


def _line(row: Offer, place: str, messages: dict[UUID, str]) -> OfferLine:
    patient = row.entry.patient
    outcomes = dict(ContactAttempt.Outcome.choices)
    return OfferLine(
        id=row.pk,
        patient_id=patient.pk,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        phone=row.phone or "",
        phone_words=display(row.phone) if row.phone else "",
        way=row.way,
        way_words=row.get_way_display(),
        why_call=row.why_call,
        state=row.state,
        state_words=row.get_state_display(),
        offered=_at(row.offered_at, place),
        offered_by=by_whom(row.offered_by_label),
        until=format_clock(row.expires_at, place),
        until_at=row.expires_at,
        settled=_at(row.settled_at, place),
        settled_by=by_whom(row.settled_by_label),
        note=row.note,
        message=messages.get(row.pk, ""),
        last_try=str(outcomes.get(row.last_outcome, "")),
        visit_id=row.visit_id,
    )


def _at(instant: datetime | None, place: str) -> str:
    if instant is None:
        return ""
    return f"{instant.astimezone(zone(place)):%b} {instant.astimezone(zone(place)).day}, {format_clock(instant, place)}"


def message_states(offers: Iterable[Offer]) -> dict[UUID, str]:
    """How far the message of each offer got, in words. One statement."""
    by_subject = {f"offer:{row.pk}": row.pk for row in offers}
    rows = Message.objects.filter(subject__in=list(by_subject)).values_list("subject", "state")
    return {by_subject[subject]: STATE_WORDS[MessageState(state)] for subject, state in rows}


@dataclass(frozen=True)
class OfferLink:
    """What the link in an offer opens: the words of its message and no more."""

    offer: Offer
    first_name: str
    clinic: str
    date: str
    time: str
    phone: str
    language: str
    until: str

    @property
    def is_open(self) -> bool:
        return self.offer.state == Offer.State.OUT and self.offer.expires_at > now()

    @property
    def ending(self) -> str:
        """How the offer stands for the patient: open, taken (by this patient), gone, declined or late."""
        if self.is_open:
            return "open"
        known = {
            Offer.State.ACCEPTED: "taken",
            Offer.State.DECLINED: "declined",
            Offer.State.LOST: "gone",
            Offer.State.WITHDRAWN: "gone",
        }
        return known.get(self.offer.state, "late")


def offer_link(token: str) -> OfferLink | None:
    """The offer that a message's token opens; None when there is none, or the time itself has passed."""
    message = Message.objects.filter(link_token=token, subject__startswith="offer:").first()
    if message is None or not message.left_at:
        return None
    offer = (
        Offer.objects.filter(pk=message.subject_id, freed__starts_at__gt=now())
        .select_related("freed__location", "entry__patient")
        .first()
    )
    if offer is None:
        return None
    told = message.variables
    return OfferLink(
        offer=offer,
        first_name=told.get("first_name", ""),
        clinic=told.get("clinic", ""),
        date=told.get("date", ""),
        time=told.get("time", ""),
        phone=told.get("phone", ""),
        language="es" if message.language == "es" else "en",
        until=format_clock(offer.expires_at, offer.freed.location.zone),
    )
