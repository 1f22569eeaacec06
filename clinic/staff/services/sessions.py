"""Sessions on the server: opened at sign-in, locked when idle, ended for good.

The browser holds only the session cookie. When it last was used by a person, when it ends, and how many wrong
PINs were typed stand in `StaffSession`.
"""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db.models import F
from django.db.models.functions import Least
from django.http import HttpRequest

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import ClinicError, Refused, Stale
from clinic.core.kept import kept
from clinic.core.locks import lock_keys
from clinic.core.time import now
from clinic.staff.client import browser_words, client_ip, workstation_id
from clinic.staff.models import BrowserSession, Member, SessionPolicy, StaffSession, Workstation
from clinic.staff.rules import PIN_TRIES
from clinic.staff.session_store import STAFF_SESSION

SECURITY = AuditEvent.Kind.SECURITY


class PinRefused(Refused):
    """A wrong or no longer accepted PIN. `password_needed` says that no further PIN will be looked at."""

    def __init__(self, message: str, *, password_needed: bool, tries_left: int = 0) -> None:
        super().__init__(message, field="pin")
        self.password_needed, self.tries_left = password_needed, tries_left


@kept
def policy() -> SessionPolicy:
    """The clinic's limits, to be read only; the shipped defaults until somebody edits them."""
    return SessionPolicy.objects.first() or SessionPolicy()


def current_workstation(request: HttpRequest) -> Workstation | None:
    """The registered workstation that this browser is, or None."""
    pk = workstation_id(request)
    return Workstation.objects.filter(pk=pk, revoked_at__isnull=True).first() if pk else None


def idle_seconds(limits: SessionPolicy, workstation: Workstation | None) -> int:
    """How long a session may rest on this PC; an unknown PC counts as shared."""
    shared = workstation is None or workstation.is_shared
    return 60 * (limits.idle_minutes_shared if shared else limits.idle_minutes)


@service
def open_session(
    *, request: HttpRequest, member: Member, carried: StaffSession | None = None
) -> StaffSession:
    """Start the server-side record of a sign-in that just happened. Audits `session.opened`.

    `carried` is the earlier session whose password sign-in a PIN sign-in stands on; its age and failures go over.
    """
    limits, workstation = policy(), current_workstation(request)
    at = now()
    row = StaffSession.objects.create(
        member=member,
        workstation=workstation,
        session_key=request.session.session_key or "",
        ip=client_ip(request),
        browser=browser_words(request),
        started_at=at,
        last_human_at=at,
        password_at=carried.password_at if carried else at,
        is_by_pin=carried is not None,
        idle_seconds=idle_seconds(limits, workstation),
        expires_at=(carried.password_at if carried else at) + timedelta(hours=limits.absolute_hours),
    )
    request.session[STAFF_SESSION] = str(row.pk)
    if workstation:
        Workstation.objects.filter(pk=workstation.pk).update(last_seen_at=at)
    record(actor_of(member, row, request), "session.opened", obj=row, kind=SECURITY, by_pin=row.is_by_pin)
    return row


def actor_of(member: Member, row: StaffSession | None, request: HttpRequest | None = None) -> Actor:
    """The actor for acts on a session itself, where no permission is asked."""
    workstation = row.workstation if row else None
    return Actor(
        member_id=member.pk,
        label=member.name,
        workstation_id=workstation.pk if workstation else None,
        workstation_label=workstation.label if workstation else "",
        session_ref=str(row.pk) if row else "",
        request_id=getattr(request, "request_id", ""),
        ip=row.ip if row else None,
    )


def touch(row: StaffSession) -> None:
    """A person did something: the idle clock starts again."""
    row.last_human_at = now()
    StaffSession.objects.filter(pk=row.pk, locked_at__isnull=True).update(last_human_at=row.last_human_at)


@service
def lock_session(*, by: Actor, session: StaffSession, why: str = "by hand") -> None:
    """Lock until PIN or password. Audits `session.locked` once."""
    changed = StaffSession.objects.filter(
        pk=session.pk, locked_at__isnull=True, ended_at__isnull=True
    ).update(locked_at=now())
    if changed:
        record(by, "session.locked", obj=session, kind=SECURITY, why=why)
    session.refresh_from_db(fields=["locked_at"])


def unlock_with_pin(*, by: Actor, session: StaffSession, pin: str, workstation_pk: UUID | None) -> None:
    """Unlock by PIN. Refused after five wrong ones, without a password sign-in in the set hours, or on another PC.

    The failure is counted and audited even though the call raises.
    """
    failure = _unlock_or_failure(by=by, session=session, pin=pin, workstation_pk=workstation_pk)
    if failure:
        raise failure


@service
def _unlock_or_failure(
    *, by: Actor, session: StaffSession, pin: str, workstation_pk: UUID | None
) -> PinRefused | None:
    row = StaffSession.objects.select_for_update(of=("self",)).select_related("member").get(pk=session.pk)
    failure = check_pin(row, pin, workstation_pk)
    if failure:
        record(by, "session.pin_refused", obj=row, kind=SECURITY, failures=row.pin_failures)
        return failure
    _unlocked(row, session)
    record(by, "session.unlocked", obj=row, kind=SECURITY, how="pin")
    return None


def check_pin(row: StaffSession, pin: str, workstation_pk: UUID | None) -> PinRefused | None:
    """Judge a PIN on a session row that the caller locked; counts a wrong one. None means it is right."""
    member = row.member
    stands = (row.ended_at is None or row.ended_why == "switched") and now() - row.password_at < timedelta(
        hours=policy().pin_hours
    )
    if not member.is_active or not member.has_pin or not stands or row.workstation_id != workstation_pk:
        return PinRefused(
            "Your PIN can't be used here right now. Sign in with your password.", password_needed=True
        )
    if row.pin_failures >= PIN_TRIES:
        return PinRefused("Too many wrong PINs. Use your password.", password_needed=True)
    if check_password(pin, member.pin_hash):
        StaffSession.objects.filter(pk=row.pk).update(pin_failures=0)
        row.pin_failures = 0
        return None
    StaffSession.objects.filter(pk=row.pk).update(pin_failures=F("pin_failures") + 1)
    row.pin_failures += 1
    left = PIN_TRIES - row.pin_failures
    if left <= 0:
        return PinRefused("That is not your PIN. Use your password now.", password_needed=True)
    tries = "1 try" if left == 1 else f"{left} tries"
    return PinRefused(f"That is not your PIN. {tries} left.", password_needed=False, tries_left=left)


@service
def unlock_with_password(*, by: Actor, session: StaffSession) -> None:
    """Unlock after the password was checked (by the sign-in machinery, which counts wrong ones).

    The PIN works again for the set hours; the end of the session stays where it was.
    """
    row = StaffSession.objects.select_for_update().get(pk=session.pk)
    StaffSession.objects.filter(pk=row.pk).update(password_at=now(), pin_failures=0)
    _unlocked(row, session)
    record(by, "session.unlocked", obj=row, kind=SECURITY, how="password")


def _unlocked(row: StaffSession, session: StaffSession) -> None:
    at = now()
    if row.ended_at is not None or at >= row.expires_at:
        raise ClinicError("This session has ended. Sign in again.")
    StaffSession.objects.filter(pk=row.pk).update(locked_at=None, last_human_at=at)
    session.locked_at, session.last_human_at = None, at


@service
def end_session(*, by: Actor, session: StaffSession, why: str) -> None:
    """End one session for good: its record is closed and its cookie worth nothing. Audits `session.ended`.

    Signing out also takes back the way by PIN that an earlier switch of user left at this PC.
    """
    _end(by, [session], why)
    if why == "signed out":
        StaffSession.objects.filter(
            member_id=session.member_id, workstation_id=session.workstation_id, ended_why="switched"
        ).update(ended_why=why)


@service
def end_all_sessions(*, by: Actor, member: Member, why: str, but: str = "") -> int:
    """End every session of a member, except the one with id `but`. Returns how many."""
    rows = StaffSession.objects.filter(member=member, ended_at__isnull=True)
    if but:
        rows = rows.exclude(pk=but)
    # A PIN sign-in stands on a past session; those lose that standing too.
    StaffSession.objects.filter(member=member, ended_why="switched").update(ended_why=why)
    return _end(by, list(rows), why)


@service
def end_every_session(*, by: Actor, why: str) -> int:
    """End every session of everybody, and every way back by PIN. Returns how many were open."""
    StaffSession.objects.filter(ended_why="switched").update(ended_why=why)
    count = _end(by, list(StaffSession.objects.filter(ended_at__isnull=True)), why)
    BrowserSession.objects.all().delete()
    return count


@service
def end_sessions_at(*, by: Actor, workstation: Workstation, why: str) -> int:
    """End every session on a workstation, for instance because it was revoked. Returns how many."""
    return _end(by, list(StaffSession.objects.filter(workstation=workstation, ended_at__isnull=True)), why)


def _end(by: Actor, rows: list[StaffSession], why: str) -> int:
    live = [row for row in rows if row.ended_at is None]
    StaffSession.objects.filter(pk__in=[row.pk for row in live]).update(ended_at=now(), ended_why=why)
    BrowserSession.objects.filter(
        session_key__in=[row.session_key for row in live if row.session_key]
    ).delete()
    for row in live:
        row.ended_at, row.ended_why = now(), why
        record(by, "session.ended", obj=row, kind=SECURITY, why=why, member=str(row.member_id))
    return len(live)


@service
def sign_in_by_pin(*, request: HttpRequest, session: StaffSession, pin: str) -> StaffSession | PinRefused:
    """Judge the PIN of a colleague who comes back to this workstation within the set hours.

    Returns the earlier session to stand on, or the refusal (returned, not raised, so that the count is kept).
    """
    lock_keys(f"pin:{session.member_id}")
    row = StaffSession.objects.select_for_update(of=("self",)).select_related("member").get(pk=session.pk)
    workstation = current_workstation(request)
    if workstation is None:
        return PinRefused("This PC is not registered. Sign in with your password.", password_needed=True)
    failure = check_pin(row, pin, workstation.pk)
    if failure:
        record(
            actor_of(row.member, row, request),
            "session.pin_refused",
            obj=row,
            kind=SECURITY,
            failures=row.pin_failures,
        )
        return failure
    return row


@service
def edit_session_policy(*, by: Actor, version: int, **limits: int) -> SessionPolicy:
    """Change the limits; running sessions follow at once. Audits `session_policy.edited` with before and after.

    `limits` are fields of SessionPolicy. Refused when somebody else edited them since (`version`).
    """
    row = SessionPolicy.objects.select_for_update().first()
    if row is None:
        row = SessionPolicy.objects.create()
    if row.version != version:
        raise Stale("Somebody else changed these limits. Look at them again.", theirs={})
    before = {name: getattr(row, name) for name in limits}
    for name, value in limits.items():
        setattr(row, name, value)
    row.version += 1
    row.full_clean()
    row.save()
    _apply_limits(row)
    record(by, "session_policy.edited", obj=row, kind=SECURITY, before=before, after=limits)
    return row


def _apply_limits(limits: SessionPolicy) -> None:
    live = StaffSession.objects.filter(ended_at__isnull=True)
    live.update(
        idle_seconds=60 * limits.idle_minutes_shared,
        # A session opened by PIN stands on the older password sign-in.
        expires_at=Least("started_at", "password_at") + timedelta(hours=limits.absolute_hours),
    )
    live.filter(workstation__is_shared=False).update(idle_seconds=60 * limits.idle_minutes)


def purge_sessions() -> int:
    """Delete browser sessions past their end. Returns how many."""
    return BrowserSession.objects.filter(expire_date__lt=now()).delete()[0]
