"""Series: booking them with every day seen beforehand, changing and cancelling them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from clinic import audit
from clinic.core.errors import ClinicError, NotFound, Refused, to_form
from clinic.core.ids import uuid7, uuid_of
from clinic.core.time import today, zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import invalid, saved
from records.models import Patient
from scheduling.forms.booking import parse_slot
from scheduling.forms.series import CancelSeriesForm, ChangeSeriesForm, SeriesForm, answers_of, chosen_of
from scheduling.models import Appointment, Location
from scheduling.queries.booking import patient_line
from scheduling.queries.series import series_page
from scheduling.queries.settings import chosen_location, locations
from scheduling.rules.wall_time import to_wall
from scheduling.services.series import SeriesConflict, book_series, cancel_series, change_series
from scheduling.services.series_plan import Scope, Status, plan_change, plan_series
from scheduling.views._common import only_once, parse_day, patient_of, visit_or_404
from scheduling.views.booking import REFRESH

BOOK_PAGE = "scheduling/series/book.html"
CHANGE_PAGE = "scheduling/series/change.html"
CANCEL_PAGE = "scheduling/series/cancel.html"


@allow(P.SCHEDULE_VIEW)
def series(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rule, its visits and the days without one."""
    page = series_page(pk, request.actor)
    audit.looked(request, page.series.patient_id, "series")
    return render(request, "scheduling/series/detail.html", {"page": page})


@allow(P.APPOINTMENT_BOOK)
def series_book(request: HttpRequest) -> HttpResponse:
    """Looks at every day of a rule first (`check`), then books them together (`book`).

    The booking dialog hands over what was chosen there, by POST: who it is about stands in no address.
    """
    places = locations()
    is_sent = request.method == "POST" and not request.POST.get("from_booking")
    if not is_sent:
        asked = request.POST if request.method == "POST" else request.GET
        form = SeriesForm(places=places, initial=_known(asked, places))
        return render(request, BOOK_PAGE, _book_context(request, form, None))
    form = SeriesForm(request.POST, places=places)
    if not form.is_valid():
        return invalid(request, BOOK_PAGE, _book_context(request, form, None))
    pk = uuid7()
    try:
        wish = _wish(request, form)
        if request.POST.get("do") != "book":
            return render(request, BOOK_PAGE, _book_context(request, form, plan_series(**wish)))
        done = only_once(
            request,
            "book_series",
            lambda: book_series(**wish, reason=form.cleaned_data["reason"], pk=pk),
            known=str(pk),
        )
    except SeriesConflict as error:
        to_form(form, error)
        return invalid(request, BOOK_PAGE, _book_context(request, form, error.plan), status=error.status)
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, BOOK_PAGE, _book_context(request, form, None), status=error.status)
    page = series_page(UUID(done), request.actor)
    words = f"Booked: {len(page.lines)} visits for {page.series.patient.name}, {page.rule}."
    return saved(request, words, to=reverse("scheduling:series", args=[done]))


def _wish(request: HttpRequest, form: SeriesForm) -> dict:
    if form.is_new:
        raise Refused(
            "Register the patient first.", field="patient_search", hint="Then come back to the series."
        )
    values = form.cleaned_data
    return {
        "by": request.actor, "patient": patient_of(request, form), "visit_type": values["visit_type"],
        "location": form.place, "rule": form.rule, "first_day": values["first_day"], "clock": values["clock"],
        "provider": values["provider"], "answers": answers_of(request.POST),
    }  # fmt: skip


def _known(asked: QueryDict, places: Sequence[Location]) -> dict:
    """What is known already: a patient, a visit that is to be repeated, or what the booking dialog says so far."""
    place = chosen_location(places, asked.get("where") or asked.get("location"))
    initial: dict = {
        "location": place.pk,
        "first_day": today(place.zone),
        "visit_type": asked.get("visit_type"),
        "provider": asked.get("provider"),
        "reason": asked.get("reason", ""),
        "patient_search": asked.get("patient_search", ""),
    }
    visit = Appointment.objects.filter(pk=uuid_of(asked.get("visit"))).select_related("patient").first()
    if visit is not None:
        initial |= {
            "location": visit.location_id, "visit_type": visit.visit_type_id, "reason": visit.reason,
            "provider": visit.provider_id or visit.ma_id, "clock": visit.local_time,
            "first_day": max(visit.local_day, today(visit.zone)),
        }  # fmt: skip
    else:
        initial |= _chosen_time(asked, place)
    named = Patient.objects.filter(pk=uuid_of(asked.get("patient"))).first()
    patient = visit.patient if visit else named
    if patient is not None:
        initial |= {"patient": patient.pk, "patient_search": patient.list_name}
    return initial


def _chosen_time(asked: QueryDict, place: Location) -> dict:
    """The opening that was chosen in the booking dialog, or the day and time typed there, as the first of the series."""
    if asked.get("day") or asked.get("clock"):
        typed = {"first_day": parse_day(asked.get("day")), "clock": _time_of_day(asked.get("clock"))}
        return {name: value for name, value in typed.items() if value}
    try:
        at, member_id = parse_slot(asked.get("slot", ""))
    except ValidationError:
        return {}
    day, clock = to_wall(at, zone(place.zone))
    return {"first_day": day, "clock": clock} | ({"provider": member_id} if member_id else {})


def _time_of_day(text: str | None) -> time | None:
    """A time of day, None for anything else."""
    try:
        return time.fromisoformat(text or "")
    except ValueError:
        return None


def _book_context(request: HttpRequest, form: SeriesForm, plan) -> dict:
    patient = form.found_patient
    if patient is None and form["patient"].value():
        patient = Patient.objects.filter(pk=uuid_of(str(form["patient"].value()))).first()
    if patient is not None:
        audit.looked(request, patient, "booking")
    return {
        "form": form,
        "line": patient_line(patient) if patient else None,
        "rule": form.rule.words if plan is not None else "",
        **_plan_context(request, plan),
    }


def _plan_context(request: HttpRequest, plan) -> dict:
    rows = chosen_of(plan, answers_of(request.POST)) if plan is not None else None
    open_ones = sum(one.status == Status.CONFLICT for one in plan or ())
    free = sum(one.status == Status.FREE for one in plan or ())
    return {"rows": rows, "conflicts": open_ones, "free": free}


@allow(P.APPOINTMENT_MOVE)
def series_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another time for this visit and the later ones, or for all; each is seen before anything changes."""
    visit = _visit_of_series(pk)
    audit.looked(request, visit.patient_id, "series")
    if request.method != "POST":
        form = ChangeSeriesForm(initial={"version": visit.version})
        return render(request, CHANGE_PAGE, {"form": form, "visit": visit, **_plan_context(request, None)})
    form = ChangeSeriesForm(request.POST)
    context = {"form": form, "visit": visit, **_plan_context(request, None)}
    if not form.is_valid():
        return invalid(request, CHANGE_PAGE, context)
    values = form.cleaned_data
    change = {
        "by": request.actor, "appointment": visit, "scope": Scope(values["scope"]), "clock": values["clock"],
        "provider": values["provider"], "shift_days": values["shift_days"] or 0, "answers": answers_of(request.POST),
    }  # fmt: skip
    try:
        if request.POST.get("do") != "book":
            return render(request, CHANGE_PAGE, context | _plan_context(request, plan_change(**change)))
        count = only_once(
            request, "change_series", lambda: len(change_series(**change, version=values["version"]))
        )
    except SeriesConflict as error:
        to_form(form, error)
        return invalid(
            request, CHANGE_PAGE, context | _plan_context(request, error.plan), status=error.status
        )
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, CHANGE_PAGE, context, status=error.status)
    words = "1 visit has" if count == 1 else f"{count} visits have"
    return saved(request, f"{words} a new time.", to=reverse("scheduling:series", args=[visit.series_id]))


@allow(P.APPOINTMENT_CANCEL)
def series_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancels this visit and the later ones, or all that are still to come."""
    visit = _visit_of_series(pk)
    audit.looked(request, visit.patient_id, "series")
    form = CancelSeriesForm(request.POST or None, initial={"version": visit.version})
    context = {"form": form, "visit": visit}
    if request.method != "POST":
        return render(request, CANCEL_PAGE, context)
    if not form.is_valid():
        return invalid(request, CANCEL_PAGE, context)
    values = form.cleaned_data
    try:
        count = only_once(
            request,
            "cancel_series",
            lambda: len(
                cancel_series(
                    by=request.actor,
                    appointment=visit,
                    scope=Scope(values["scope"]),
                    reason=values["reason"],
                    note=values["note"],
                    version=values["version"],
                )
            ),
        )
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, CANCEL_PAGE, context, status=error.status)
    words = "1 visit is" if count == 1 else f"{count} visits are"
    to = reverse("scheduling:series", args=[visit.series_id])
    return saved(request, f"{words} cancelled.", to=to, refresh=REFRESH)


def _visit_of_series(pk: UUID) -> Appointment:
    visit = visit_or_404(pk)
    if visit.series_id is None:
        raise NotFound("This visit is not part of a series.")
    return visit
