"""Setting the schedule up: places, rooms, visit types, sessions, absences, closures and limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import models
from django.db.models import Q

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound, Refused, Stale
from clinic.core.locks import lock_keys
from clinic.core.time import format_day
from clinic.staff.models import Member
from scheduling.models import (
    WEEKDAYS,
    Appointment,
    Closure,
    FlowSettings,
    Location,
    ProviderSession,
    Room,
    SessionException,
    VisitType,
)


@service
def save_location(
    *, by: Actor, location: Location | None = None, version: int | None = None, **values
) -> Location:
    """Adds or edits a location. Audited `location.saved`. A new zone leaves booked wall times as they are told."""
    return _save(by, Location, location, version, values)


@service
def save_room(*, by: Actor, room: Room | None = None, version: int | None = None, **values) -> Room:
    """Adds or edits a room (its state has a service of its own). Audited `room.saved`."""
    return _save(by, Room, room, version, values)


@service
def save_visit_type(
    *, by: Actor, visit_type: VisitType | None = None, version: int | None = None, **values
) -> VisitType:
    """Adds or edits a visit type; booked visits keep their times. Audited `visittype.saved`."""
    return _save(by, VisitType, visit_type, version, values)


@service
def save_flow_settings(*, by: Actor, version: int | None = None, **values) -> FlowSettings:
    """Sets the limits of the boards. Audited `flowsettings.saved`."""
    return _save(by, FlowSettings, FlowSettings.objects.first(), version, values)


@service
def add_sessions(*, by: Actor, weekdays: Iterable[int], visit_types=(), **values) -> list[ProviderSession]:
    """Adds the same weekly block on several weekdays. Audited `providersession.saved` each.

    Refuses a block that overlaps another of the same member.
    """
    return [
        _save_session(by, None, None, {**values, "weekday": day}, visit_types)
        for day in sorted(set(weekdays))
    ]


@service
def save_session(
    *, by: Actor, session: ProviderSession, version: int | None = None, visit_types=(), **values
) -> ProviderSession:
    """Edits a weekly block; visits booked in it stay. Audited `providersession.saved`. Refuses overlaps."""
    return _save_session(by, session, version, values, visit_types)


@service
def end_session(*, by: Actor, session: ProviderSession, last_day: date) -> ProviderSession:
    """The block ends after `last_day`; its past stays readable. Audited `providersession.saved`."""
    if last_day < session.effective_from:
        row = ProviderSession.objects.select_for_update().get(pk=session.pk)
        audit.record(by, "providersession.removed", obj=row, provider=row.provider_id, weekday=row.weekday)
        row.delete()
        return row
    return _save(by, ProviderSession, session, None, {"effective_to": last_day})


@service
def add_absence(
    *,
    by: Actor,
    provider: Member,
    starts_at: datetime,
    ends_at: datetime,
    kind: str = SessionException.Kind.LEAVE,
    reason: str = "",
) -> tuple[SessionException, list[Appointment]]:
    """Takes time out of a member's sessions; returns it and the visits booked in it, which stay until moved.

    Audited `sessionexception.added`.
    """
    row = SessionException.objects.create(
        provider=provider, starts_at=starts_at, ends_at=ends_at, kind=kind, reason=reason.strip()[:120]
    )
    hit = Appointment.objects.filter(
        Q(provider=provider) | Q(ma=provider),
        starts_at__lt=ends_at,
        ends_at__gt=starts_at,
        state__in=["scheduled", "confirmed"],
    )
    found = list(hit.select_related("patient", "visit_type"))
    audit.record(
        by, "sessionexception.added", obj=row, provider=provider.pk, kind=kind, visits_in_it=len(found)
    )
    return row, found


@service
def remove_absence(*, by: Actor, absence: SessionException) -> None:
    """Gives the time back. Audited `sessionexception.removed`."""
    audit.record(
        by,
        "sessionexception.removed",
        obj=absence,
        provider=absence.provider_id,
        starts_at=absence.starts_at.isoformat(),
        ends_at=absence.ends_at.isoformat(),
    )
    absence.delete()


@service
def add_closure(*, by: Actor, day: date, reason: str, location: Location | None = None) -> Closure:
    """Closes a location (or all) for a day; visits booked then stay until moved. Audited `closure.added`."""
    row = Closure(location=location, day=day, reason=reason.strip()[:120])
    row.save(force_insert=True)
    audit.record(by, "closure.added", obj=row, day=day.isoformat(), reason=row.reason)
    return row


@service
def remove_closure(*, by: Actor, closure: Closure) -> None:
    """Opens the day again. Audited `closure.removed`."""
    audit.record(by, "closure.removed", obj=closure, day=closure.day.isoformat())
    closure.delete()


def _save_session(by, session, version, values: dict, visit_types) -> ProviderSession:
    wanted = {**_current(session), **values}
    lock_keys(f"sessions:{wanted['provider'].pk}")
    _refuse_overlap(session, wanted)
    row = _save(by, ProviderSession, session, version, values)
    row.visit_types.set(visit_types)
    _refuse_parts_outside(row)
    return row


def _refuse_parts_outside(session: ProviderSession) -> None:
    outside = session.parts.exclude(starts__gte=session.starts, ends__lte=session.ends).first()
    if outside:
        raise Refused(
            f"Its {outside.get_kind_display().lower()} {outside.starts:%H:%M}–{outside.ends:%H:%M} would lie outside.",
            field="starts",
            hint="Change or remove that first.",
        )


def _current(session: ProviderSession | None) -> dict:
    if session is None:
        return {"effective_to": None}
    names = ("provider", "weekday", "starts", "ends", "effective_from", "effective_to")
    return {name: getattr(session, name) for name in names}


def _refuse_overlap(session: ProviderSession | None, wanted: dict) -> None:
    others = ProviderSession.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=wanted["effective_from"]),
        provider=wanted["provider"],
        weekday=wanted["weekday"],
        starts__lt=wanted["ends"],
        ends__gt=wanted["starts"],
    )
    if wanted["effective_to"]:
        others = others.filter(effective_from__lte=wanted["effective_to"])
    if session is not None:
        others = others.exclude(pk=session.pk)
    other = others.first()
    if other:
        until = f" until {format_day(other.effective_to)}" if other.effective_to else ""
        raise Refused(
            f"{wanted['provider'].name} already has a session on {WEEKDAYS[other.weekday]}"
            f" {other.starts:%H:%M}–{other.ends:%H:%M}{until}.",
            field="starts",
        )


def _save(by: Actor, model: type[models.Model], row, version: int | None, values: dict):
    """Adds a row, or edits it under a lock when it is still the version that was opened."""
    if row is None:
        row = model(**values)
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(force_insert=True)
        audit.record(by, f"{model._meta.model_name}.saved", obj=row, added=True, **_said(values))
        return row
    fresh = model.objects.select_for_update().filter(pk=row.pk).first()
    if fresh is None:
        raise NotFound("It no longer exists.")
    if version is not None and fresh.version != version:
        raise Stale(
            "Somebody changed this while you had it open.",
            hint="What you typed is still here; look at the current values before you save again.",
            fields=tuple(values),
            theirs={name: str(getattr(fresh, name)) for name in values},
        )
    changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
    if not changed:
        return fresh
    before = {name: getattr(fresh, name) for name in changed}
    for name, value in changed.items():
        setattr(fresh, name, value)
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version", "updated_at"])
    audit.record(by, f"{model._meta.model_name}.saved", obj=fresh, before=_said(before), after=_said(changed))
    return fresh


def _said(values: dict) -> dict:
    return {name: str(getattr(value, "pk", value)) for name, value in values.items()}


# For settings whose services stand in modules of their own.
save_row = _save
