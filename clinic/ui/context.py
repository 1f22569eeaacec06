"""What every template may rely on: layout, theme, top bar, clinic, workstation and the pace of polling."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinic.core.profile import clinic
from clinic.ui import nav
from clinic.ui.addresses import address
from clinic.ui.errors import theme_of
from clinic.ui.responses import is_dialog, is_htmx, layout_for

IDLE_SECONDS_SHARED = 300
POLL_SECONDS = 3


def page(request: HttpRequest) -> dict:
    """Context processor. Nothing here queries until a template asks for it."""
    actor = getattr(request, "actor", None)
    return {
        "layout": layout_for(request),
        "is_dialog": is_dialog(request),
        "is_fragment": is_htmx(request),
        "theme": theme_of(request),
        "keys": "off" if request.COOKIES.get("keys") == "off" else "on",
        "clinic": SimpleLazyObject(clinic),
        "actor": actor,
        "nav_links": SimpleLazyObject(lambda: nav.links(actor, request.path)),
        "workstation": getattr(actor, "workstation_label", "") or "Unregistered PC",
        "lock": SimpleLazyObject(lambda: _lock(request)),
        "ui_urls": SimpleLazyObject(_urls),
        "poll_seconds": POLL_SECONDS,
        "is_demo": settings.CLINIC_DEMO,
    }


def _lock(request: HttpRequest) -> dict:
    """How long this session may idle; the server decides, the page only warns and covers itself.

    `wall_url` is set at a wall screen: there a locked page gives way to the board.
    """
    workstation = getattr(getattr(request, "staff_session", None), "workstation", None)
    return {
        "wall_url": address("desk:wall") if workstation and workstation.is_wall else "",
        "seconds": int(getattr(request, "idle_seconds", None) or IDLE_SECONDS_SHARED),
        "is_locked": bool(getattr(request, "is_locked", False)),
    }


# Addresses of other apps that the frame's scripts call. Names only: the frame imports no other app.
_ADDRESSES = {
    "home": "desk:home",
    "finder": "records:finder",
    "lock": "staff:lock",
    "unlock": "staff:unlock",
    "switch": "staff:switch",
    "activity": "staff:activity",
    "draft": "staff:draft",
    "profile": "staff:profile",
    "sign_out": "staff:sign-out",
    "theme": "ui:theme",
    "keys": "ui:keys",
}


@cache
def _urls() -> dict[str, str]:
    return {name: address(url_name) for name, url_name in _ADDRESSES.items()}
