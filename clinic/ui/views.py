"""The design system's own pages: the theme switch, the key switch and the style guide.

This layer cannot name the decorators that admit people; clinic.urls gives these views their rule.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from clinic.ui.guide import guide_context
from clinic.ui.responses import is_htmx

YEAR = 365 * 24 * 3600


def _remember(request, name: str, choices: tuple[str, ...]):
    """Keep one of `choices` in a cookie of this browser. Nothing personal, so a plain cookie will do."""
    chosen = request.POST.get(name, "")
    if chosen not in choices:
        chosen = choices[0]
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = (
        HttpResponse(status=204) if is_htmx(request) else HttpResponseRedirect(back if is_ours else "/")
    )
    response.set_cookie(
        name, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@require_POST
def theme(request):
    """Light, dark or as the device says."""
    return _remember(request, "theme", ("auto", "light", "dark"))


@require_POST
def keys(request):
    """Single-letter shortcuts on or off: speech input and unsteady hands set them off by accident."""
    return _remember(request, "keys", ("on", "off"))


@require_GET
def guide(request):
    """Every component on one page; only where made-up data is shown anyway."""
    if not settings.CLINIC_DEMO:
        raise Http404
    return render(request, "ui/guide.html", guide_context(timezone.now() - timedelta(minutes=31)))
