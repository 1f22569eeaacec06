"""Rows of the chart. Clinical rows are append-only: a correction is a new row or a marked one."""

from records.models.codes import DiagnosisCode
from records.models.coverage import Coverage, Payer
from records.models.encounter import Encounter, IdentityCheck, ReviewStamp
from records.models.immunization import Immunization
from records.models.imported import FhirStage, ImportedClaim, OutsideParty
from records.models.lists import Allergy, AllergyStatement, Medication, Problem
from records.models.note import Note
from records.models.patient import ContactPoint, Patient, RelatedPerson
from records.models.result import Result
from records.models.vitals import RedFlag, VitalLimit, VitalReading, VitalSet

__all__ = [
    "Allergy",
    "AllergyStatement",
    "ContactPoint",
    "Coverage",
    "DiagnosisCode",
    "Encounter",
    "FhirStage",
    "IdentityCheck",
    "Immunization",
    "ImportedClaim",
    "Medication",
    "Note",
    "OutsideParty",
    "Patient",
    "Payer",
    "Problem",
    "RedFlag",
    "RelatedPerson",
    "Result",
    "ReviewStamp",
    "VitalLimit",
    "VitalReading",
    "VitalSet",
]
