"""The visits behind a number of a report."""

from __future__ import annotations

from collections.abc import Sequence

from scheduling.queries.report_scope import VISITS, Statement, VisitScope, where


def visit_rows(scope: VisitScope, picks: Sequence[tuple[str, str]]) -> Statement:
    """Visits that fall under every pick, by day and time.

    Columns: visit, patient, last name, first name, starts_at, zone, type, provider, outcome, lead in days,
    reason for cancelling.
    """
    parameters = scope.parameters()
    condition = where(picks, parameters)
    sql = f"""
        WITH {VISITS}
        SELECT v.id, v.patient_id, p.last_name, p.first_name, v.starts_at, l.zone, v.visit_type_id::text,
            coalesce(v.provider_id, v.ma_id)::text, v.outcome, v.lead_days, v.cancel_reason
        FROM visits v JOIN records_patient p ON p.id = v.patient_id JOIN scheduling_location l ON l.id = v.location_id
        WHERE {condition} ORDER BY v.starts_at, v.id
    """  # noqa: S608 - constants of this module; every value is a parameter
    return Statement(sql, parameters)
