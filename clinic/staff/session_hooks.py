"""Django tells of a sign-in by signal, whichever way it happened; the server-side session record starts there."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.staff.client import client_ip
from clinic.staff.lockout import counted_username
from clinic.staff.models import Member
from clinic.staff.services.sessions import open_session


def connect() -> None:
    """Listen to sign-ins and failed tries (password, PIN, test client)."""
    user_logged_in.connect(_signed_in, dispatch_uid="clinic.staff.signed_in")
    user_login_failed.connect(_refused, dispatch_uid="clinic.staff.refused")


def _signed_in(sender: Any, request: HttpRequest, user: Member, **kwargs: Any) -> None:
    open_session(request=request, member=user, carried=getattr(request, "pin_stands_on", None))


def _refused(sender: Any, credentials: dict, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is None:
        return
    # What was typed is not written down: people type passwords into the name field.
    named = counted_username(request, credentials)
    member = Member.objects.filter(username=named).first()
    by = Actor.outside("sign-in", ip=client_ip(request))
    record(by, "session.refused", obj=member, kind=AuditEvent.Kind.SECURITY, known=member is not None)
