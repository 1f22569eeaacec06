"""What payers refused in their first decision, by reason, payer and cause. Domain specification 11, report 15."""

from __future__ import annotations

from django.urls import reverse

from billing.models import Denial
from billing.queries.report_claims import DECIDED, decided_rows, denied_by_reason
from billing.queries.report_source import Groups
from billing.reports.common import COUNT, MONEY, SHARE, course, cut, day, names_of, pick_words, ratio, reading
from billing.rules.remittances import CATEGORIES, reason_words
from clinic.reports.model import (
    Column,
    Detail,
    Excluded,
    Findings,
    Measure,
    Plot,
    Reading,
    Report,
    Row,
    Section,
    Table,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from records.models import Payer
from scheduling.reports.common import RowsOf

# Domain specification 11 [F38].
TARGET = 0.05
NO_REASON = "No reason kept"
NOT_SAID = "Not said yet"
COLUMNS = (
    Column("Decided", COUNT), Column("Denied", COUNT), Column("Denial rate", SHARE), Column("Refused", MONEY),
)  # fmt: skip
DENIED = (Column("Denied", COUNT), Column("Refused", MONEY))
PICKS = {2: "became:denied"}
ACTS = {"open": "Still open", **dict(Denial.Action.choices)}


def _cells(row: tuple) -> tuple:
    return row[0], row[1], ratio(row[1], row[0]), row[2]


def build(scope: Scope) -> Findings:
    """Claims by the day of the payer's first decision: three statements."""
    name, head = course(scope)
    found = DECIDED.groups(scope, name, "payer", "provider", "category", "cause", "act")
    payers, reasons = names_of(Payer), denied_by_reason(scope)
    decided, denied, refused, later = found[("", "")]
    shown = {key: row for key, row in found.items() if row[0]} | {("", ""): found[("", "")]}
    rate = ratio(denied, decided)
    return Findings(
        population=decided + later,
        tiles=(
            Tile("Denial rate", rate, SHARE, denied, f"target under {TARGET:.0%}; {denied:,} of {decided:,}",
                 tone="soon" if rate is not None and rate >= TARGET else ""),
            Tile("Refused", refused, MONEY, denied),
            Tile("Decided", decided, COUNT),
        ),
        sections=(
            Section(f"By {name} of the decision", cut(head, name, shown, COLUMNS, _cells),
                    plot=Plot("line", (3,), f"Denial rate by {name}")),
            Section("By reason", _by_reason(reasons), plot=Plot("bars", (1,), "Denied claims by reason"),
                    note="Reason codes as the payer gave them. A claim with two reasons stands under both, with all that was refused."),
            Section("By payer", cut("Payer", "payer", shown, COLUMNS, _cells, words=payers, by=1, picks=PICKS)),
            Section("By provider", cut("Rendered by", "provider", shown, COLUMNS, _cells, picks=PICKS)),
            Section("By kind of work", _denied("Kind", "category", found, CATEGORIES, NO_REASON)),
            Section("By what caused it", _denied("Cause", "cause", found, dict(Denial.Cause.choices), NOT_SAID)),
            Section("What was done", _denied("Act", "act", found, ACTS, "Not on the worklist of denials")),
        ),
        excluded=(Excluded("replaces or voids an earlier claim", later, ("became:later",)),),
    )  # fmt: skip


def _denied(head: str, name: str, found: Groups, words: dict[str, str], nothing: str) -> Table:
    groups = {key: row for key, row in found.items() if row[1]} | {("", ""): found[("", "")]}
    return cut(head, name, groups, DENIED, lambda row: (row[1], row[2]), words=words, nothing=nothing, by=2,
               picks={1: "became:denied"})  # fmt: skip


def _by_reason(found: Groups) -> Table:
    words = {value: _reason(value) for (key, value) in found if key == "reason" and value}
    return cut("Reason", "reason", {key: row for key, row in found.items() if row[0]} | {("", ""): found[("", "")]},
               DENIED, lambda row: row, words=words, nothing=NO_REASON, by=0, picks={1: ""}, has_total=False)  # fmt: skip


def _reason(value: str) -> str:
    """ "CO-197: No prior authorization (197)"."""
    return f"{value}: {reason_words(value.partition('-')[2])}"


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(decided_rows(scope, picks), _row)


def _row(row: tuple) -> Row:
    pk, patient, last, first, account, payer, on, total, refused, reasons = row
    cells = (f"{last}, {first}", account, payer, day(on), total, refused, reasons or "–")
    return Row(cells, reverse("billing:claim", args=[pk]), patient)


def _words(picks: tuple[str, ...]) -> str:
    known = {
        "became": {"denied": "Denied", "paid": "Nothing refused", "later": "Replaces or voids an earlier claim"},
        "payer": names_of(Payer), "provider": {}, "category": CATEGORIES, "cause": dict(Denial.Cause.choices),
        "act": ACTS, "reason": {pick.partition(":")[2]: _reason(pick.partition(":")[2]) for pick in picks},
    }  # fmt: skip
    return pick_words(picks, known, "All decided claims")


def read(scope: Scope) -> Reading:
    """The denial rate, ready to be compared."""
    found = DECIDED.groups(scope, course(scope)[0])
    left = {"replaces or voids an earlier claim": found[("", "")][3]}
    return reading(scope, found, lambda row: ratio(row[1], row[0]), lambda row: row[0], left_out=left)


_RATE = "Claims of which the payer refused all or a part in its first decision, of all claims decided for the first time."

REPORT = Report(
    code="denials",
    title="Denials",
    about="What payers refused in their first decision, by reason, payer and what caused it.",
    icon="file-x",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Patient"), Column("Account"), Column("Payer"), Column("Decided"), Column("Amount", MONEY),
                 Column("Refused", MONEY), Column("Reasons")),
        read=_read, words=_words, permission=Permission.BILLING_QUEUE,
    ),
    order=150,
    unit="claims first decided on these days",
    definitions=(
        ("Denial rate", _RATE),
        ("Refused", "Dollars that the payer did not pay and that neither the contract nor the patient's share explains; the "
                    "whole claim where it was denied without a kept remittance."),
        ("Decided", "The first decision that was posted for a claim, by the day of posting."),
        ("What was done", "As the worklist of denials says it. How many appeals were won is not shown: when a payer takes its "
                          "decision back, the worklist keeps “paid after all” and not that an appeal was under way."),
    ),
    exclusions="Claims that replace or void an earlier one are not decided for the first time and are in no rate.",
    measures=(Measure("denial-rate", "Denial rate", SHARE, _RATE, read, better="lower", summary="Rate"),),
)  # fmt: skip
