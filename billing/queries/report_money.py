"""What is owed at the end of a day, what became of the charges of a service month, and drawers against the books."""

from __future__ import annotations

from decimal import Decimal

from billing.queries.report_source import OF_VISIT, Source, bucket_of, parameters
from billing.rules.ageing import BUCKETS
from clinic.reports.scope import Scope
from scheduling.queries.report_scope import Statement, run

_AGES = " ".join(
    f"WHEN %(as_of)s - o.service_on <= {most} THEN '{name}'" if most is not None else f"ELSE '{name}'"
    for name, most in BUCKETS
)
# What is open now, less what was posted after the day that is asked about: the ledger is not added up from its beginning.
_OWED = f"""
    later AS (
        SELECT p.patient_id, p.encounter_id, p.payer_id, sum(p.amount) AS amount
        FROM billing_journalentry j JOIN billing_posting p ON p.entry_id = j.id
        WHERE j.business_day > %(as_of)s AND p.account = 'receivable' GROUP BY 1, 2, 3
    ), owed AS (
        SELECT o.id, o.patient_id, o.encounter_id, o.payer_id, o.service_on, o.open - coalesce(l.amount, 0) AS open,
            CASE {_AGES} END AS age
        FROM billing_openbalance o LEFT JOIN later l ON l.patient_id = o.patient_id
            AND l.encounter_id IS NOT DISTINCT FROM o.encounter_id AND l.payer_id IS NOT DISTINCT FROM o.payer_id
        WHERE o.open <> 0 OR l.amount IS NOT NULL
    ), classed AS (
        SELECT o.*, CASE WHEN o.payer_id IS NULL THEN 'patients' ELSE 'payers' END AS party,
            CASE WHEN o.open < 0 THEN 'credit' ELSE 'owed' END AS side
        FROM owed o LEFT JOIN records_encounter e ON e.id = o.encounter_id
            LEFT JOIN scheduling_appointment a ON a.encounter_id = o.encounter_id
        WHERE o.open <> 0 AND {OF_VISIT}
    )"""  # noqa: S608 - constants of this module
OWED = Source(
    _OWED,
    {
        "age": "age",
        "payer": "payer_id",
        "party": "party",
        "side": "side",
        "owes": "CASE side WHEN 'owed' THEN party END",
    },
    (
        "count(*) FILTER (WHERE side = 'owed')",
        *(
            f"coalesce(sum(open) FILTER (WHERE side = 'owed' AND party = '{party}'), 0)"
            for party in ("patients", "payers")
        ),
        "coalesce(sum(open) FILTER (WHERE side = 'owed'), 0)",
        "coalesce(sum(open) FILTER (WHERE side = 'owed' AND age IN ('91-120', 'over 120')), 0)",
        "count(*) FILTER (WHERE side = 'credit')",
        "coalesce(-sum(open) FILTER (WHERE side = 'credit'), 0)",
        "coalesce(sum(open), 0)",
        *(f"coalesce(sum(open) FILTER (WHERE side = 'owed' AND age = '{name}'), 0)" for name, _ in BUCKETS),
    ),
)


def owed_rows(scope: Scope, picks: tuple[str, ...]) -> Statement:
    """(encounter, patient, last name, first name, service day, who owes, age, dollars), the most money first."""
    return OWED.picked(
        scope, picks, order="abs(open) DESC, classed.id",
        joins="JOIN records_patient p ON p.id = classed.patient_id LEFT JOIN records_payer y ON y.id = classed.payer_id",
        columns="encounter_id, patient_id, p.last_name, p.first_name, service_on, coalesce(y.name, 'Patient'), age, open",
    )  # fmt: skip


_MOVES = {
    "day": "j.business_day",
    "week": "date_trunc('week', j.business_day)::date",
    "month": "date_trunc('month', j.business_day)::date",
}


def movements(scope: Scope) -> list[tuple]:
    """(first day of the bucket, change of what is owed, net charges) in dollars, over the days up to today. One statement."""
    sql = f"""
        SELECT {_MOVES[bucket_of(scope)]}, coalesce(sum(p.amount) FILTER (WHERE p.account = 'receivable'), 0),
            coalesce(-sum(p.amount) FILTER (WHERE p.account = 'revenue'), 0)
        FROM billing_journalentry j JOIN billing_posting p ON p.entry_id = j.id
            LEFT JOIN records_encounter e ON e.id = p.encounter_id
            LEFT JOIN scheduling_appointment a ON a.encounter_id = p.encounter_id
        WHERE j.business_day BETWEEN %(first)s AND %(as_of)s AND p.account IN ('receivable', 'revenue') AND {OF_VISIT}
        GROUP BY 1 ORDER BY 1
    """  # noqa: S608 - constants of this module; every value is a parameter
    return run(sql, parameters(scope))


# All that the ledger holds of the visits with a charge on these days of service.
_COLLECTED = f"""
    visits AS (
        SELECT e.id, e.patient_id, e.provider_id, min(c.service_on) AS day
        FROM billing_charge c JOIN records_encounter e ON e.id = c.encounter_id
            LEFT JOIN scheduling_appointment a ON a.encounter_id = e.id
        WHERE c.service_on BETWEEN %(first)s AND %(last)s AND c.state = 'approved' AND {OF_VISIT}
        GROUP BY e.id
    ), classed AS (
        SELECT visits.*, s.charges, s.contract, s.other, s.open, s.charges - s.contract - s.other - s.open AS paid
        FROM visits CROSS JOIN LATERAL (
            SELECT coalesce(-sum(p.amount) FILTER (WHERE p.account = 'revenue'), 0) AS charges,
                coalesce(sum(p.amount) FILTER (WHERE p.account = 'adjustment'
                    AND 'remittance' IN (j.kind, o.kind)), 0) AS contract,
                coalesce(sum(p.amount) FILTER (WHERE p.account = 'adjustment'
                    AND j.kind <> 'remittance' AND o.kind IS DISTINCT FROM 'remittance'), 0) AS other,
                coalesce(sum(p.amount) FILTER (WHERE p.account = 'receivable'), 0) AS open
            FROM billing_posting p JOIN billing_journalentry j ON j.id = p.entry_id
                LEFT JOIN billing_journalentry o ON o.id = j.reverses_id
            WHERE p.encounter_id = visits.id
        ) s
    )"""  # noqa: S608 - constants of this module
COLLECTED = Source(
    _COLLECTED,
    {"provider": "provider_id", "open": "open > 0"},
    (
        "count(*)",
        *(f"coalesce(sum({name}), 0)" for name in ("charges", "contract", "paid", "other", "open")),
        "count(*) FILTER (WHERE open > 0)",
    ),
)


def collected_rows(scope: Scope, picks: tuple[str, ...]) -> Statement:
    """(encounter, patient, last name, first name, service day, charges, contract, paid, written off, open)."""
    return COLLECTED.picked(
        scope, picks, joins="JOIN records_patient p ON p.id = classed.patient_id", order="open DESC, classed.id",
        columns="classed.id, patient_id, p.last_name, p.first_name, day, charges, contract, paid, other, open",
    )  # fmt: skip


_COUNTED = "coalesce(n.cash + n.check_total + n.card_total + n.other_total, 0)"
_SESSIONS = f"""
    classed AS (
        SELECT s.id, s.drawer_id, s.business_day AS day, n.counted_by_id AS counter, s.variance_reason,
            CASE WHEN s.closed_at IS NULL THEN 'open' ELSE 'counted' END AS became,
            {_COUNTED} AS counted,
            s.opening_float + s.booked_cash + s.booked_check + s.booked_card + s.booked_other AS expected,
            (n.cash, n.check_total, n.card_total, n.other_total)
                IS DISTINCT FROM (s.opening_float + s.booked_cash, s.booked_check, s.booked_card, s.booked_other) AS is_off
        FROM billing_drawersession s JOIN billing_drawer d ON d.id = s.drawer_id
            LEFT JOIN LATERAL (
                SELECT * FROM billing_drawercount WHERE session_id = s.id ORDER BY number DESC LIMIT 1
            ) n ON TRUE
        WHERE s.business_day BETWEEN %(first)s AND %(last)s
            AND (%(location)s::uuid IS NULL OR d.location_id = %(location)s)
    )"""  # noqa: S608 - constants of this module
_OFF = "became = 'counted' AND is_off"
SESSIONS = Source(
    _SESSIONS,
    {"became": "became", "drawer": "drawer_id", "counter": "counter", "off": f"({_OFF})"},
    (
        "count(*) FILTER (WHERE became = 'counted')",
        f"count(*) FILTER (WHERE {_OFF})",
        "coalesce(sum(expected) FILTER (WHERE became = 'counted'), 0)",
        "coalesce(sum(counted) FILTER (WHERE became = 'counted'), 0)",
        "coalesce(sum(counted - expected) FILTER (WHERE became = 'counted' AND counted > expected), 0)",
        "coalesce(sum(counted - expected) FILTER (WHERE became = 'counted' AND counted < expected), 0)",
        "count(*) FILTER (WHERE became = 'open')",
    ),
)


def session_rows(scope: Scope, picks: tuple[str, ...]) -> Statement:
    """(session, business day, drawer, who counted, expected, counted, why it is off)."""
    return SESSIONS.picked(
        scope, picks, joins="JOIN billing_drawer d ON d.id = classed.drawer_id", order="day, d.name",
        columns="classed.id, day, d.name, counter::text, became, expected, counted, variance_reason",
    )  # fmt: skip


def taken_off(scope: Scope) -> list[tuple[str, int, Decimal, int, Decimal, int, Decimal]]:
    """Member key ("" for the software itself), then count and dollars of voided charges, payments taken back and adjustments.

    By business day; a void by its own day on the clinic's clock. One statement, the whole clinic.
    """
    sql = """
        WITH acts AS (
            SELECT voided_by_id AS by, 'void' AS kind, amount FROM billing_charge
            WHERE state = 'void' AND (voided_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
            UNION ALL
            SELECT j.by_id, CASE j.kind WHEN 'reversal' THEN 'back' ELSE 'adjustment' END,
                CASE j.kind WHEN 'reversal' THEN y.amount
                    ELSE (SELECT sum(p.amount) FROM billing_posting p WHERE p.entry_id = j.id AND p.account = 'adjustment')
                END
            FROM billing_journalentry j LEFT JOIN billing_payment y ON y.entry_id = j.reverses_id
            WHERE j.business_day BETWEEN %(first)s AND %(last)s
                AND (j.kind = 'adjustment' OR (j.kind = 'reversal' AND y.id IS NOT NULL))
        )
        SELECT coalesce(by::text, ''), count(*) FILTER (WHERE kind = 'void'),
            coalesce(sum(amount) FILTER (WHERE kind = 'void'), 0), count(*) FILTER (WHERE kind = 'back'),
            coalesce(sum(amount) FILTER (WHERE kind = 'back'), 0), count(*) FILTER (WHERE kind = 'adjustment'),
            coalesce(sum(amount) FILTER (WHERE kind = 'adjustment'), 0)
        FROM acts GROUP BY 1 ORDER BY 1
    """
    return run(sql, parameters(scope))


def days_not_closed(scope: Scope) -> list:
    """Business days before today with entries in the books that no closed day covers, the oldest first. One statement."""
    sql = """
        SELECT DISTINCT j.business_day FROM billing_journalentry j
        WHERE j.business_day BETWEEN %(first)s AND %(last)s AND j.business_day < %(today)s
            AND NOT EXISTS (SELECT FROM billing_dayclose c WHERE j.business_day BETWEEN c.from_day AND c.day)
        ORDER BY 1
    """
    return [row[0] for row in run(sql, parameters(scope))]
