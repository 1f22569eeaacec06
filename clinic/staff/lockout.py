"""After too many wrong passwords: how long it lasts, what the page says, and who can end it.

django-axes counts per username and address, so that nobody can lock a colleague out from elsewhere. Tries
during the pause don't extend it.
"""

import math
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from clinic.core.time import now
from clinic.staff.backends import find_member
from clinic.staff.client import wants_data
from clinic.staff.rules import normalize_username


def counted_username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Under which name tries are counted: a member's username, also when the e-mail was typed.

    Every spelling counts on the same account; unknown names count under their normalized form.
    """
    source = credentials or request.POST
    raw = str(source.get("email") or source.get("username") or source.get("login") or "")
    if "@" in raw:
        member = find_member(raw)
        if member:
            return member.username
    return normalize_username(raw)[:255]


def cool_off() -> timedelta:
    """How long the pause lasts."""
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def paused_until(username: str, ip: str | None = None) -> datetime | None:
    """When the pause for this username ends (at this address, or at any), or None when there is none."""
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gt=now() - cool_off())
    if ip is not None:
        attempts = attempts.filter(ip_address=ip)
    worst = (
        attempts.values("ip_address")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("-last")
        .first()
    )
    return worst["last"] + cool_off() if worst else None


def minutes_left(until: datetime) -> int:
    """Whole minutes until then, rounded up, at least 1."""
    return max(1, math.ceil((until - now()).total_seconds() / 60))


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page that says how long the pause still lasts and who can end it sooner (429)."""
    until = paused_until(counted_username(request, credentials), getattr(request, "axes_ip_address", None))
    until = until or now() + cool_off()
    minutes = minutes_left(until)
    if wants_data(request):
        words = (
            f"Too many wrong passwords. Try again in {minutes} min, or ask the office manager to unlock you."
        )
        response: HttpResponse = JsonResponse(
            {"ok": False, "message": words, "password_needed": True}, status=429
        )
    else:
        response = render(request, "account/paused.html", {"until": until, "minutes": minutes}, status=429)
    response["Retry-After"] = str(max(1, int((until - now()).total_seconds())))
    return response


def paused_accounts() -> dict[str, datetime]:
    """Username -> end of the pause, for every account that is paused at some address now. One query."""
    rows = (
        AccessAttempt.objects.filter(attempt_time__gt=now() - cool_off())
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("last")
    )
    return {row["username"]: row["last"] + cool_off() for row in rows}


def forget_failures(username: str, ip: str | None) -> None:
    """A right password was given here: wrong ones before it no longer count."""
    AccessAttempt.objects.filter(username=username, ip_address=ip).delete()
