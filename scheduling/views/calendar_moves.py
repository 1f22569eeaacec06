"""A visit dragged to another place on the calendar, or its end dragged: confirmed in words, then done by the service."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from clinic import audit
from clinic.core.errors import ClinicError, Conflict, to_form
from clinic.core.time import format_clock, format_day
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, saved
from scheduling.forms.moves import ResizeAppointmentForm, ShiftAppointmentForm
from scheduling.models import Appointment
from scheduling.queries.moves import resize_plan, shift_plan
from scheduling.queries.settings import bookable_member
from scheduling.services.booking import reschedule_appointment
from scheduling.services.rearranging import place_appointment, resize_appointment
from scheduling.services.telling import STAYS, told_of_move
from scheduling.views._common import only_once, visit_or_404
from scheduling.views.booking import REFRESH

SHIFT_PAGE = "scheduling/appointment/shift.html"
RESIZE_PAGE = "scheduling/appointment/resize.html"


@allow(P.APPOINTMENT_MOVE)
def appointment_shift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the drop changes and whether the patient is told; POST does it. A lost race offers the next free times."""
    visit = visit_or_404(pk)
    audit.looked(request, visit.patient_id, "appointment")
    data = request.POST if request.method == "POST" else _asked(request, visit)
    form = ShiftAppointmentForm(data, location=visit.location)
    if not form.is_valid():
        return invalid(request, SHIFT_PAGE, {"form": form, "visit": visit})
    context = _shift_context(request, visit, form)
    if request.method != "POST":
        return render(request, SHIFT_PAGE, context)
    try:
        new_pk = only_once(request, "shift", lambda: _shift(request, visit, form))
    except ClinicError as error:
        to_form(form, error)
        context |= {
            "openings": error.alternatives if isinstance(error, Conflict) else [],
            "is_lost": isinstance(error, Conflict),
            "may_overbook": request.actor.can(P.APPOINTMENT_OVERBOOK) and isinstance(error, Conflict),
        }
        return invalid(request, SHIFT_PAGE, context, status=error.status)
    row = visit_or_404(UUID(new_pk))
    when = f"{format_day(row.local_day)} at {format_clock(row.starts_at, row.zone)}"
    return saved(
        request,
        f"{row.patient.name}: {when}.",
        to=reverse("scheduling:appointment", args=[new_pk]),
        refresh=REFRESH,
    )


def _asked(request: HttpRequest, visit: Appointment) -> dict:
    """The gesture in the address, with the state of the visit it was made on."""
    named = {name: request.GET.get(name, "") for name in ("start", "room", "device")}
    return {**named, "member": request.GET.get("with", ""), "version": visit.version}


def _wanted(visit: Appointment, form) -> tuple[datetime, object]:
    """The instant and person asked for: those of the button that was chosen after a conflict, else of the drop."""
    values = form.cleaned_data
    if values["slot"]:
        at, member_id = values["slot"]
        return at, bookable_member(member_id) or values["member"]
    return values["start"] or visit.starts_at, values["member"]


def _shift_context(request: HttpRequest, visit: Appointment, form) -> dict:
    starts_at, member = _wanted(visit, form)
    values = form.cleaned_data
    plan = shift_plan(visit, starts_at=starts_at, member=member, room=values["room"], device=values["device"])
    told = told_of_move(by=request.actor, appointment=visit, starts_at=starts_at) if plan.is_moved else STAYS
    return {"form": form, "visit": visit, "plan": plan, "told": told, "place": visit.location, "chosen": ""}


def _shift(request: HttpRequest, visit: Appointment, form) -> str:
    starts_at, member = _wanted(visit, form)
    values = form.cleaned_data
    plan = shift_plan(visit, starts_at=starts_at, member=member)
    if not plan.is_moved and (values["room"] or values["device"]):
        row = place_appointment(
            by=request.actor,
            appointment=visit,
            room=values["room"],
            device=values["device"],
            version=values["version"],
        )
        return str(row.pk)
    new = reschedule_appointment(
        by=request.actor,
        appointment=visit,
        starts_at=starts_at,
        provider=member,
        room=values["room"],
        equipment=[values["device"]] if values["device"] else (),
        version=values["version"],
        overbook_reason=values["overbook_reason"],
    )
    return str(new.pk)


@allow(P.APPOINTMENT_MOVE)
def appointment_resize(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Makes a visit longer or shorter: what changes, then POST does it."""
    visit = visit_or_404(pk)
    audit.looked(request, visit.patient_id, "appointment")
    asked = {"minutes": request.GET.get("minutes") or visit.minutes, "version": visit.version}
    form = ResizeAppointmentForm(request.POST if request.method == "POST" else asked)
    context = {"form": form, "visit": visit, "told": STAYS}
    if not form.is_valid():
        return invalid(request, RESIZE_PAGE, context)
    values = form.cleaned_data
    context["plan"] = resize_plan(visit, values["minutes"])
    if request.method != "POST":
        return render(request, RESIZE_PAGE, context)
    try:
        only_once(request, "resize", lambda: _resize(request, visit, values))
    except ClinicError as error:
        to_form(form, error)
        context["may_overbook"] = request.actor.can(P.APPOINTMENT_OVERBOOK) and isinstance(error, Conflict)
        return invalid(request, RESIZE_PAGE, context, status=error.status)
    words = f"{visit.patient.name}: {values['minutes']} minutes."
    return saved(request, words, to=reverse("scheduling:appointment", args=[pk]), refresh=REFRESH)


def _resize(request: HttpRequest, visit: Appointment, values: dict) -> str:
    row = resize_appointment(
        by=request.actor,
        appointment=visit,
        minutes=values["minutes"],
        version=values["version"],
        overbook_reason=values["overbook_reason"],
    )
    return str(row.pk)
