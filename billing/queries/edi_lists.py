"""The code lists that the rules for X12 files look into: the clinic's diagnoses, HCPCS releases and service codes."""

import datetime as dt
import functools

from billing.edi.checks import CodeLists
from billing.queries.codes import diagnosis_on, procedures_hold
from billing.queries.fees import valid_fees
from records.models import DiagnosisCode


def code_lists() -> CodeLists:
    """Lookups by code and day of service, each asked of the database once. Without any release on file diagnoses can't be known."""
    has_diagnoses = DiagnosisCode.objects.exists()

    @functools.cache
    def diagnosis(code: str, on: dt.date) -> bool | None:
        if not has_diagnoses:
            return None
        row = diagnosis_on(code, on)
        return row is not None and row.is_billable

    @functools.cache
    def service(code: str, on: dt.date) -> bool | None:
        known = procedures_hold([(code, on)])
        if known:
            return known[code, on]
        # A code that the fee schedule lacks may still be right: then the list that the checks carry decides.
        return True if valid_fees(on).filter(code=code).exists() else None

    return CodeLists(diagnosis=diagnosis, service=service)
