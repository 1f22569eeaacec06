"""One appointment: its page, its moves, and what changes it before the patient comes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.core.errors import ClinicError, Conflict, to_form
from clinic.core.ids import uuid_of
from clinic.core.time import format_clock, format_day
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, refused, saved
from scheduling.forms.booking import CancelAppointmentForm, MoveAppointmentForm, WalkInForm
from scheduling.models import Appointment, Room
from scheduling.queries.booking import patient_line
from scheduling.queries.settings import bookable_member, chosen_location, locations, visit_types
from scheduling.queries.slots import Opening, next_openings
from scheduling.queries.visit_page import visit_page
from scheduling.rules.visit_states import LABELS, State
from scheduling.services.booking import cancel_appointment, confirm_appointment, reschedule_appointment
from scheduling.services.rooms import change_room
from scheduling.services.visits import move_visit, undo_move
from scheduling.services.walk_ins import walk_in
from scheduling.views._common import only_once, patient_of, visit_or_404
from scheduling.views.booking import REFRESH, duplicates_of

MOVE_PAGE = "scheduling/appointment/move.html"
CANCEL_PAGE = "scheduling/appointment/cancel.html"
WALK_IN_PAGE = "scheduling/appointment/walk_in.html"
# The shipped type that most people without an appointment come for; a clinic without it starts on its first type.
USUAL_WALK_IN = "acute"


@allow(P.SCHEDULE_VIEW)
def appointment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The appointment with its acts and its history."""
    visit = visit_or_404(pk)
    audit.looked(request, visit.patient_id, "appointment")
    return render(request, "scheduling/appointment/detail.html", {"page": visit_page(visit, request.actor)})


@allow(P.APPOINTMENT_MOVE)
def appointment_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another time. A second tab that was slower sees what the first one did."""
    visit = visit_or_404(pk)
    person = visit.provider or visit.ma
    if request.method != "POST":
        form = MoveAppointmentForm(
            initial={"version": visit.version, "provider": person.pk if person else None}
        )
        return render(request, MOVE_PAGE, _move_context(request, visit, form))
    form = MoveAppointmentForm(request.POST)
    chosen = form.when(visit.location) if form.is_valid() else None
    if chosen is None or form.errors:
        return invalid(request, MOVE_PAGE, _move_context(request, visit, form))
    try:
        new_pk = only_once(request, "reschedule", lambda: _move(request, visit, form, *chosen))
    except ClinicError as error:
        to_form(form, error)
        found = error.alternatives if isinstance(error, Conflict) else None
        return invalid(request, MOVE_PAGE, _move_context(request, visit, form, found), status=error.status)
    new = visit_or_404(UUID(new_pk))
    when = f"{format_day(new.local_day)} at {format_clock(new.starts_at, new.zone)}"
    return saved(
        request, f"Moved to {when}.", to=reverse("scheduling:appointment", args=[new_pk]), refresh=REFRESH
    )


def _move(request, visit: Appointment, form, starts_at: datetime, member_id: UUID | None) -> str:
    values = form.cleaned_data
    member = bookable_member(member_id) if member_id else values["provider"]
    return str(
        reschedule_appointment(
            by=request.actor,
            appointment=visit,
            starts_at=starts_at,
            provider=member,
            version=values["version"],
            overbook_reason=values["overbook_reason"],
        ).pk
    )


def _move_context(request, visit: Appointment, form, found: list[Opening] | None = None) -> dict:
    audit.looked(request, visit.patient_id, "appointment")
    is_lost = found is not None
    if found is None:
        found = next_openings(
            location=visit.location,
            visit_type=visit.visit_type,
            provider=visit.provider or visit.ma,
            patient=visit.patient,
            add_ons=tuple(step.visit_type for step in visit.added_steps),
            viewer=request.actor.member_id,
            replaced=visit,
        )
    return {
        "form": form,
        "visit": visit,
        "place": visit.location,
        "openings": found,
        "is_lost": is_lost,
        "chosen": "" if is_lost else form["slot"].value() or "",
        "may_overbook": request.actor.can(P.APPOINTMENT_OVERBOOK),
        "when": f"{format_day(visit.local_day)} at {format_clock(visit.starts_at, visit.zone)}",
    }


@allow(P.APPOINTMENT_CANCEL)
def appointment_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancels with a coded reason; can be undone for ten minutes."""
    visit = visit_or_404(pk)
    form = CancelAppointmentForm(request.POST or None, initial={"version": visit.version})
    context = {
        "form": form,
        "visit": visit,
        "when": f"{format_day(visit.local_day)} at {format_clock(visit.starts_at, visit.zone)}",
    }
    audit.looked(request, visit.patient_id, "appointment")
    if request.method != "POST":
        return render(request, CANCEL_PAGE, context)
    if not form.is_valid():
        return invalid(request, CANCEL_PAGE, context)
    values = form.cleaned_data
    try:
        cancel_appointment(
            by=request.actor,
            appointment=visit,
            reason=values["reason"],
            note=values["note"],
            version=values["version"],
        )
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, CANCEL_PAGE, context, status=error.status)
    return saved(
        request,
        f"Cancelled: {visit.patient.name}, {context['when']}.",
        to=reverse("scheduling:appointment", args=[pk]),
        refresh=REFRESH,
        undo=reverse("scheduling:visit-undo", args=[pk]),
    )


@require_POST
@allow(P.APPOINTMENT_BOOK)
def appointment_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The patient said on the phone that they will come."""
    visit = visit_or_404(pk)
    page = reverse("scheduling:appointment", args=[pk])
    try:
        confirm_appointment(by=request.actor, appointment=visit, how="phone")
    except ClinicError as error:
        return refused(request, error, to=page, refresh=REFRESH)
    return saved(request, f"Confirmed: {visit.patient.name}.", to=page, refresh=REFRESH)


@require_POST
@allow(P.FLOW_MOVE, P.CHECK_IN)
def visit_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Moves a visit on: one key, one click, or a drag."""
    visit = visit_or_404(pk)
    to, room_id = request.POST.get("to", ""), uuid_of(request.POST.get("room"))
    rooming = reverse("desk:rooming", args=[pk])
    # Compared, never followed: only the page that the button stands on can be named.
    back = rooming if request.POST.get("next") == rooming else reverse("desk:flow")
    if to not in set(State):
        return refused(request, "Choose where the visit moves.", to=back, refresh=REFRESH)
    room = Room.objects.filter(pk=room_id).first() if room_id else None
    try:
        if room is not None and visit.room_id and to == visit.state:
            change_room(by=request.actor, appointment=visit, room=room)
            words = f"{visit.patient.name}: now in {room.name}."
        else:
            move_visit(by=request.actor, appointment=visit, to=to, room=room)
            words = f"{visit.patient.name}: {LABELS[State(to)].lower()}{f' in {room.name}' if room else ''}."
    except ClinicError as error:
        return refused(request, error, to=back, refresh=REFRESH)
    undo = reverse("scheduling:visit-undo", args=[pk])
    return saved(request, words, to=back, refresh=REFRESH, undo=undo)


@require_POST
@allow(P.FLOW_MOVE, P.CHECK_IN, P.APPOINTMENT_CANCEL)
def visit_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Takes the last move back."""
    visit = visit_or_404(pk)
    page = reverse("scheduling:appointment", args=[pk])
    reason = request.POST.get("reason", "").strip() or "Moved by mistake"
    try:
        row = undo_move(by=request.actor, appointment=visit, reason=reason)
    except ClinicError as error:
        return refused(request, error, to=page, refresh=REFRESH)
    words = f"Undone. {visit.patient.name} is {row.state_words.lower()} again."
    return saved(request, words, to=page, refresh=REFRESH)


@allow(P.CHECK_IN)
def walk_in_page(request: HttpRequest) -> HttpResponse:
    """A patient who is here without an appointment."""
    places = locations()
    place = chosen_location(places, request.GET.get("location") or request.POST.get("location"))
    if request.method != "POST":
        usual = next((kind for kind in visit_types() if kind.code == USUAL_WALK_IN), None)
        form = WalkInForm(places=places, initial={"location": place.pk, "visit_type": usual})
        return render(request, WALK_IN_PAGE, _walk_in_context(request, form, place, None))
    form = WalkInForm(request.POST, places=places)
    is_valid = form.is_valid()
    patient = getattr(form, "found_patient", None)
    context = _walk_in_context(request, form, place, patient)
    if not is_valid:
        return invalid(request, WALK_IN_PAGE, context)
    try:
        pk = only_once(request, "walk_in", lambda: _take_in(request, form))
    except ClinicError as error:
        to_form(form, error)
        context |= {"duplicates": duplicates_of(request, error)}
        return invalid(request, WALK_IN_PAGE, context, status=error.status)
    visit = visit_or_404(UUID(pk))
    start = format_clock(visit.starts_at, visit.zone)
    booked = visit.holds.filter(is_live=True).exists()
    line = f"booked for {start}" if booked else "in line"
    return saved(request, f"{visit.patient.name} is here, {line}.", to="scheduling:day", refresh=REFRESH)


def _walk_in_context(request: HttpRequest, form, place, patient) -> dict:
    if patient:
        audit.looked(request, patient, "walk-in")
    line = patient_line(patient) if patient else None
    return {"form": form, "place": place, "line": line, "may_register": request.actor.can(P.PATIENT_REGISTER)}


def _take_in(request: HttpRequest, form: WalkInForm) -> str:
    values = form.cleaned_data
    return str(
        walk_in(
            by=request.actor,
            patient=patient_of(request, form),
            visit_type=values["visit_type"],
            location=form.place,
            provider=values["provider"],
            reason=values["reason"],
        ).pk
    )
