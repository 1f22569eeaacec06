"""Settings of the schedule: visit types, locations, sessions, absences, closures, limits."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic.core.errors import ClinicError, to_form
from clinic.core.time import today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, refused, saved
from scheduling.forms.setup import (
    AbsenceForm,
    ClosureForm,
    FlowSettingsForm,
    LocationForm,
    SessionForm,
    VisitTypeForm,
)
from scheduling.models import Closure, Location, ProviderSession, SessionException, VisitType
from scheduling.queries.settings import flow_settings
from scheduling.queries.setup import templates_page
from scheduling.services import setup
from scheduling.views._common import here

FORM = "scheduling/settings/form.html"


def _edit(
    request: HttpRequest, form, title: str, back: str, save: Callable, template: str = FORM, end_url: str = ""
) -> HttpResponse:
    """One form page: shows it, saves it, shows what was refused. `end_url` ends the row instead."""
    context = {"form": form, "title": title, "back": reverse(back), "end_url": end_url}
    if request.method != "POST":
        return render(request, template, context)
    if not form.is_valid():
        return invalid(request, template, context)
    try:
        words = save()
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, template, context, status=error.status)
    return saved(request, words, to=back)


@allow(P.TEMPLATE_EDIT, P.SETTINGS_EDIT)
def visit_types(request: HttpRequest) -> HttpResponse:
    """Every kind of visit."""
    return render(request, "scheduling/settings/visit_types.html", {"types": VisitType.objects.all()})


@allow(P.TEMPLATE_EDIT, P.SETTINGS_EDIT)
def visit_type_edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Adds or edits a kind of visit."""
    row = get_object_or_404(VisitType, pk=pk) if pk else None
    form = VisitTypeForm(request.POST or None, instance=row)

    def save() -> str:
        fresh = VisitType.objects.get(pk=pk) if pk else None
        version = form.cleaned_data.get("version")
        return f"{setup.save_visit_type(by=request.actor, visit_type=fresh, version=version, **form.values()).name} saved."

    title = f"Edit “{row.name}”" if row else "Add a kind of visit"
    return _edit(request, form, title, "scheduling:visit-types", save)


@allow(P.SETTINGS_EDIT)
def location_list(request: HttpRequest) -> HttpResponse:
    """Places where patients are seen."""
    return render(request, "scheduling/settings/locations.html", {"places": Location.objects.all()})


@allow(P.SETTINGS_EDIT)
def location_edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Adds or edits a location, its hours and its time zone."""
    row = get_object_or_404(Location, pk=pk) if pk else None
    form = LocationForm(request.POST or None, instance=row)

    def save() -> str:
        fresh = Location.objects.get(pk=pk) if pk else None
        version = form.cleaned_data.get("version")
        return f"{setup.save_location(by=request.actor, location=fresh, version=version, **form.values()).name} saved."

    title = f"Edit {row.name}" if row else "Add a location"
    return _edit(request, form, title, "scheduling:locations", save, "scheduling/settings/location.html")


@allow(P.SETTINGS_EDIT)
def flow_limits(request: HttpRequest) -> HttpResponse:
    """When minutes turn amber and red, and how long grace and undo last."""
    form = FlowSettingsForm(request.POST or None, instance=copy(flow_settings()))

    def save() -> str:
        setup.save_flow_settings(by=request.actor, version=form.cleaned_data.get("version"), **form.values())
        return "Limits saved."

    return _edit(request, form, "Flow limits", "scheduling:flow-limits", save)


@allow(P.TEMPLATE_EDIT, P.SCHEDULE_VIEW)
def templates(request: HttpRequest) -> HttpResponse:
    """Who works when: weekly sessions, absences and closures of a location."""
    location, places = here(request)
    context = {
        "page": templates_page(location),
        "location": location,
        "places": places,
        "may_edit": request.actor.can(P.TEMPLATE_EDIT),
    }
    return render(request, "scheduling/settings/templates.html", context)


@allow(P.TEMPLATE_EDIT)
def session_edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Adds weekly blocks, or edits one."""
    row = get_object_or_404(ProviderSession, pk=pk) if pk else None
    location, _ = here(request)
    initial = {} if row else {"location": location, "effective_from": today(location.zone)}
    form = SessionForm(request.POST or None, instance=row, initial=initial)

    def save() -> str:
        values = form.values()
        if row is None:
            made = setup.add_sessions(by=request.actor, weekdays=form.cleaned_data["weekdays"], **values)
            return f"{len(made)} session{'s' if len(made) != 1 else ''} added."
        fresh = ProviderSession.objects.select_related("provider").get(pk=pk)
        setup.save_session(
            by=request.actor, session=fresh, version=form.cleaned_data.get("version"), **values
        )
        return "Session saved."

    title = "Edit a session" if row else "Add sessions"
    end_url = reverse("scheduling:session-end", args=[pk]) if row else ""
    return _edit(request, form, title, "scheduling:templates", save, end_url=end_url)


@require_POST
@allow(P.TEMPLATE_EDIT)
def session_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The block ends with today."""
    row = get_object_or_404(ProviderSession.objects.select_related("location"), pk=pk)
    setup.end_session(by=request.actor, session=row, last_day=today(row.location.zone) - timedelta(days=1))
    return saved(request, "The session has ended.", to="scheduling:templates")


@allow(P.TEMPLATE_EDIT)
def absence_add(request: HttpRequest) -> HttpResponse:
    """Takes time out of somebody's sessions."""
    location, _ = here(request)
    form = AbsenceForm(request.POST or None, location=location, initial={"first_day": today(location.zone)})

    def save() -> str:
        names = ("provider", "kind", "reason", "starts_at", "ends_at")
        _, hit = setup.add_absence(by=request.actor, **{name: form.cleaned_data[name] for name in names})
        if not hit:
            return "Absence added."
        visits = "1 visit is" if len(hit) == 1 else f"{len(hit)} visits are"
        return f"Absence added. {visits} booked in that time and stay until you move them."

    return _edit(request, form, "Add an absence", "scheduling:templates", save)


@require_POST
@allow(P.TEMPLATE_EDIT)
def absence_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Gives the time back."""
    row = get_object_or_404(SessionException, pk=pk)
    setup.remove_absence(by=request.actor, absence=row)
    return saved(request, "Absence removed.", to="scheduling:templates")


@allow(P.TEMPLATE_EDIT)
def closure_add(request: HttpRequest) -> HttpResponse:
    """Closes a day."""
    form = ClosureForm(request.POST or None)

    def save() -> str:
        names = ("day", "reason", "location")
        setup.add_closure(by=request.actor, **{name: form.cleaned_data[name] for name in names})
        return "Closure added."

    return _edit(request, form, "Add a closure", "scheduling:templates", save)


@require_POST
@allow(P.TEMPLATE_EDIT)
def closure_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Opens the day again."""
    row = get_object_or_404(Closure, pk=pk)
    try:
        setup.remove_closure(by=request.actor, closure=row)
    except ClinicError as error:
        return refused(request, error, to="scheduling:templates")
    return saved(request, "The day is open again.", to="scheduling:templates")
