"""Parts of a session, and holidays as closures."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic.core.errors import ClinicError, to_form
from clinic.core.time import today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, saved
from scheduling.forms.fields import YEARS
from scheduling.forms.templates import HolidaysForm, SessionPartForm
from scheduling.models import ProviderSession, SessionPart
from scheduling.queries.holidays import offered_holidays
from scheduling.queries.setup import part_line
from scheduling.services.closures import close_days
from scheduling.services.session_parts import add_part, remove_part
from scheduling.views._common import here

PARTS_PAGE = "scheduling/settings/parts.html"
HOLIDAYS_PAGE = "scheduling/settings/holidays.html"


@allow(P.TEMPLATE_EDIT)
def session_parts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The breaks and kept times of one session, and a form for another."""
    session = get_object_or_404(ProviderSession.objects.select_related("provider"), pk=pk)
    form = SessionPartForm(request.POST or None)
    context = {
        "session": session,
        "form": form,
        "parts": [(part, part_line(part)) for part in session.parts.prefetch_related("kept_for")],
    }
    if request.method != "POST":
        return render(request, PARTS_PAGE, context)
    if not form.is_valid():
        return invalid(request, PARTS_PAGE, context)
    try:
        add_part(by=request.actor, session=session, **form.values())
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, PARTS_PAGE, context, status=error.status)
    return saved(request, "Added to every week of the session.", to="scheduling:templates")


@require_POST
@allow(P.TEMPLATE_EDIT)
def session_part_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Gives the time back to the session."""
    part = get_object_or_404(SessionPart, pk=pk)
    remove_part(by=request.actor, part=part)
    return saved(request, "The time is part of the session again.", to="scheduling:templates")


@allow(P.TEMPLATE_EDIT)
def holidays_add(request: HttpRequest) -> HttpResponse:
    """The holidays of a year, to be ticked and worded. Nothing is closed by itself."""
    place, places = here(request)
    location = place if request.GET.get("location") else None
    this_year = today(place.zone).year
    year = (
        int(text) if (text := request.GET.get("year", "")).isdecimal() and int(text) in YEARS else this_year
    )
    offered = offered_holidays(year, location)
    form = HolidaysForm(request.POST or None, offered=offered)
    context = {
        "form": form,
        "year": year,
        "years": range(this_year, this_year + 3),
        "closed": [one for one in offered if one.is_closed],
        "places": places,
        "location": location,
        "back": reverse("scheduling:templates"),
    }
    if request.method != "POST":
        return render(request, HOLIDAYS_PAGE, context)
    if not form.is_valid():
        return invalid(request, HOLIDAYS_PAGE, context)
    made = close_days(by=request.actor, days=form.days(), location=location)
    days = "1 day is" if len(made) == 1 else f"{len(made)} days are"
    return saved(request, f"{days} closed now.", to="scheduling:templates")
