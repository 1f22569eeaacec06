"""What was recorded in one visit."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic.core.profile import clinic_zone
from clinic.core.time import zone
from records.models import Encounter, Immunization
from records.queries.immunizations import DoseLine, dose_line
from records.queries.vitals import SetLine, recent_sets, set_line
from records.rules.vitals.limits import months_old


@dataclass(frozen=True)
class VisitRecord:
    sets: Sequence[SetLine]
    doses: Sequence[DoseLine]


def visit_record(row: Encounter) -> VisitRecord:
    """Vital signs and vaccines of a visit. Four queries."""
    day = row.started_at.astimezone(zone(clinic_zone())).date()
    months = months_old(row.patient.birth_date, day)
    doses = Immunization.objects.filter(encounter=row).select_related("given_by").order_by("given_at")
    return VisitRecord(
        [set_line(one, months) for one in recent_sets(row.patient_id, 10, encounter_id=row.pk)],
        [dose_line(one) for one in doses],
    )
