"""How soon visits are charged, and which are not. Domain specification 11, report 13."""

from __future__ import annotations

from django.urls import reverse

from billing.models import Charge
from billing.queries.report_visits import CHARGES, ENDED, charge_rows
from billing.reports.common import COUNT, MONEY, SHARE, course, cut, day, pick_words, ratio, reading
from clinic.reports.model import (
    Column,
    Detail,
    Excluded,
    Findings,
    Kind,
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

COLUMNS = (
    Column("Charges", COUNT), Column("Median", Kind.DAYS), Column("90th percentile", Kind.DAYS),
    Column("Over 3 days", COUNT), Column("Charged", MONEY),
)  # fmt: skip
PICKS = {1: "state:approved", 4: "late:true"}
MISSING = (Column("Visits", COUNT), Column("Without a charge", COUNT), Column("Share without", SHARE))


def _missing(row: tuple) -> tuple:
    return row[0], row[1], ratio(row[1], row[0])


def build(scope: Scope) -> Findings:
    """Charges by the day of service, and ended visits without one: two statements."""
    name, head = course(scope)
    found, visits = CHARGES.groups(scope, name, "provider"), ENDED.groups(scope, name, "provider")
    whole, ended = found[("", "")], visits[("", "")]
    shown = {key: row for key, row in found.items() if row[0]} | {("", ""): whole}
    count, median, p90, late, _, proposed, void = whole
    return Findings(
        population=count + proposed + void,
        tiles=(
            Tile("From visit to charge", median, Kind.DAYS, count, "" if p90 is None else f"90th percentile {p90:,} days"),
            Tile("Over 3 days", late, COUNT),
            Tile("Visits without a charge", ended[1], COUNT, hint=f"of {ended[0]:,} that ended",
                 tone="soon" if ended[1] else ""),
        ),
        sections=(
            Section(f"By {name} of service", cut(head, name, shown, COLUMNS, lambda row: row[:5]),
                    plot=Plot("spread", (2, 3), f"Days from visit to charge by {name}, median and 90th percentile")),
            Section("By provider", cut("Seen by", "provider", shown, COLUMNS, lambda row: row[:5], picks=PICKS)),
            Section(f"Visits without a charge by {name}", cut(head, name, visits, MISSING, _missing),
                    note="Visits that ended. The billing queue lists those without a charge one by one."),
            Section("Visits without a charge by provider", cut("Seen by", "provider", visits, MISSING, _missing)),
        ),
        excluded=(Excluded("proposed and not approved yet", proposed, ("state:proposed",)),
                  Excluded("voided", void, ("state:void",))),
    )  # fmt: skip


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(charge_rows(scope, picks), _row)


def _row(row: tuple) -> Row:
    encounter, patient, last, first, on, code, words, amount, state, lag = row
    cells = (f"{last}, {first}", day(on), f"{code} {words}", amount, str(Charge.State(state).label), lag)
    return Row(cells, reverse("billing:charges", args=[encounter]), patient)


def _words(picks: tuple[str, ...]) -> str:
    known = {"state": dict(Charge.State.choices), "provider": {}, "late": {"true": "Approved after 3 days"}}
    return pick_words(picks, known, "All charges")


def read(scope: Scope) -> Reading:
    """The median lag, ready to be compared."""
    found = CHARGES.groups(scope, course(scope)[0])
    left = {"proposed and not approved yet": found[("", "")][5], "voided": found[("", "")][6]}
    return reading(
        scope, found, lambda row: row[1], lambda row: row[0], left_out=left, p90=lambda row: row[2]
    )


_LAG = "Days from the day of service to the day on which the charge was approved; 0 is the same day."

REPORT = Report(
    code="charge-lag",
    title="Charge capture",
    about="Days from the visit to its approved charge, and visits that ended without one.",
    icon="receipt",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Patient"), Column("Service"), Column("What"), Column("Amount", MONEY), Column("State"),
                 Column("Lag", Kind.DAYS)),
        read=_read, words=_words, permission=Permission.LEDGER_VIEW,
    ),
    order=130,
    unit="charges",
    definitions=(
        ("From visit to charge", _LAG + " A charge approved before its day counts as 0."),
        ("Without a charge", "Booked visits that ended and have no charge, or none that was not voided."),
        ("Median, 90th percentile", "Nearest rank: a value that really occurred."),
    ),
    exclusions="Charges that nobody has approved yet have no lag, and voided ones are not counted.",
    measures=(Measure("charge-lag", "Days from visit to charge", Kind.DAYS, _LAG, read, better="lower"),),
)  # fmt: skip
