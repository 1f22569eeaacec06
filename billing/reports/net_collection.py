"""Of what the clinic may keep, how much came in, by month of service. Domain specification 11, report 18."""

from __future__ import annotations

from django.urls import reverse

from billing.queries.report_money import COLLECTED, collected_rows
from billing.reports.common import COUNT, MONEY, SHARE, cut, day, pick_words, ratio, reading
from clinic.reports.model import (
    Column,
    Detail,
    Findings,
    Measure,
    Plot,
    Reading,
    Report,
    Row,
    Section,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.reports.common import RowsOf

# Domain specification 11 [F38].
TARGET = 0.95
COLUMNS = (
    Column("Visits", COUNT), Column("Charged", MONEY), Column("Off by contract", MONEY), Column("Paid", MONEY),
    Column("Net collection rate", SHARE), Column("Written off", MONEY), Column("Open", MONEY), Column("Visits open", COUNT),
)  # fmt: skip


def rate(row: tuple) -> float | None:
    """Paid of what may be kept; `row` is (visits, charges, contract, paid, ...)."""
    return ratio(row[3], row[1] - row[2])


def _cells(row: tuple) -> tuple:
    count, charges, contract, paid, other, left, open_count = row
    return count, charges, contract, paid, rate(row), other, left, open_count


def build(scope: Scope) -> Findings:
    """Charges of the days of service and all that became of them until now: one statement."""
    found = COLLECTED.groups(scope, "month", "provider")
    whole = found[("", "")]
    count, charges, contract, paid, _, left, open_count = whole
    value = rate(whole)
    return Findings(
        population=count,
        tiles=(
            Tile("Net collection rate", value, SHARE, count, f"target {TARGET:.0%} or more",
                 tone="soon" if value is not None and value < TARGET else ""),
            Tile("May be kept", charges - contract, MONEY, count, "charged less what contracts take off"),
            Tile("Paid", paid, MONEY, count),
            Tile("Open", left, MONEY, open_count),
        ),
        sections=(
            Section("By month of service", cut("Month", "month", found, COLUMNS, _cells),
                    plot=Plot("bars", (2, 4), "Charged and paid by month of service"),
                    note="Recent months are still being paid: compare months that are at least 90 days old."),
            Section("By provider", cut("Seen by", "provider", found, COLUMNS, _cells, picks={8: "open:true"})),
        ),
    )  # fmt: skip


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(collected_rows(scope, picks), _row)


def _row(row: tuple) -> Row:
    encounter, patient, last, first, on, *amounts = row
    return Row((f"{last}, {first}", day(on), *amounts), reverse("billing:charges", args=[encounter]), patient)


def _words(picks: tuple[str, ...]) -> str:
    known = {
        "provider": {},
        "open": {"true": "Visits with something open", "false": "Visits with nothing open"},
    }
    return pick_words(picks, known, "All visits with a charge")


def read(scope: Scope) -> Reading:
    """The net collection rate, ready to be compared."""
    return reading(
        scope, COLLECTED.groups(scope, "day" if scope.days <= 92 else "month"), rate, lambda row: row[0]
    )


_RATE = "Payments less refunds, divided by charges less what payers' contracts took off; of the visits of these days, until now."

REPORT = Report(
    code="net-collection",
    title="Net collection",
    about="Of what the clinic may keep of its charges, how much came in, by month of service.",
    icon="coin",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Patient"), Column("Service"), Column("Charged", MONEY), Column("Off by contract", MONEY),
                 Column("Paid", MONEY), Column("Written off", MONEY), Column("Open", MONEY)),
        read=_read, words=_words, permission=Permission.LEDGER_VIEW,
    ),
    order=180,
    unit="visits with an approved charge",
    definitions=(
        ("Net collection rate", _RATE),
        ("Off by contract", "Adjustments that came with payers' remittances and are nobody's debt."),
        ("Paid", "All that patients and payers paid for these visits, refunds taken off, whenever it came."),
        ("Written off", "Every other adjustment: courtesy, small balances, bad debt. It makes the rate smaller."),
    ),
    exclusions="Money that has not been applied to a visit is in no month of service; credits of a visit count as paid. Visits without "
               "an approved charge are not counted.",
    measures=(Measure("net-collection", "Net collection rate", SHARE, _RATE, read, better="higher", summary="Rate"),),
)  # fmt: skip
