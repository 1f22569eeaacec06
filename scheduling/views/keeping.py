"""Keeping a time while the caller is on the phone. Asked for by the booking dialog, never by a person as such."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from clinic.core.errors import ClinicError, Refused
from clinic.core.ids import uuid_of
from clinic.core.time import format_clock
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from records.models import Patient
from scheduling.forms.booking import parse_slot, place_of
from scheduling.forms.openings import Asked
from scheduling.queries.settings import bookable_member, chosen_location, locations, visit_types
from scheduling.services.soft_holds import give_up_time, keep_time
from scheduling.views._common import visit_or_404


@require_POST
@allow(P.APPOINTMENT_BOOK, P.APPOINTMENT_MOVE)
def time_keep(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen opening for five minutes. Answers words for the dialog; with 409 it is gone already."""
    try:
        return JsonResponse({"words": _keep(request)})
    except ValidationError as error:
        return JsonResponse({"words": error.messages[0]}, status=422)
    except ClinicError as error:
        return JsonResponse({"words": error.message}, status=error.status)


def _keep(request: HttpRequest) -> str:
    data, places = request.POST, locations()
    visit = visit_or_404(pk) if (pk := uuid_of(data.get("visit"))) else None
    kind = next((one for one in visit_types() if str(one.pk) == data.get("visit_type")), None)
    call = uuid_of(data.get("form_key"))
    if call is None or kind is None:
        raise Refused("Choose a kind of visit first.")
    slot = data.get("slot", "")
    starts_at, member_id = parse_slot(slot)
    place = place_of(slot, places) or chosen_location(places, data.get("location"))
    until = keep_time(
        by=request.actor,
        call=call,
        visit_type=visit.visit_type if visit else kind,
        location=place,
        starts_at=starts_at,
        provider=bookable_member(member_id or data.get("provider")),
        patient=Patient.objects.filter(pk=uuid_of(data.get("patient"))).first(),
        add_ons=Asked.of(data).add_ons,
        visit=visit,
    )
    return f"Kept for you until {format_clock(until, place.zone)}."


@require_POST
@allow(P.APPOINTMENT_BOOK, P.APPOINTMENT_MOVE)
def time_give_up(request: HttpRequest) -> HttpResponse:
    """The dialog was closed without booking."""
    call = uuid_of(request.POST.get("form_key"))
    if call is not None:
        give_up_time(by=request.actor, call=call)
    return HttpResponse(status=204)
