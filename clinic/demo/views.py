"""One browser plays any of the demo's PCs. Nothing here exists outside the demo."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinic.staff.access import public
from clinic.staff.client import forget_workstation_cookie, set_workstation_cookie
from clinic.staff.models import Workstation


@public
@require_POST
def this_pc(request: HttpRequest) -> HttpResponse:
    """Makes this browser the chosen PC, or an unregistered one; then back to the sign-in page.

    404 outside demo mode: in a clinic an administrator registers a PC while sitting at it.
    """
    if not settings.CLINIC_DEMO:
        raise Http404
    response = redirect("account_login")
    chosen = request.POST.get("workstation", "")
    if not chosen:
        forget_workstation_cookie(response)
        return response
    try:
        row = Workstation.objects.filter(pk=UUID(chosen), revoked_at__isnull=True).first()
    except ValueError:
        row = None
    if row is None:
        raise Http404
    set_workstation_cookie(response, row.pk)
    return response
