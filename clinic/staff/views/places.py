"""Workstations, and the limits of sessions."""

from copy import copy
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.core.errors import ClinicError, to_form
from clinic.staff import queries
from clinic.staff.access import allow
from clinic.staff.client import forget_workstation_cookie, set_workstation_cookie, workstation_id
from clinic.staff.forms import RegisterWorkstationForm, SessionPolicyForm, WorkstationForm
from clinic.staff.models import Workstation
from clinic.staff.permissions import Permission
from clinic.staff.services import sessions, workstations
from clinic.staff.views.once import send_once
from clinic.ui.responses import invalid, saved


@allow(Permission.WORKSTATION_MANAGE)
@require_GET
def workstation_list(request: HttpRequest) -> HttpResponse:
    """Registered PCs, and whether this one is among them."""
    rows = list(queries.workstation_list())
    own = workstation_id(request)
    this = next((row for row in rows if row.pk == own), None)
    return render(request, "staff/workstation/list.html", {"rows": rows, "this": this})


@allow(Permission.WORKSTATION_MANAGE)
@require_http_methods(["GET", "POST"])
def workstation_register(request: HttpRequest) -> HttpResponse:
    """Register the PC at which the administrator sits now. A wall screen goes on to its board, signed out."""
    form = RegisterWorkstationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            pk = send_once(
                request,
                form,
                "workstation-register",
                lambda: workstations.register_workstation(
                    by=request.actor,
                    name=data["name"],
                    room=data["room"],
                    kind=data["kind"],
                    is_shared=data["is_shared"],
                    session=request.staff_session,
                ),
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            if data["kind"] == Workstation.Kind.WALL:
                logout(request)
                response = saved(request, "", to="desk:wall")
            else:
                response = saved(request, f"This PC is now {data['name']}.", to="staff:workstation-list")
            set_workstation_cookie(response, UUID(pk))
            return response
    intro = (
        "You register the PC or tablet that you are using right now. It remembers this by a signed cookie."
    )
    return _form(request, form, "Register this PC", "Register", intro)


@allow(Permission.WORKSTATION_MANAGE)
@require_http_methods(["GET", "POST"])
def workstation_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rename or move a workstation, or change whether it is shared."""
    row = get_object_or_404(Workstation, pk=pk, revoked_at__isnull=True)
    initial = {"name": row.name, "room": row.room, "is_shared": row.is_shared}
    form = WorkstationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            workstations.edit_workstation(
                by=request.actor,
                workstation=row,
                name=data["name"],
                room=data["room"],
                is_shared=data["is_shared"],
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, "Saved.", to="staff:workstation-list")
    return _form(request, form, f"Edit {row.name}", "Save")


@allow(Permission.WORKSTATION_MANAGE)
@require_POST
def workstation_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a PC unknown again; whoever is signed in there is signed out."""
    row = get_object_or_404(Workstation, pk=pk)
    workstations.revoke_workstation(by=request.actor, workstation=row)
    response = saved(request, f"{row.name} is no longer registered.", to="staff:workstation-list")
    if workstation_id(request) == row.pk:
        forget_workstation_cookie(response)
    return response


def _form(request: HttpRequest, form: object, title: str, label: str, intro: str = "") -> HttpResponse:
    back = reverse("staff:workstation-list")
    context = {"form": form, "title": title, "submit_label": label, "cancel_url": back, "intro": intro}
    if form.is_bound:
        return invalid(request, "staff/form.html", context)
    return render(request, "staff/form.html", context)


@allow(Permission.SETTINGS_EDIT)
@require_http_methods(["GET", "POST"])
def session_policy(request: HttpRequest) -> HttpResponse:
    """Idle lock, longest session, PIN and invitation hours."""
    row = copy(sessions.policy())
    form = SessionPolicyForm(request.POST or None, instance=row, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            sessions.edit_session_policy(
                by=request.actor, version=form.cleaned_data["version"], **form.limits()
            )
        except ClinicError as error:
            to_form(form, error)
        else:
            return saved(request, "Saved. Open sessions follow at once.", to="staff:session-policy")
    intro = "A PC that nobody registered counts as shared."
    context = {
        "form": form,
        "title": "Locking and sessions",
        "submit_label": "Save",
        "cancel_url": reverse("staff:list"),
        "intro": intro,
        "tab": "locking",
    }
    if form.is_bound:
        return invalid(request, "staff/form.html", context)
    return render(request, "staff/form.html", context)
