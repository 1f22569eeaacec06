"""The waitlist, the offers that are out, and the trail of every freed time."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.core.errors import ClinicError, Conflict, NotFound, Refused, to_form
from clinic.core.ids import uuid_of
from clinic.core.time import now
from clinic.staff.access import allow, passive
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from clinic.ui.responses import board, invalid, refused, saved
from records.models import Patient
from scheduling.forms.waitlist import EditWishesForm, OfferTimeForm, WaitlistForm, WithdrawForm
from scheduling.models import Appointment, FreedTime, Offer, WaitlistEntry
from scheduling.queries.booking import patient_line
from scheduling.queries.offers import freed_line, freed_time, message_states, offers_out, recent_freed
from scheduling.queries.settings import bookable_member, chosen_location, locations
from scheduling.queries.slots import next_openings
from scheduling.queries.waitlist import VIEWS, entry_line, waitlist
from scheduling.services import offers
from scheduling.services import waitlist as services
from scheduling.services.attempts import OFFER, log_attempt
from scheduling.views._common import here, only_once, patient_of
from scheduling.views.booking import duplicates_of
from scheduling.views.calls import call_form

ADD_PAGE = "scheduling/waitlist/add.html"
OFFER_PAGE = "scheduling/waitlist/offer.html"
REFRESH = ("waitlist", "offers", "scheduling.waiting", "day", "scheduling.visits")


@allow(P.SCHEDULE_VIEW)
@require_GET
def waitlist_list(request: HttpRequest) -> HttpResponse:
    """Who waits, in the order in which they are asked."""
    location, places = here(request)
    view = request.GET.get("view", "waiting")
    view = view if view in VIEWS else "waiting"
    page = page_of(request, waitlist(location, view))
    page.rows[:] = [entry_line(row) for row in page.rows]
    audit.looked_many(request, [line.patient_id for line in page], "waitlist")
    context = {
        "page": page,
        "view": view,
        "views": [
            (key, words, f"{reverse('scheduling:waitlist')}?view={key}&location={location.pk}")
            for key, words in VIEWS.items()
        ],
        "location": location,
        "places": places,
        "may_book": request.actor.can(P.APPOINTMENT_BOOK),
    }
    return render(request, "scheduling/waitlist/list.html", context)


@allow(P.APPOINTMENT_BOOK)
def waitlist_add(request: HttpRequest) -> HttpResponse:
    """Puts a patient on the waitlist; the booking dialog hands over what was chosen there."""
    places = locations()
    is_sent = request.method == "POST" and not request.POST.get("from_booking")
    if not is_sent:
        asked = request.POST if request.method == "POST" else request.GET
        form = WaitlistForm(places=places, initial=_known(asked, places))
        return render(request, ADD_PAGE, _add_context(request, form))
    form = WaitlistForm(request.POST, places=places)
    if not form.is_valid():
        return invalid(request, ADD_PAGE, _add_context(request, form))
    try:
        only_once(request, "waitlist.add", lambda: _add(request, form))
    except ClinicError as error:
        to_form(form, error)
        context = _add_context(request, form) | {"duplicates": duplicates_of(request, error)}
        return invalid(request, ADD_PAGE, context, status=error.status)
    return saved(request, "On the waitlist.", to="scheduling:waitlist", refresh=REFRESH)


def _add(request: HttpRequest, form: WaitlistForm) -> str:
    values, patient = form.cleaned_data, patient_of(request, form)
    moves = None
    if values["moves_visit"]:
        moves = (
            Appointment.objects.upcoming(now())
            .filter(patient=patient, visit_type=values["visit_type"])
            .order_by("starts_at")
            .first()
        )
        if moves is None:
            raise Refused("No visit of this kind is booked that could be moved.", field="moves_visit")
    row = services.add_to_waitlist(
        by=request.actor,
        patient=patient,
        visit_type=values["visit_type"],
        location=form.place,
        moves=moves,
        **form.wishes(),
    )
    return str(row.pk)


def _known(asked, places) -> dict:
    """What a patient page, a visit or the booking dialog knows already."""
    place = chosen_location(places, asked.get("where") or asked.get("location"))
    member = asked.get("provider") or asked.get("with")
    initial = {
        "location": place.pk,
        "visit_type": asked.get("visit_type") or asked.get("type"),
        "with_whom": [member] if member else [],
        "note": asked.get("reason", ""),
        "moves_visit": bool(asked.get("moves")),
    }
    for name in ("new_first_name", "new_last_name", "new_birth_date", "new_sex", "new_phone"):
        initial[name] = asked.get(name, "")
    patient = Patient.objects.filter(pk=uuid_of(asked.get("patient"))).first()
    if patient is not None:
        initial |= {"patient": patient.pk, "patient_search": patient.list_name}
    return initial


def _add_context(request: HttpRequest, form: WaitlistForm) -> dict:
    patient = (
        form.found_patient or Patient.objects.filter(pk=uuid_of(str(form["patient"].value() or ""))).first()
    )
    if patient is not None:
        audit.looked(request, patient, "waitlist")
    return {
        "form": form,
        "line": patient_line(patient) if patient else None,
        "may_register": request.actor.can(P.PATIENT_REGISTER),
    }


@allow(P.APPOINTMENT_BOOK)
def waitlist_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Changes the wishes of an entry."""
    entry = _entry(pk)
    audit.looked(request, entry.patient_id, "waitlist")
    names = (
        "urgency",
        "weekdays",
        "day_parts",
        "earliest_on",
        "latest_on",
        "notice_minutes",
        "note",
        "version",
    )
    initial = {name: getattr(entry, name) for name in names}
    initial["with_whom"] = [str(member.pk) for member in entry.providers.all()]
    form = EditWishesForm(request.POST or None, initial=initial)
    return form_act(
        request,
        form,
        verb=f"waitlist.edit:{pk}",
        do=lambda values: str(
            services.edit_waitlist_entry(
                by=request.actor, entry=entry, version=values["version"], **form.wishes()
            ).pk
        ),
        to="scheduling:waitlist",
        message="Wishes saved.",
        refresh=REFRESH,
        template="scheduling/waitlist/edit.html",
        context={"entry": entry},
    )


@allow(P.APPOINTMENT_BOOK)
def waitlist_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Takes a patient off the waitlist."""
    entry = _entry(pk)
    audit.looked(request, entry.patient_id, "waitlist")
    return form_act(
        request,
        WithdrawForm(request.POST or None),
        verb=f"waitlist.withdraw:{pk}",
        do=lambda values: str(
            services.withdraw_from_waitlist(by=request.actor, entry=entry, note=values["note"]).pk
        ),
        to="scheduling:waitlist",
        message="Taken off the waitlist.",
        refresh=REFRESH,
        context={
            "title": "Take off the waitlist",
            "intro": f"{entry.patient.name}, {entry.visit_type.name}",
            "submit_label": "Take off",
            "cancel_url": reverse("scheduling:waitlist"),
        },
    )


@allow(P.APPOINTMENT_BOOK)
def waitlist_offer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Offers a time by hand: the next openings of the visit type, or any other."""
    entry = _entry(pk)
    audit.looked(request, entry.patient_id, "waitlist")
    form = OfferTimeForm(request.POST or None)
    if request.method != "POST":
        return render(request, OFFER_PAGE, _offer_context(entry, form))
    chosen = form.when(entry.location) if form.is_valid() else None
    if chosen is None or form.errors:
        return invalid(request, OFFER_PAGE, _offer_context(entry, form))
    starts_at, member_id = chosen
    member = bookable_member(member_id) or form.cleaned_data["provider"]
    try:
        done = only_once(
            request,
            f"waitlist.offer:{pk}",
            lambda: str(
                offers.offer_time(by=request.actor, entry=entry, starts_at=starts_at, member=member).pk
            ),
        )
    except ClinicError as error:
        to_form(form, error)
        found = error.alternatives if isinstance(error, Conflict) else None
        return invalid(request, OFFER_PAGE, _offer_context(entry, form, found or None), status=error.status)
    made = get_object_or_404(Offer, pk=done)
    words = "Call the patient now." if made.way == Offer.Way.CALL else "The message is on its way."
    return saved(request, f"Offered. {words}", to="scheduling:waitlist", refresh=REFRESH)


def _offer_context(entry: WaitlistEntry, form: OfferTimeForm, found=None) -> dict:
    if found is None:
        found = next_openings(location=entry.location, visit_type=entry.visit_type, patient=entry.patient)
    return {
        "form": form,
        "entry": entry,
        "line": entry_line(waitlist(None, "waiting").get(pk=entry.pk)) if entry.state == "waiting" else None,
        "place": entry.location,
        "openings": found,
        "chosen": form["slot"].value() or "",
    }


def _entry(pk: UUID) -> WaitlistEntry:
    rows = WaitlistEntry.objects.select_related("patient", "visit_type", "location", "moves")
    return get_object_or_404(rows, pk=pk)


@allow(P.SCHEDULE_VIEW)
@passive
@require_GET
def offers_panel(request: HttpRequest) -> HttpResponse:
    """The desk's panel: which times are being offered to whom, and whom to call."""
    location, _ = here(request)
    shown = offers_out(location)
    context = {"shown": shown, "location": location, "may_book": request.actor.can(P.APPOINTMENT_BOOK)}
    answer = board(request, "scheduling/waitlist/_offers.html", context, shown.version)
    if answer.status_code == 200:  # an unchanged board shows nobody anew
        audit.looked_many(request, shown.patient_ids(), "offers")
    return answer


ANSWERS = {"yes": "Booked", "no": "Noted: no.", "withdraw": "Taken back."}


@require_POST
@allow(P.APPOINTMENT_BOOK)
def offer_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the patient said on the phone, or the offer taken back."""
    offer = get_object_or_404(Offer.objects.select_related("entry__patient"), pk=pk)
    answer = request.POST.get("answer", "")
    back = "scheduling:waitlist"
    if answer not in ANSWERS:
        return refused(request, "Choose an answer.", to=back)
    try:
        if answer == "yes":
            row = offers.accept_offer(by=request.actor, offer=offer)
            if row.state == Offer.State.OUT:
                return refused(request, offers.BUSY, to=back, refresh=REFRESH)
            if row.state != Offer.State.ACCEPTED:
                why = row.note or f"{row.get_state_display()}."
                return refused(request, f"Not booked: {why}", to=back, refresh=REFRESH)
            return saved(request, f"Booked: {offer.entry.patient.name}.", to=back, refresh=REFRESH)
        if answer == "no":
            offers.decline_offer(by=request.actor, offer=offer)
        else:
            offers.withdraw_offer(by=request.actor, offer=offer)
    except ClinicError as error:
        return refused(request, error, to=back, refresh=REFRESH)
    return saved(request, ANSWERS[answer], to=back, refresh=REFRESH)


@allow(P.APPOINTMENT_BOOK)
def offer_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A call about an offer that reached nobody."""
    offer = get_object_or_404(Offer.objects.select_related("entry__patient"), pk=pk)
    return call_form(
        request,
        patient=offer.entry.patient,
        about="The offered time",
        outcomes=OFFER,
        verb=f"offer.call:{pk}",
        do=lambda values: str(log_attempt(by=request.actor, offer=offer, **values).pk),
        to="scheduling:waitlist",
        refresh=REFRESH,
    )


@allow(P.SCHEDULE_VIEW)
@require_GET
def freed_list(request: HttpRequest) -> HttpResponse:
    """Every time that came free, with what became of it."""
    location, places = here(request)
    page = page_of(request, recent_freed(location), size=25)
    found = [offer for row in page for offer in row.offers.all()]
    states = message_states(found)
    page.rows[:] = [freed_line(row, states) for row in page.rows]
    audit.looked_many(request, [offer.entry.patient_id for offer in found], "freed times")
    context = {"page": page, "location": location, "places": places}
    return render(request, "scheduling/waitlist/freed_list.html", context)


@allow(P.SCHEDULE_VIEW)
@require_GET
def freed_trail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One freed time: offered to whom, when, how, and what they said."""
    row = freed_time(pk)
    if row is None:
        raise NotFound("This time is no longer on the list.")
    found = list(row.offers.all())
    audit.looked_many(request, [offer.entry.patient_id for offer in found], "freed time")
    context = {
        "line": freed_line(row, message_states(found)),
        "may_book": request.actor.can(P.APPOINTMENT_BOOK),
    }
    return render(request, "scheduling/waitlist/freed.html", context)


@require_POST
@allow(P.APPOINTMENT_BOOK)
def freed_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Offers a time to nobody any more."""
    freed = get_object_or_404(FreedTime, pk=pk)
    try:
        offers.stop_filling(by=request.actor, freed=freed)
    except ClinicError as error:
        return refused(request, error, to="scheduling:freed-list", refresh=REFRESH)
    return saved(request, "No longer offered.", to="scheduling:freed-list", refresh=REFRESH)
