"""Facts about a visit that billing reads from records and scheduling."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, JSONObject
from django.http import Http404
from django.shortcuts import get_object_or_404

from billing.models import Charge, EncounterDiagnosis
from clinic.core import time
from clinic.core.profile import clinic_zone
from records.models import Encounter, Immunization, Patient
from scheduling.models import Appointment, VisitStep, VisitType


def service_day(encounter: Encounter) -> dt.date:
    """The date of service: the day the visit began, on the clock of the place where it was."""
    appointment = visit_of(encounter)
    zone = appointment.zone if appointment else clinic_zone()
    return encounter.started_at.astimezone(time.zone(zone)).date()


def visit_of(encounter: Encounter) -> Appointment | None:
    """The appointment that an encounter came from, if it came from one. Remembered on the encounter."""
    return getattr(encounter, "appointment", None)


@dataclass(frozen=True)
class VisitShows:
    """What a visit can be charged for, and what it has been: doses given here and not retracted (`pk`, `cvx`,
    `funding`), added steps (`pk`, `visit_type`), what each of its charges was proposed by, those that a retraction may still take back, and the
    main diagnosis (one or none)."""

    doses: list[dict[str, str]]
    steps: list[dict[str, str]]
    sources: set[str]
    withdrawable: list[str]
    main: list[EncounterDiagnosis]


def what_visit_shows(encounter: Encounter) -> VisitShows:
    """The facts of one visit that charges come from. One query."""
    mine = {"encounter": OuterRef("pk")}
    doses = (
        Immunization.objects.filter(
            **mine,
            source=Immunization.Source.ADMINISTERED,
            status=Immunization.Status.COMPLETED,
            retracted_at__isnull=True,
        )
        .order_by("given_at")
        .values(fact=JSONObject(pk="pk", cvx="cvx", funding="funding"))
    )
    steps = VisitStep.objects.filter(appointment__encounter=OuterRef("pk")).order_by("starts_at")
    charges = Charge.objects.order_by().filter(**mine)
    found = Encounter.objects.values(
        doses=ArraySubquery(doses),
        steps=ArraySubquery(steps.values(fact=JSONObject(pk="pk", visit_type="visit_type_id"))),
        sources=ArraySubquery(charges.exclude(source="").values("source")),
        withdrawable=ArraySubquery(withdrawable_charges().filter(**mine).values("source")),
        main=EncounterDiagnosis.objects.filter(**mine).order_by("rank").values("pk")[:1],
    ).get(pk=encounter.pk)
    main = [EncounterDiagnosis(pk=found["main"], encounter=encounter, rank=1)] if found["main"] else []
    return VisitShows(found["doses"], found["steps"], set(found["sources"]), found["withdrawable"], main)


def withdrawable_charges() -> QuerySet[Charge]:
    """Proposals made by a dose, which its retraction takes back."""
    proposed = Charge.objects.order_by().filter(state=Charge.State.PROPOSED, source__contains=":")
    return proposed.exclude(Q(source__startswith="visit:") | Q(source__startswith="step:"))


def dose_of(source: str) -> str:
    """The key of the dose in the source of a charge ("immunization:<id>", "administration:<id>")."""
    return source.split(":", 1)[1]


def retracted_doses(since: dt.date) -> QuerySet[Immunization]:
    """Doses that were given here and retracted since a day."""
    start, _ = time.local_day(since, clinic_zone())
    return Immunization.objects.filter(
        source=Immunization.Source.ADMINISTERED, retracted_at__gte=start
    ).order_by()


def sources_of(doses: QuerySet[Immunization], kind: str) -> QuerySet:
    """What the charges of these doses were proposed by: "immunization:<id>" or "administration:<id>"."""
    return doses.values(made_by=Concat(Value(f"{kind}:"), Cast("pk", CharField())))


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
