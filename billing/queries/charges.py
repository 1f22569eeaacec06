"""A visit's charges as the capture page shows them."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from billing.models import Charge, ChargeDiagnosis, EncounterDiagnosis
from records.models import Encounter, Problem

from .codes import outdated_release
from .visits import service_day


@dataclass(frozen=True)
class Capture:
    """All of a charge capture page."""

    encounter: Encounter
    day: object
    charges: list[Charge]
    diagnoses: list[EncounterDiagnosis]
    suggested: list[Problem]
    outdated: str

    @property
    def open_charges(self) -> list[Charge]:
        return [charge for charge in self.charges if charge.state == Charge.State.PROPOSED]

    @property
    def total(self) -> Decimal:
        return sum(
            (charge.amount for charge in self.charges if charge.state != Charge.State.VOID), Decimal("0.00")
        )

    @property
    def proposed_total(self) -> Decimal:
        return sum((charge.amount for charge in self.open_charges), Decimal("0.00"))

    @property
    def is_ready(self) -> bool:
        return bool(self.open_charges) and all(charge.pointers.all() for charge in self.open_charges)


def capture(encounter: Encounter) -> Capture:
    """A visit's charges with their pointers, its diagnoses, and problems one might add. Four to six queries."""
    pointers = ChargeDiagnosis.objects.select_related("diagnosis__code").order_by("rank")
    charges = list(
        Charge.objects.filter(encounter=encounter)
        .select_related("proposed_by", "approved_by", "voided_by", "fee")
        .prefetch_related(Prefetch("pointers", queryset=pointers))
    )
    diagnoses = list(
        EncounterDiagnosis.objects.filter(encounter=encounter).select_related("code").order_by("rank")
    )
    listed = {row.code.code for row in diagnoses}
    problems = Problem.objects.filter(
        patient=encounter.patient_id, status=Problem.Status.ACTIVE, code__is_billable=True
    ).select_related("code")[:12]
    day = service_day(encounter)
    return Capture(
        encounter,
        day,
        charges,
        diagnoses,
        [problem for problem in problems if problem.code.code not in listed][:6],
        outdated_release(day),
    )


def charge_or_404(pk, encounter_id) -> Charge:
    """One charge of this visit."""
    return get_object_or_404(
        Charge.objects.select_related("encounter", "fee"), pk=pk, encounter_id=encounter_id
    )


def diagnosis_or_404(pk, encounter_id) -> EncounterDiagnosis:
    """One diagnosis of this visit."""
    rows = EncounterDiagnosis.objects.select_related("code", "encounter")
    return get_object_or_404(rows, pk=pk, encounter_id=encounter_id)


def charges_of(encounter_id, pks) -> list[Charge]:
    """Those of the named charges that belong to this visit, as proposals."""
    return list(Charge.objects.filter(encounter_id=encounter_id, pk__in=pks, state=Charge.State.PROPOSED))


def diagnoses_of(encounter_id, pks) -> list[EncounterDiagnosis]:
    """The named diagnoses of this visit, in the order named."""
    rows = {str(row.pk): row for row in EncounterDiagnosis.objects.filter(encounter_id=encounter_id)}
    return [rows[str(pk)] for pk in pks if str(pk) in rows]
