"""Wall screens: what a registered screen may show with nobody signed in.

No account stands behind a wall screen, so there is no password to share and nothing to leave open: the signed cookie
of the registered workstation itself admits to views marked `@allow_wall`, and to nothing else.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url

from clinic.core.actor import Actor
from clinic.staff.access import Access, AccessDenied, View
from clinic.staff.client import client_ip, wants_data
from clinic.staff.models import Workstation
from clinic.staff.permissions import Permission
from clinic.staff.services import sessions, workstations


def wall_screen(request: HttpRequest) -> Workstation | None:
    """The registered wall screen that this browser is, or None. Looked up once for each request."""
    if not hasattr(request, "_wall_screen"):
        row = sessions.current_workstation(request)
        request._wall_screen = row if row and row.is_wall else None
    return request._wall_screen


def screen_actor(screen: Workstation, request: HttpRequest) -> Actor:
    """Who acts at a wall screen: nobody, at this PC, with the one permission that it has."""
    return Actor(
        member_id=None,
        label=screen.name,
        permissions=frozenset({Permission.FLOW_WALL}),
        workstation_id=screen.pk,
        workstation_label=screen.label,
        request_id=getattr(request, "request_id", ""),
        ip=client_ip(request),
    )


def allow_wall(view: View) -> Callable[..., HttpResponseBase]:
    """Admit a registered wall screen, whoever is or is not signed in there, and members who may see the wall board.

    At a wall screen `request.actor` is the screen: a member's rights don't reach the board, and a locked or ended
    session doesn't cover it. Elsewhere the view obeys the member's session like any other page.
    """
    access = Access(permissions=frozenset({Permission.FLOW_WALL}), admits_wall=True)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        screen = wall_screen(request)
        if screen:
            request.actor = screen_actor(screen, request)
            workstations.seen(screen)
        elif not request.user.is_authenticated:
            return _signed_out(request)
        elif not access.admits(request.actor.permissions):
            raise AccessDenied(access.permissions)
        return view(request, *args, **kwargs)

    guarded.clinic_access = access
    return login_not_required(guarded)


def _signed_out(request: HttpRequest) -> HttpResponseBase:
    """Not a wall screen (any more): a page goes to the sign-in page, a poll learns that the board is over."""
    if wants_data(request):
        return JsonResponse({"signed_out": True}, status=401, headers={"HX-Reswap": "none"})
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{resolve_url('account_login')}?{back}")
