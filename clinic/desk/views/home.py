"""Home: what needs me now, by what I may do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.core.profile import clinic_zone
from clinic.core.time import format_day, now, zone
from clinic.desk.queries.day import manager_day
from clinic.desk.queries.oversight import access_today, set_up_gaps
from clinic.staff.access import allow, allow_signed_in
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import fragment


@allow_signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in: a greeting, the day, and the panels this member may see."""
    hour = now().astimezone(zone(clinic_zone())).hour
    part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
    day = format_day(now().astimezone(zone(clinic_zone())).date())
    greeting = f"Good {part}, {request.user.first_name}"
    return render(request, "desk/home.html", {"greeting": greeting, "day": day})


@allow(P.REPORT_VIEW)
def manager(request: HttpRequest) -> HttpResponse:
    """The manager's day, made to print on one page."""
    return render(request, "desk/manager.html", {"page": manager_day(request.actor)})


@allow(P.REPORT_VIEW)
def manager_panel(request: HttpRequest) -> HttpResponse:
    """The same in short, on the home page."""
    return fragment(request, "desk/_manager_panel.html", {"page": manager_day(request.actor)})


@allow(P.AUDIT_VIEW)
def oversight_panel(request: HttpRequest) -> HttpResponse:
    """Who looked at how many charts today, and what was denied."""
    return fragment(request, "desk/_oversight_panel.html", {"page": access_today()})


@allow(P.STAFF_MANAGE)
def gaps_panel(request: HttpRequest) -> HttpResponse:
    """What the administrator still has to do."""
    return fragment(request, "desk/_gaps_panel.html", {"gaps": set_up_gaps(request.actor)})
