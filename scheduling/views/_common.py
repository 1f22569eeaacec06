"""What several views share: the row a page is about, the location chosen, once-only submits."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest

from clinic.core.errors import NotAllowed, NotFound
from clinic.core.lookups import by_key
from clinic.core.submissions import once
from clinic.core.time import today
from clinic.staff.permissions import Permission
from records.models import Patient
from scheduling.forms.fields import YEARS
from scheduling.models import Appointment, Location
from scheduling.queries.settings import chosen_location, locations
from scheduling.services.contact import register_caller

_visit = by_key(
    lambda: Appointment.objects.select_related(
        "patient", "provider", "ma", "visit_type", "location", "room", "encounter", "rescheduled_to"
    )
)


def visit_or_404(pk: UUID) -> Appointment:
    """The appointment with everything its pages show."""
    row = _visit(pk)
    if row is None:
        raise NotFound("This visit no longer exists.")
    return row


def here(request: HttpRequest) -> tuple[Location, tuple[Location, ...]]:
    """The location that the page is about, and all to choose from."""
    places = locations()
    return chosen_location(places, request.GET.get("location")), places


def day_of(request: HttpRequest, location: Location) -> date:
    """The day asked for in the address; today when it is missing or no day of our time."""
    return parse_day(request.GET.get("day")) or today(location.zone)


def parse_day(text: str | None) -> date | None:
    """A day of this century, None for anything else."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def only_once(request: HttpRequest, verb: str, do, known: str | None = None):
    """Runs the write once per form; a repeated submit gets the first one's result."""
    key = request.POST.get("form_key", "")
    result, _ = once(by=request.actor, verb=verb, form_key=key, do=do, known=known)
    return result


def patient_of(request: HttpRequest, form) -> Patient:
    """The patient a form chose, or the new one it describes, registered now."""
    if not form.is_new:
        return form.found_patient
    if not request.actor.can(Permission.PATIENT_REGISTER):
        raise NotAllowed("You may not register patients. Ask the front desk.")
    values = form.cleaned_data
    return register_caller(
        by=request.actor,
        first_name=values["new_first_name"],
        last_name=values["new_last_name"],
        birth_date=values["new_birth_date"],
        sex=values["new_sex"],
        phone=values["new_phone"],
        may_text=values["new_may_text"],
        anyway=values["new_anyway"],
    )
