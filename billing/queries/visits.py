"""Facts about a visit that billing reads from records and scheduling."""

import datetime as dt
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Encounter, Immunization, Patient
from scheduling.models import Appointment, VisitType


def service_day(encounter: Encounter) -> dt.date:
    """The date of service: the day the visit began, on the clock of the place where it was."""
    appointment = visit_of(encounter)
    zone = appointment.zone if appointment else clinic_zone()
    return encounter.started_at.astimezone(time.zone(zone)).date()


def visit_of(encounter: Encounter) -> Appointment | None:
    """The appointment that an encounter came from, if it came from one. Remembered on the encounter."""
    return getattr(encounter, "appointment", None)


def given_immunizations(encounter: Encounter) -> list[Immunization]:
    """Doses given here during a visit and not retracted since."""
    return list(
        Immunization.objects.filter(
            encounter=encounter,
            source=Immunization.Source.ADMINISTERED,
            status=Immunization.Status.COMPLETED,
            retracted_at__isnull=True,
        ).order_by("given_at")
    )


def retracted_doses(since: dt.date) -> list:
    """Ids of doses that were given here and retracted since a day."""
    start, _ = time.local_day(since, clinic_zone())
    return list(
        Immunization.objects.filter(
            source=Immunization.Source.ADMINISTERED, retracted_at__gte=start
        ).values_list("pk", flat=True)
    )


def is_dose_retracted(pk) -> bool:
    """Whether the dose behind a charge was retracted."""
    return Immunization.objects.filter(pk=pk, retracted_at__isnull=False).exists()


def encounter_or_404(pk) -> Encounter:
    """One visit with its patient, provider and appointment."""
    return get_object_or_404(
        Encounter.objects.select_related("patient", "provider", "appointment__visit_type"), pk=pk
    )


def appointment_or_404(pk, patient=None) -> Appointment:
    """One appointment with patient and type; of this patient, when one is given."""
    try:
        pk = UUID(str(pk))
    except ValueError as error:
        raise Http404 from error
    rows = Appointment.objects.select_related("patient", "visit_type", "encounter")
    return get_object_or_404(rows.filter(patient=patient) if patient is not None else rows, pk=pk)


def patient_or_404(pk) -> Patient:
    """One patient."""
    return get_object_or_404(Patient, pk=pk)


def visit_types():
    """Visit types with a name, for what they propose."""
    return list(VisitType.objects.filter(is_bookable=True).order_by("name"))


def visit_type_or_404(pk) -> VisitType:
    """One visit type."""
    return get_object_or_404(VisitType, pk=pk)
