"""How old what is owed is, on the last day of the report. Domain specification 11, report 17."""

from __future__ import annotations

from django.urls import reverse

from billing.queries.report_money import OWED, owed_rows
from billing.queries.report_source import Groups
from billing.reports.common import COUNT, MONEY, SHARE, cut, day, names_of, pick_words, ratio
from billing.rules.ageing import BUCKETS, OLD
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

AGES = {name: f"{name} days" for name, _ in BUCKETS}
PARTIES = {"patients": "Patients", "payers": "Payers"}
COLUMNS = (
    Column("Balances", COUNT),
    Column("Patients", MONEY),
    Column("Payers", MONEY),
    Column("Together", MONEY),
)
BY_WHO = (
    Column("Balances", COUNT), *(Column(words, MONEY) for words in AGES.values()), Column("Together", MONEY),
    Column(f"Over {OLD} days", SHARE),
)  # fmt: skip


def _by_who(row: tuple) -> tuple:
    return row[0], *row[8:], row[3], ratio(row[4], row[3])


def build(scope: Scope) -> Findings:
    """Balances at the end of the last day by age: two statements."""
    found, payers = OWED.groups(scope, "age", "payer", "party"), names_of(Payer)
    whole = found[("", "")]
    shown = {key: row for key, row in found.items() if row[0]} | {("", ""): whole}
    return Findings(
        population=whole[0] + whole[5],
        tiles=(
            Tile(f"Over {OLD} days", ratio(whole[4], whole[3]), SHARE, whole[0]),
            Tile("Owed", whole[3], MONEY, whole[0]),
            Tile("By patients", whole[1], MONEY, whole[0]),
            Tile("By payers", whole[2], MONEY, whole[0]),
        ),
        sections=(
            Section("By age", cut("Age", "age", shown, COLUMNS, lambda row: row[:4], words=AGES, order=tuple(AGES),
                                  picks={1: "side:owed", 2: "owes:patients", 3: "owes:payers"}),
                    plot=Plot("stack", (2, 3), "Dollars owed by age, patients and payers")),
            Section("Patients and payers", cut("Who owes", "party", shown, BY_WHO, _by_who, words=PARTIES,
                                               order=tuple(PARTIES), picks={1: "side:owed"})),
            Section("By payer", _payers(shown, payers)),
        ),
        excluded=(Excluded("credits of patients and payers", whole[5], ("side:credit",)),),
    )  # fmt: skip


def _payers(shown: Groups, payers: dict[str, str]) -> Table:
    groups = {key: row for key, row in shown.items() if key != ("payer", "")}
    return cut(
        "Payer", "payer", groups, BY_WHO, _by_who, words=payers, by=3, picks={1: "side:owed"}, has_total=False
    )


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(owed_rows(scope, picks), _row)


def _row(row: tuple) -> Row:
    encounter, patient, last, first, on, who, age, amount = row
    url = reverse("billing:ledger", args=[patient])
    what = "Visit" if encounter else "At no visit"
    return Row((f"{last}, {first}", day(on), what, who, AGES[age], amount), url, patient)


def _words(picks: tuple[str, ...]) -> str:
    known = {
        "age": AGES,
        "party": PARTIES,
        "owes": PARTIES,
        "payer": names_of(Payer),
        "side": {"owed": "Owed", "credit": "Credits"},
    }
    return pick_words(picks, known, "All balances")


# Days in accounts receivable rests on the same balances.
DETAIL = Detail(
    columns=(Column("Patient"), Column("Service"), Column("What"), Column("Who owes"), Column("Age"), Column("Open", MONEY)),
    read=_read, words=_words, permission=Permission.LEDGER_VIEW,
)  # fmt: skip


def read(scope: Scope) -> Reading:
    """The share of what is owed that is old, ready to be compared."""
    whole = OWED.groups(scope)[("", "")]
    left = {"credits of patients and payers": whole[5]} if whole[5] else {}
    return Reading(value=ratio(whole[4], whole[3]), counted=whole[0], left_out=left)


_OLD = f"Dollars owed for service more than {OLD} days before the last day of the report, of all dollars owed on that day."

REPORT = Report(
    code="ageing",
    title="Ageing",
    about="What patients and payers owed on the last day, by the age of the service.",
    icon="chart-bar",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=DETAIL,
    order=170,
    unit="open balances on the last day",
    definitions=(
        ("Which day", "The last day of the report, or today where that lies ahead; the first day does not matter here. Reckoned "
                      "from the ledger, so a past day says what was owed then."),
        ("Age", "Days from the day of service to that day; of money at no visit, from the day of its first entry."),
        (f"Over {OLD} days", _OLD),
        ("Balance", "What one party owes of one visit. Of a payer from when its claim is sent or decided; before that it is "
                    "the patient's."),
    ),
    exclusions="Credits stand the other way and are in no column. Money that is at no visit belongs to no location and no provider: "
               "with one of them chosen it is not counted.",
    measures=(Measure("ageing-old", f"Owed for more than {OLD} days", SHARE, _OLD, read, better="lower", summary="Share"),),
)  # fmt: skip
