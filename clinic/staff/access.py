"""Who may call a view: one decorator on every view, readable by a walk over the resolver.

    @allow(Permission.CHECK_IN)                     # one of the named permissions
    @allow(Permission.CHARGE_PROPOSE, Permission.CHARGE_APPROVE)
    @allow_signed_in                                # any member: own profile, lock, drafts
    @public                                         # nobody needs to be signed in

`view.clinic_access` holds the rule. `@passive` marks a view whose calls are never a human act, whatever
headers arrive: it can't put off the idle lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from clinic.staff.permissions import Permission

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Access:
    """The rule of one view. `permissions` empty means: every signed-in member, or everybody if `is_public`."""

    permissions: frozenset[Permission] = frozenset()
    is_public: bool = False
    admits_wall: bool = False

    def admits(self, held: frozenset[str]) -> bool:
        """True when a member who holds these permissions may call the view."""
        return not self.permissions or not self.permissions.isdisjoint(held)


class AccessDenied(PermissionDenied):
    """Raised for a signed-in member without the permission; answered 403 and written to the audit trail."""

    def __init__(self, permissions: frozenset[Permission]) -> None:
        self.permissions = permissions
        super().__init__("You don't have permission for this page.")


def allow(*permissions: Permission) -> Callable[[View], View]:
    """Admit members who hold at least one of `permissions`; others get 403, strangers the sign-in page."""
    if not permissions:
        raise TypeError("Name at least one permission, or use @allow_signed_in.")
    access = Access(permissions=frozenset(Permission(p) for p in permissions))

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated or not access.admits(request.actor.permissions):
                raise AccessDenied(access.permissions)
            return view(request, *args, **kwargs)

        guarded.clinic_access = access
        return guarded

    return decorate


def allow_signed_in(view: View) -> View:
    """Admit every signed-in member."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            raise AccessDenied(frozenset())
        return view(request, *args, **kwargs)

    guarded.clinic_access = Access()
    return guarded


def public(view: View) -> View:
    """Admit everybody, signed in or not: sign-in, patient links, webhooks, health checks."""

    @wraps(view)
    def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    open_view.clinic_access = Access(is_public=True)
    return login_not_required(open_view)


def passive(view: View) -> View:
    """Mark a poll target: its calls never count as something a person did."""
    view.clinic_passive = True
    return view


def stays_open(view: View) -> View:
    """Mark a view that answers while the session is locked: unlock, switch user, sign out."""
    view.clinic_when_locked = True
    return view


def takes(*methods: str) -> Callable[[View], View]:
    """Name every method of a view that takes more than GET, HEAD and POST; all others are answered 405."""

    def decorate(view: View) -> View:
        view.clinic_methods = methods
        return view

    return decorate
