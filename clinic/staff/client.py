"""Where a request comes from: address, browser, and the registered PC that its signed cookie names."""

import ipaddress
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

WORKSTATION_SALT = "clinic.staff.workstation"
WORKSTATION_YEARS = 2


def client_ip(request: HttpRequest) -> str | None:
    """The peer's address. Behind our own proxy the last entry of X-Forwarded-For, which the proxy wrote;
    otherwise that header is a stranger's claim and is ignored.
    """
    peer = request.META.get("REMOTE_ADDR") or ""
    if getattr(settings, "BEHIND_PROXY", False):
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        peer = forwarded[-1] or peer
    try:
        return str(ipaddress.ip_address(peer))
    except ValueError:
        return None


def browser_words(request: HttpRequest) -> str:
    """A short name for the browser, so that a member recognizes a session: "Firefox on Windows"."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    names = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("Windows", "Windows"),
        ("iPad", "iPad"),
        ("iPhone", "iPhone"),
        ("Android", "Android"),
        ("Mac OS", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    )
    name = next((words for mark, words in names if mark in agent), "Browser")
    system = next((words for mark, words in systems if mark in agent), "")
    return f"{name} on {system}" if system else name


def workstation_cookie() -> str:
    """The cookie's name; with the `__Host-` prefix where cookies are secure."""
    return "__Host-workstation" if settings.SESSION_COOKIE_SECURE else "workstation"


def workstation_id(request: HttpRequest) -> UUID | None:
    """The id in the signed workstation cookie, or None. It says nothing yet about being registered still."""
    raw = request.COOKIES.get(workstation_cookie())
    if not raw:
        return None
    try:
        return UUID(signing.loads(raw, salt=WORKSTATION_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def set_workstation_cookie(response: HttpResponseBase, pk: UUID) -> None:
    """Mark the browser as this workstation, for years: losing it only means registering the PC again."""
    response.set_cookie(
        workstation_cookie(),
        signing.dumps(str(pk), salt=WORKSTATION_SALT),
        max_age=WORKSTATION_YEARS * 366 * 86400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_workstation_cookie(response: HttpResponseBase) -> None:
    """Take the mark off the browser."""
    response.delete_cookie(workstation_cookie(), samesite="Lax")


def wants_data(request: HttpRequest) -> bool:
    """True for htmx, polls and fetch: they need a status and JSON, not a page."""
    return (
        request.headers.get("HX-Request") == "true"
        or request.headers.get("X-Clinic-Poll") == "1"
        or request.headers.get("X-Requested-With") in {"fetch", "XMLHttpRequest"}
        or request.headers.get("Accept", "").startswith("application/json")
    )
