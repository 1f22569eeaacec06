"""Visits as the front desk's billing reports count them: was the insurance verified, was the copay taken, is there a charge."""

from __future__ import annotations

from billing.queries.report_source import FIRST_COVERAGE, OF_APPOINTMENT, OF_VISIT, Source
from clinic.reports.scope import Scope
from scheduling.queries.report_scope import Statement

# Newest check that was made before the visit began. What the clinic's rules call too old is old here too: see
# `billing.rules.verification.why_check`, which a test holds this against.
_CHECKED = f"""
    asked AS (
        SELECT a.id, a.patient_id, a.local_day AS day, a.starts_at, a.zone, a.provider_id, a.state, a.is_walk_in,
            c.id AS coverage_id, c.payer_id, c.payer_kind, k.status, k.checked_at, k.service_on,
            (k.checked_at AT TIME ZONE %(zone)s)::date AS checked_on,
            greatest((k.checked_at AT TIME ZONE %(zone)s)::date, k.service_on) AS tells_of
        FROM scheduling_appointment a {FIRST_COVERAGE}
            LEFT JOIN LATERAL (
                SELECT status, checked_at, service_on FROM billing_eligibilitycheck
                WHERE coverage_id = c.id AND checked_at <= a.starts_at ORDER BY checked_at DESC, id DESC LIMIT 1
            ) k ON TRUE
        WHERE a.local_day BETWEEN %(first)s AND %(last)s AND {OF_APPOINTMENT}
    ), classed AS (
        SELECT asked.*, CASE
            WHEN state IN ('cancelled', 'rescheduled') THEN 'off'
            WHEN starts_at > %(now)s THEN 'to_come'
            WHEN is_walk_in THEN 'walk_in'
            WHEN coverage_id IS NULL OR payer_kind = 'self' THEN 'uninsured'
            WHEN checked_at IS NULL THEN 'never'
            WHEN status = 'not_verified' THEN 'failed'
            WHEN (%(yearly)s AND extract(year FROM tells_of) < extract(year FROM day))
                OR (payer_kind = ANY(%(monthly)s) AND date_trunc('month', tells_of) < date_trunc('month', day))
                OR day - checked_on > %(stale)s THEN 'old'
            WHEN status = 'inactive' THEN 'inactive'
            ELSE 'active'
        END AS became
        FROM asked
    )"""  # noqa: S608 - constants of this module
VERIFIED, MISSED = ("active", "inactive"), ("never", "old", "failed")
_INSURED = "became IN ('active', 'inactive', 'never', 'old', 'failed')"
CHECKED = Source(
    _CHECKED,
    {"became": "became", "provider": "provider_id", "payer": "payer_id", "asked": f"({_INSURED})"},
    (
        f"count(*) FILTER (WHERE {_INSURED})",
        *(f"count(*) FILTER (WHERE became = '{name}')" for name in (*VERIFIED, *MISSED)),
        *(
            f"count(*) FILTER (WHERE became = '{name}')"
            for name in ("off", "to_come", "walk_in", "uninsured")
        ),
    ),
)

_COPAYS = f"""
    classed AS (
        SELECT a.id, a.patient_id, a.local_day AS day, a.starts_at, a.zone, a.provider_id,
            coalesce(c.copay_office, 0) AS due, v.by_id AS clerk,
            least(coalesce(c.copay_office, 0), coalesce(m.at_visit, 0)) AS at_visit,
            least(coalesce(c.copay_office, 0) - least(coalesce(c.copay_office, 0), coalesce(m.at_visit, 0)),
                coalesce(m.later, 0)) AS later,
            CASE WHEN c.id IS NULL OR c.payer_kind = 'self' THEN 'uninsured'
                WHEN coalesce(c.copay_office, 0) = 0 THEN 'free' ELSE 'due' END AS became
        FROM scheduling_appointment a {FIRST_COVERAGE}
            LEFT JOIN LATERAL (
                SELECT by_id FROM scheduling_visitinterval
                WHERE appointment_id = a.id AND state = 'arrived' ORDER BY recorded_at, id LIMIT 1
            ) v ON TRUE
            LEFT JOIN LATERAL (
                SELECT sum(y.amount) FILTER (WHERE (y.received_at AT TIME ZONE a.zone)::date <= a.local_day) AS at_visit,
                    sum(y.amount) FILTER (WHERE (y.received_at AT TIME ZONE a.zone)::date > a.local_day) AS later
                FROM billing_payment y WHERE y.appointment_id = a.id AND y.purpose = 'copay'
                    AND NOT EXISTS (SELECT FROM billing_journalentry r WHERE r.reverses_id = y.entry_id)
            ) m ON TRUE
        WHERE a.local_day BETWEEN %(first)s AND %(last)s AND a.state = 'completed' AND a.provider_id IS NOT NULL
            AND {OF_APPOINTMENT}
    )"""  # noqa: S608 - constants of this module
COPAYS = Source(
    _COPAYS,
    {
        "became": "became",
        "provider": "provider_id",
        "clerk": "clerk",
        "open": "became = 'due' AND at_visit + later < due",
    },
    (
        "count(*) FILTER (WHERE became = 'due')",
        "count(*) FILTER (WHERE became = 'due' AND at_visit >= due)",
        "coalesce(sum(due) FILTER (WHERE became = 'due'), 0)",
        "coalesce(sum(at_visit) FILTER (WHERE became = 'due'), 0)",
        "coalesce(sum(later) FILTER (WHERE became = 'due'), 0)",
        "count(*) FILTER (WHERE became = 'free')",
        "count(*) FILTER (WHERE became = 'uninsured')",
    ),
)

_CHARGES = f"""
    classed AS (
        SELECT c.id, c.patient_id, c.encounter_id, c.service_on AS day, c.code, c.words, c.amount, c.state, c.approved_at,
            e.provider_id,
            CASE WHEN c.state = 'approved'
                THEN greatest(0, (c.approved_at AT TIME ZONE %(zone)s)::date - c.service_on) END AS lag
        FROM billing_charge c JOIN records_encounter e ON e.id = c.encounter_id
            LEFT JOIN scheduling_appointment a ON a.encounter_id = c.encounter_id
        WHERE c.service_on BETWEEN %(first)s AND %(last)s AND {OF_VISIT}
    )"""  # noqa: S608 - constants of this module
_LAG = "WITHIN GROUP (ORDER BY lag) FILTER (WHERE state = 'approved')"
CHARGES = Source(
    _CHARGES,
    {"state": "state", "provider": "provider_id", "late": "state = 'approved' AND lag > 3"},
    (
        "count(*) FILTER (WHERE state = 'approved')",
        f"percentile_disc(0.5) {_LAG}",
        f"percentile_disc(0.9) {_LAG}",
        "count(*) FILTER (WHERE state = 'approved' AND lag > 3)",
        "coalesce(sum(amount) FILTER (WHERE state = 'approved'), 0)",
        "count(*) FILTER (WHERE state = 'proposed')",
        "count(*) FILTER (WHERE state = 'void')",
    ),
)
_ENDED = f"""
    classed AS (
        SELECT a.local_day AS day, e.provider_id,
            EXISTS (SELECT FROM billing_charge c WHERE c.encounter_id = e.id AND c.state <> 'void') AS has_charge
        FROM scheduling_appointment a JOIN records_encounter e ON e.id = a.encounter_id
        WHERE a.local_day BETWEEN %(first)s AND %(last)s AND e.ended_at IS NOT NULL AND {OF_VISIT}
    )"""  # noqa: S608 - constants of this module
ENDED = Source(_ENDED, {"provider": "provider_id"}, ("count(*)", "count(*) FILTER (WHERE NOT has_charge)"))

_NAME = "JOIN records_patient p ON p.id = classed.patient_id"


def checked_rows(scope: Scope, picks: tuple[str, ...], **rules) -> Statement:
    """(visit, patient, last name, first name, starts_at, zone, payer, became, checked_at)."""
    return CHECKED.picked(
        scope, picks, joins=f"{_NAME} LEFT JOIN records_payer y ON y.id = classed.payer_id",
        columns="classed.id, patient_id, p.last_name, p.first_name, starts_at, classed.zone, y.name, became, checked_at",
        order="starts_at, classed.id", **rules,
    )  # fmt: skip


def copay_rows(scope: Scope, picks: tuple[str, ...]) -> Statement:
    """(visit, patient, last name, first name, starts_at, zone, clerk, due, taken at the visit, taken later)."""
    return COPAYS.picked(
        scope, picks, joins=_NAME, order="starts_at, classed.id",
        columns="classed.id, patient_id, p.last_name, p.first_name, starts_at, classed.zone, clerk::text, due, at_visit, later",
    )  # fmt: skip


def charge_rows(scope: Scope, picks: tuple[str, ...]) -> Statement:
    """(visit's encounter, patient, last name, first name, service day, code, words, dollars, state, lag in days)."""
    return CHARGES.picked(
        scope, picks, joins=_NAME, order="day, classed.id",
        columns="encounter_id, patient_id, p.last_name, p.first_name, day, code, words, amount, classed.state, lag",
    )  # fmt: skip
