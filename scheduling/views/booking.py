"""The booking dialog and what it asks while it is filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.core.errors import ClinicError, Conflict, Refused, to_form
from clinic.core.ids import uuid7, uuid_of
from clinic.core.time import format_clock, format_day, today, zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.responses import fragment, invalid, is_htmx, saved
from records.models import Patient
from records.services.registration import PossibleDuplicate
from scheduling.forms.booking import BookAppointmentForm
from scheduling.models import Appointment, Location
from scheduling.queries.booking import PatientLine, minutes_early, patient_line
from scheduling.queries.settings import bookable_member, chosen_location, locations, visit_types
from scheduling.queries.slots import Opening, find_openings
from scheduling.services.booking import book_appointment
from scheduling.services.contact import set_text_consent
from scheduling.views._common import only_once, parse_day, patient_of, visit_or_404

PAGE = "scheduling/appointment/book.html"
REFRESH = ("day", "flow", "arrivals", "unconfirmed", "scheduling.visits", "scheduling.next")


@allow(P.APPOINTMENT_BOOK)
def appointment_book(request: HttpRequest) -> HttpResponse:
    """Books a visit; a lost race keeps everything typed and offers the next free times."""
    places = locations()
    if request.method != "POST":
        place = chosen_location(places, request.GET.get("where") or request.GET.get("location"))
        form = BookAppointmentForm(places=places, initial=_from_address(request, place))
        return render(request, PAGE, _context(request, form, place))
    form = BookAppointmentForm(request.POST, places=places)
    place = chosen_location(places, request.POST.get("location"))
    chosen = form.when(form.place) if form.is_valid() else None
    if chosen is None or form.errors:
        return invalid(request, PAGE, _context(request, form, place))
    pk, made = uuid7(), []
    try:
        done = only_once(
            request,
            "book_appointment",
            lambda: made.append(_book(request, form, *chosen, pk=pk)),
            known=str(pk),
        )
    except ClinicError as error:
        to_form(form, error)
        openings = error.alternatives if isinstance(error, Conflict) else None
        # The dialog shows the patient who was chosen in it: what it says of them, and what was ticked there, stays.
        stays = is_htmx(request) and bool(form.cleaned_data["patient"])
        context = _context(request, form, place, openings, line_stays=stays) | {
            "duplicates": duplicates_of(request, error)
        }
        return invalid(request, PAGE, context, status=error.status)
    visit = made[0] if made else visit_or_404(UUID(done))
    return saved(request, said(visit), to=reverse("scheduling:appointment", args=[done]), refresh=REFRESH)


def _book(
    request: HttpRequest,
    form: BookAppointmentForm,
    starts_at: datetime,
    member_id: UUID | None,
    *,
    pk: UUID,
) -> Appointment:
    values = form.cleaned_data
    member = values["provider"] or bookable_member(member_id)
    if member is None and member_id:
        raise Refused("That column takes no visits any more.", field="slot", hint="Choose another time.")
    patient = patient_of(request, form)
    if values["text_known"] and not form.is_new:
        # Before booking, so that the confirmation already knows it.
        set_text_consent(by=request.actor, patient=patient, wants=values["text_me"])
    return book_appointment(
        by=request.actor,
        patient=patient,
        visit_type=values["visit_type"],
        starts_at=starts_at,
        location=form.place,
        provider=member,
        reason=values["reason"],
        overbook_reason=values["overbook_reason"],
        add_ons=form.asked.add_ons,
        pk=pk,
    )


def duplicates_of(request: HttpRequest, error: ClinicError) -> list:
    """Patients on file who may be the one that was being registered."""
    if not isinstance(error, PossibleDuplicate):
        return []
    audit.looked_many(request, [one.patient_id for one in error.candidates], "duplicates")
    return error.candidates


def said(visit: Appointment) -> str:
    """Who, what, when (weekday), where, what to bring: to be read back on the phone."""
    person = visit.provider or visit.ma
    with_whom = f" with {person.name}" if person else ""
    early = minutes_early(visit)
    when = f"{format_day(visit.local_day)} at {format_clock(visit.starts_at, visit.zone)}"
    also = "".join(f" with {step.visit_type.name}" for step in visit.added_steps)
    words = f"Booked: {visit.patient.name}, {visit.visit_type.name}{also}{with_whom}, {when}, {visit.location.name}."
    if early and visit.visit_type.needs_room:
        words += f" Please come {early} minutes early."
    return f"{words} Bring: {visit.visit_type.prep_note}." if visit.visit_type.prep_note else words


def _from_address(request: HttpRequest, place: Location) -> dict:
    """What a click on a free slot, a patient page or a checkout already knows."""
    asked = request.GET
    initial: dict = {"location": place.pk, "provider": asked.get("with"), "visit_type": asked.get("type")}
    if asked.get("patient") and (patient := Patient.objects.filter(pk=uuid_of(asked["patient"])).first()):
        initial |= {"patient": patient.pk, "patient_search": patient.list_name}
    if asked.get("at"):
        initial["slot"] = f"{_instant(asked['at'])}|{asked.get('with', '')}"
    return initial


def _instant(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC).isoformat()
    except ValueError:
        return ""


def _context(
    request: HttpRequest,
    form: BookAppointmentForm,
    place: Location,
    openings: list[Opening] | None = None,
    *,
    line_stays: bool = False,
) -> dict:
    patient = form.found_patient
    if patient is None and form["patient"].value():
        patient = Patient.objects.filter(pk=uuid_of(str(form["patient"].value()))).first()
    if patient is not None and not line_stays:
        audit.looked(request, patient, "booking")
    # Somebody was faster: the time that is gone is not chosen any more, only named where it may be overbooked.
    is_lost = openings is not None
    if openings is None:
        openings = _openings_for(request, form, place, patient)
    may_overbook = request.actor.can(P.APPOINTMENT_OVERBOOK)
    words = _chosen_words(form, place, openings)
    return {
        "form": form,
        "place": place,
        "line": patient_line(patient) if patient and not line_stays else None,
        "line_stays": line_stays,
        "openings": openings,
        "is_lost": is_lost,
        "chosen": "" if is_lost else form["slot"].value() or "",
        "chosen_words": "" if is_lost else words,
        "taken_words": words if is_lost and may_overbook else "",
        "may_overbook": may_overbook,
        "today": today(place.zone),
        "may_register": request.actor.can(P.PATIENT_REGISTER),
    }


def _chosen_words(form, place: Location, openings: list[Opening]) -> str:
    """Words for a slot that came from the grid and is not among the buttons."""
    value = form["slot"].value() or ""
    if not value or any(opening.value == value for opening in openings):
        return ""
    try:
        at = datetime.fromisoformat(value.partition("|")[0])
        return f"{format_day(at.astimezone(zone(place.zone)).date())} at {format_clock(at, place.zone)}"
    except (ValueError, OverflowError):  # no instant, or one that our calendar ends before
        return ""


def _openings_for(
    request: HttpRequest,
    form: BookAppointmentForm,
    place: Location,
    patient: Patient | None,
    after: date | None = None,
) -> list[Opening]:
    """The next six openings for what the dialog says so far."""
    kinds, asked = visit_types(), form.asked
    wanted = str(form["visit_type"].value() or "")
    kind = next(
        (kind for kind in kinds if str(kind.pk) == wanted), kinds[0] if kinds and not wanted else None
    )
    if kind is None:
        return []
    member = bookable_member(form["provider"].value())
    return find_openings(
        locations=form.places if asked.is_anywhere else (place,),
        visit_type=kind,
        providers=(member,) if member else (),
        add_ons=asked.add_ons,
        wishes=asked.wishes,
        patient=patient,
        day_from=after,
        viewer=request.actor.member_id,
        replaced=_moved(request),
    )


def _moved(request: HttpRequest) -> Appointment | None:
    """The visit that the dialog is to move, if it is that dialog."""
    pk = uuid_of(request.POST.get("visit"))
    return Appointment.objects.filter(pk=pk).first() if pk else None


@require_POST
@allow(P.APPOINTMENT_BOOK, P.APPOINTMENT_MOVE)
def openings(request: HttpRequest) -> HttpResponse:
    """The next six openings for what the dialog says so far, from a day on when one is given."""
    places = locations()
    place = chosen_location(places, request.POST.get("location"))
    form = BookAppointmentForm(request.POST, places=places)
    patient = Patient.objects.filter(pk=uuid_of(request.POST.get("patient"))).first()
    found = _openings_for(request, form, place, patient, parse_day(request.POST.get("from")))
    return fragment(
        request, "scheduling/appointment/_openings.html", {"openings": found, "chosen": "", "place": place}
    )


@require_POST
@allow(P.APPOINTMENT_BOOK)
def patient_facts(request: HttpRequest) -> HttpResponse:
    """What the desk has to know about the patient who was chosen."""
    patient = Patient.objects.filter(pk=uuid_of(request.POST.get("patient"))).first()
    line: PatientLine | None = None
    if patient is not None:
        audit.looked(request, patient, "booking")
        line = patient_line(patient)
    return fragment(request, "scheduling/appointment/_patient_line.html", {"line": line})
