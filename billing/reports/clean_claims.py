"""Claims accepted the first time they were sent. Domain specification 11, report 14."""

from __future__ import annotations

from django.urls import reverse

from billing.queries.report_claims import SENT, sent_rows
from billing.reports.common import COUNT, MONEY, SHARE, course, cut, day, names_of, pick_words, ratio, reading
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
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from records.models import Payer
from scheduling.reports.common import RowsOf

# Domain specification 11 [F38].
TARGET = 0.95
WORDS = {
    "clean": "Accepted the first time",
    "rejected": "Rejected",
    "waiting": "No answer yet",
    "later": "Replaces or voids an earlier claim",
}
COLUMNS = (
    Column("Answered", COUNT), Column("Accepted the first time", COUNT), Column("Clean claim rate", SHARE),
    Column("Rejected", COUNT), Column("Rejected", MONEY),
)  # fmt: skip
PICKS = {2: "became:clean", 4: "became:rejected"}


def _cells(row: tuple) -> tuple:
    return row[0], row[1], ratio(row[1], row[0]), row[2], row[3]


def build(scope: Scope) -> Findings:
    """Claims by the day on which they were first sent: two statements."""
    name, head = course(scope)
    found, payers = SENT.groups(scope, name, "payer", "provider"), names_of(Payer)
    whole = found[("", "")]
    shown = {key: row for key, row in found.items() if row[0]} | {("", ""): whole}
    answered, clean, rejected, dollars, waiting, later = whole
    rate = ratio(clean, answered)
    return Findings(
        population=answered + waiting + later,
        tiles=(
            Tile("Clean claim rate", rate, SHARE, rejected, f"target {TARGET:.0%} or more; {clean:,} of {answered:,}",
                 tone="soon" if rate is not None and rate < TARGET else ""),
            Tile("Rejected", rejected, COUNT),
            Tile("Rejected", dollars, MONEY, rejected),
            Tile("No answer yet", waiting, COUNT),
        ),
        sections=(
            Section(f"By {name} first sent", cut(head, name, shown, COLUMNS, _cells),
                    plot=Plot("line", (3,), f"Clean claim rate by {name}")),
            Section("By payer", cut("Payer", "payer", shown, COLUMNS, _cells, words=payers, by=3, picks=PICKS)),
            Section("By provider", cut("Rendered by", "provider", shown, COLUMNS, _cells, picks=PICKS)),
        ),
        excluded=(Excluded("no answer yet", waiting, ("became:waiting",)),
                  Excluded("replaces or voids an earlier claim", later, ("became:later",))),
    )  # fmt: skip


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(sent_rows(scope, picks), _row)


def _row(row: tuple) -> Row:
    pk, patient, last, first, account, payer, on, total, became = row
    cells = (f"{last}, {first}", account, payer, day(on), total, WORDS[became])
    return Row(cells, reverse("billing:claim", args=[pk]), patient)


def _words(picks: tuple[str, ...]) -> str:
    return pick_words(picks, {"became": WORDS, "payer": names_of(Payer), "provider": {}}, "All claims")


def read(scope: Scope) -> Reading:
    """The clean claim rate, ready to be compared."""
    found = SENT.groups(scope, course(scope)[0])
    left = {"no answer yet": found[("", "")][4], "replaces or voids an earlier claim": found[("", "")][5]}
    return reading(scope, found, lambda row: ratio(row[1], row[0]), lambda row: row[0], left_out=left)


_CLEAN = (
    "Claims that were accepted, paid or denied without ever having been rejected, of all that were answered."
)

REPORT = Report(
    code="clean-claims",
    title="Clean claims",
    about="Claims that were accepted the first time they were sent, by day, payer and provider.",
    icon="file-check",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Patient"), Column("Account"), Column("Payer"), Column("First sent"), Column("Amount", MONEY),
                 Column("Became")),
        read=_read, words=_words, permission=Permission.BILLING_QUEUE,
    ),
    order=140,
    unit="claims first sent on these days",
    definitions=(
        ("Clean claim rate", _CLEAN + " A denied claim was accepted: the payer took it and decided."),
        ("Rejected", "Refused before any decision, by the file's receiver or the payer. Correcting and sending it again "
                     "does not make the claim clean."),
        ("First sent", "The first time a claim went out, as a file or printed."),
    ),
    exclusions="Claims without an answer are in no rate yet, printed ones among them until they are decided; claims that "
               "replace or void an earlier one are not a first pass.",
    measures=(Measure("clean-claims", "Clean claim rate", SHARE, _CLEAN, read, better="higher", summary="Rate"),),
)  # fmt: skip
