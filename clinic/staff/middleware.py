"""Two gates on every request of a signed-in member: is the session still alive and unlocked, and who acts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.time import now
from clinic.staff import effective
from clinic.staff.access import AccessDenied
from clinic.staff.client import client_ip, wants_data, workstation_id
from clinic.staff.models import Member, StaffSession
from clinic.staff.rules import PIN_TRIES, is_expired, is_idle
from clinic.staff.services import sessions
from clinic.staff.walls import wall_screen

# Writing "last human act" for each of ten requests in a second would be nine writes too many.
TOUCH_SECONDS = 5


class MemberOfSession(AuthenticationMiddleware):
    """`request.user` out of the row that came with the session; whatever is odd about it, Django decides."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _member_of(request))


def _member_of(request: HttpRequest) -> Member | AnonymousUser:
    row, session = request.session.record, request.session
    member = row.member if row else None
    if (
        member is not None
        and member.is_active
        and session.get(SESSION_KEY) == str(member.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), member.get_session_auth_hash())
    ):
        return member
    return get_user(request)


class SessionGuard:
    """Ends, locks or extends the session by what the server knows; nothing a client sends can switch it off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.staff_session = None
        request.is_locked = False
        request.idle_seconds = None
        if request.user.is_authenticated:
            self._load(request)
        return self.get_response(request)

    def _load(self, request: HttpRequest) -> None:
        row = request.session.record
        if row is not None and (row.member_id != request.user.pk or row.ended_at is not None):
            row = None
        if row is None or is_expired(row.expires_at, now()) or not _same_pc(request, row):
            if row is not None:
                sessions.end_session(
                    by=sessions.actor_of(request.user, row, request), session=row, why="expired"
                )
            logout(request)
            return
        if row.session_key != request.session.session_key:
            # Changing the password gives the browser a new key; the record follows it.
            row.session_key = request.session.session_key
            StaffSession.objects.filter(pk=row.pk).update(session_key=row.session_key)
        if row.locked_at is None and is_idle(row.last_human_at, timedelta(seconds=row.idle_seconds), now()):
            sessions.lock_session(by=sessions.actor_of(request.user, row, request), session=row, why="idle")
        request.staff_session = row
        request.is_locked = row.locked_at is not None
        request.idle_seconds = row.idle_seconds

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        row = request.staff_session
        access = getattr(view, "clinic_access", None)
        if row is None:
            if wants_data(request) and not (access and (access.is_public or access.admits_wall)):
                return signed_out_answer(request)
            return None
        if request.is_locked:
            if getattr(view, "clinic_when_locked", False) or (access and access.is_public):
                return None
            if access and access.admits_wall and wall_screen(request):
                return None
            return locked_answer(request)
        if is_human(request, view) and (now() - row.last_human_at).total_seconds() >= TOUCH_SECONDS:
            sessions.touch(row)
        return None


def _same_pc(request: HttpRequest, row: StaffSession) -> bool:
    """A session of a registered PC is worth nothing in another browser, and ends when the PC is revoked."""
    if row.workstation is None:
        return True
    return row.workstation.revoked_at is None and row.workstation_id == workstation_id(request)


def is_human(request: HttpRequest, view: Callable) -> bool:
    """False for what timers send. A marked view is never human, whatever the headers claim."""
    return request.headers.get("X-Clinic-Poll") != "1" and not getattr(view, "clinic_passive", False)


def lock_facts(request: HttpRequest) -> dict[str, Any]:
    """What the lock overlay needs to know."""
    row = request.staff_session
    member = request.user
    return {
        "locked": True,
        "name": member.short_name,
        "has_pin": member.has_pin and row.pin_failures < PIN_TRIES,
        "unlock_url": reverse("staff:unlock"),
        "switch_url": reverse("staff:switch"),
    }


def locked_answer(request: HttpRequest) -> HttpResponse:
    """423: JSON for scripts, the lock page for a browser. No clinical content either way."""
    facts = lock_facts(request)
    if wants_data(request):
        response: HttpResponse = JsonResponse(facts, status=423)
        response["HX-Reswap"] = "none"
    else:
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
        response = render(request, "staff/session/lock.html", {"facts": facts, "next": back}, status=423)
    response["Cache-Control"] = "no-store"
    return response


def signed_out_answer(request: HttpRequest) -> HttpResponse:
    """401 for scripts of a page whose session ended; htmx goes to the sign-in page, a poll only learns it."""
    response = JsonResponse({"signed_out": True}, status=401)
    response["HX-Reswap"] = "none"
    if request.headers.get("HX-Request") == "true" and request.headers.get("X-Clinic-Poll") != "1":
        back = request.headers.get("HX-Current-URL-Abs-Path") or "/"
        response["HX-Redirect"] = f"{resolve_url('account_login')}?{urlencode({'next': back})}"
    return response


class ActorMiddleware:
    """Sets `request.actor`: member, permissions in force right now, PC, session and request id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = self._actor(request)
        return self.get_response(request)

    def _actor(self, request: HttpRequest) -> Actor:
        row = request.staff_session
        if row is None:
            return Actor(
                member_id=None,
                label="signed out",
                request_id=getattr(request, "request_id", ""),
                ip=client_ip(request),
            )
        member = request.user
        return Actor(
            member_id=member.pk,
            label=member.name,
            permissions=effective.of_session(member, row),
            workstation_id=row.workstation_id,
            workstation_label=row.workstation.label if row.workstation else "",
            session_ref=str(row.pk),
            request_id=getattr(request, "request_id", ""),
            ip=client_ip(request),
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """A denied attempt leaves a row in the trail; the 403 page is made by Django."""
        if isinstance(error, AccessDenied) and request.user.is_authenticated:
            match = request.resolver_match
            record(
                request.actor,
                "access.denied",
                kind=AuditEvent.Kind.SECURITY,
                view=match.view_name if match else "",
                method=request.method,
                needs=sorted(error.permissions),
            )
