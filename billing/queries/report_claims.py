"""Claims as reports count them: by the first time they were sent, and by the payer's first decision."""

from __future__ import annotations

from billing.queries.report_source import Groups, Source
from clinic.reports.scope import Scope
from scheduling.queries.report_scope import Statement

_OF_CLAIM = """(%(location)s::uuid IS NULL OR a.location_id = %(location)s)
    AND (%(provider)s::uuid IS NULL OR c.rendering_id = %(provider)s)"""
_JOINS = "LEFT JOIN scheduling_appointment a ON a.encounter_id = c.encounter_id"

_SENT = f"""
    classed AS (
        SELECT c.id, c.account, c.patient_id, c.payer_id, c.rendering_id, c.total, c.state, v.sent_at,
            (v.sent_at AT TIME ZONE %(zone)s)::date AS day,
            CASE WHEN c.frequency <> '1' THEN 'later' WHEN v.rejected THEN 'rejected' WHEN v.answered THEN 'clean'
                ELSE 'waiting' END AS became
        FROM billing_claim c {_JOINS}
            CROSS JOIN LATERAL (
                SELECT min(at) FILTER (WHERE after = 'sent') AS sent_at, bool_or(after = 'rejected') AS rejected,
                    bool_or(after IN ('accepted', 'paid', 'denied')) AS answered
                FROM billing_claimevent WHERE claim_id = c.id
            ) v
        WHERE c.sent_at >= %(first)s::date - interval '1 day' AND {_OF_CLAIM}
            AND (v.sent_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
    )"""  # noqa: S608 - constants of this module
SENT = Source(
    _SENT,
    {"became": "became", "payer": "payer_id", "provider": "rendering_id"},
    (
        "count(*) FILTER (WHERE became IN ('clean', 'rejected'))",
        "count(*) FILTER (WHERE became = 'clean')",
        "count(*) FILTER (WHERE became = 'rejected')",
        "coalesce(sum(total) FILTER (WHERE became = 'rejected'), 0)",
        "count(*) FILTER (WHERE became = 'waiting')",
        "count(*) FILTER (WHERE became = 'later')",
    ),
)

# A decision and the denial that it opened carry the same instant.
_DECIDED = f"""
    firsts AS (
        SELECT DISTINCT ON (claim_id) claim_id, at, after FROM billing_claimevent v WHERE kind = 'decided'
            AND EXISTS (SELECT FROM billing_claimevent w WHERE w.claim_id = v.claim_id AND w.kind = 'decided'
                AND w.at >= %(first)s::date - interval '1 day' AND w.at < %(last)s::date + interval '2 days')
        ORDER BY claim_id, at, id
    ), classed AS (
        SELECT c.id, c.account, c.patient_id, c.payer_id, c.rendering_id, c.total,
            (f.at AT TIME ZONE %(zone)s)::date AS day, d.reasons, d.category, d.root_cause, d.state AS work, d.action,
            CASE WHEN d.id IS NOT NULL THEN d.amount WHEN f.after = 'denied' THEN c.total ELSE 0 END AS refused,
            CASE WHEN c.frequency <> '1' THEN 'later' WHEN d.id IS NOT NULL OR f.after = 'denied' THEN 'denied'
                ELSE 'paid' END AS became
        FROM firsts f JOIN billing_claim c ON c.id = f.claim_id {_JOINS}
            LEFT JOIN billing_denial d ON d.claim_id = c.id AND d.opened_at = f.at
        WHERE (f.at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s AND {_OF_CLAIM}
    )"""  # noqa: S608 - constants of this module
_DENIED = "became = 'denied'"
_DIMENSIONS = {
    "became": "became",
    "payer": "payer_id",
    "provider": "rendering_id",
    "category": "category",
    "cause": "root_cause",
    "act": "CASE WHEN work = 'done' THEN action WHEN work = 'open' THEN 'open' END",
}
DECIDED = Source(
    _DECIDED,
    _DIMENSIONS,
    (
        "count(*) FILTER (WHERE became IN ('denied', 'paid'))",
        f"count(*) FILTER (WHERE {_DENIED})",
        f"coalesce(sum(refused) FILTER (WHERE {_DENIED}), 0)",
        "count(*) FILTER (WHERE became = 'later')",
    ),
)
# The denied claims, once for each reason that the payer gave; "" where none was kept.
_REASONS = """, classed AS (
        SELECT each.*, r.reason FROM each LEFT JOIN LATERAL jsonb_array_elements_text(each.reasons) AS r(reason) ON TRUE
        WHERE became = 'denied'
    )"""
REASONS = Source(
    _DECIDED.replace("classed AS", "each AS") + _REASONS,
    {**_DIMENSIONS, "reason": "reason"},
    ("count(*)", "coalesce(sum(refused), 0)"),
)


def denied_by_reason(scope: Scope) -> Groups:
    """(claims, dollars refused) for each reason ("CO-197"), under ("reason", reason). One statement."""
    return REASONS.groups(scope, "reason")


_NAMES = "JOIN records_patient p ON p.id = classed.patient_id JOIN records_payer y ON y.id = classed.payer_id"


def sent_rows(scope: Scope, picks: tuple[str, ...]) -> Statement:
    """(claim, patient, last name, first name, account, payer, day first sent, dollars, became)."""
    return SENT.picked(
        scope, picks, joins=_NAMES, order="day, account",
        columns="classed.id, patient_id, p.last_name, p.first_name, account, y.name, day, total, became",
    )  # fmt: skip


def decided_rows(scope: Scope, picks: tuple[str, ...]) -> Statement:
    """(claim, patient, last name, first name, account, payer, day decided, dollars, dollars refused, reasons)."""
    source = REASONS if any(pick.startswith("reason:") for pick in picks) else DECIDED
    return source.picked(
        scope, picks, joins=_NAMES, order="day, account",
        columns="classed.id, patient_id, p.last_name, p.first_name, account, y.name, day, total, refused, "
        "(SELECT string_agg(r, ', ') FROM jsonb_array_elements_text(reasons) AS r)",
    )  # fmt: skip
