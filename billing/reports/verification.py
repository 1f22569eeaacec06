"""Was the insurance verified before the visit? Domain specification 11, report 11."""

from __future__ import annotations

from django.urls import reverse

from billing.queries.eligibility import policy_on
from billing.queries.report_source import Groups
from billing.queries.report_visits import CHECKED, MISSED, VERIFIED, checked_rows
from billing.reports.common import COUNT, SHARE, course, cut, names_of, pick_words, ratio, reading
from clinic.core.time import format_local
from clinic.reports.model import (
    Column,
    Detail,
    Excluded,
    Findings,
    Line,
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

WORDS = {
    "active": "Verified, active",
    "inactive": "Verified, not active",
    "never": "Never checked",
    "old": "Last check too old",
    "failed": "Asked, no answer that counts",
    "off": "Cancelled or moved",
    "to_come": "Still to come",
    "walk_in": "Walk-in",
    "uninsured": "No insurance on that day",
}
NO_SHARE = ("off", "to_come", "walk_in", "uninsured")
COLUMNS = (
    Column("Insured visits", COUNT), Column("Verified", COUNT), Column("Share verified", SHARE),
    Column("Not active", COUNT), *(Column(WORDS[name], COUNT) for name in MISSED),
)  # fmt: skip
PICKS = {1: "asked:true", 4: "became:inactive", 5: "became:never", 6: "became:old", 7: "became:failed"}


def _rules(scope: Scope) -> dict:
    policy = policy_on(scope.last)
    return {"yearly": policy.is_yearly, "monthly": list(policy.monthly_kinds), "stale": policy.stale_days}


def _verified(row: tuple) -> int:
    return row[1] + row[2]


def _cells(row: tuple) -> tuple:
    return (row[0], _verified(row), ratio(_verified(row), row[0]), *row[2:6])


def _groups(scope: Scope, *names: str) -> Groups:
    return CHECKED.groups(scope, course(scope)[0], *names, **_rules(scope))


def build(scope: Scope) -> Findings:
    """Insured visits of a scope by what was known when they began: two statements."""
    found, payers = _groups(scope, "payer", "provider"), names_of(Payer)
    insured = {key: row for key, row in found.items() if row[0]}
    whole, (name, head) = found[("", "")], course(scope)
    counts = dict(zip((*VERIFIED, *MISSED, *NO_SHARE), whole[1:], strict=True))
    shown = insured | {("", ""): whole}
    return Findings(
        population=whole[0] + sum(counts[one] for one in NO_SHARE),
        tiles=(
            Tile("Verified before the visit", ratio(_verified(whole), whole[0]), SHARE, whole[0] - _verified(whole),
                 f"{_verified(whole):,} of {whole[0]:,} insured visits"),
            Tile("Not active", counts["inactive"], COUNT, tone="soon" if counts["inactive"] else ""),
            Tile("Never checked", counts["never"], COUNT),
        ),
        sections=(
            Section(f"By {name} of the visit", cut(head, name, shown, COLUMNS, _cells),
                    plot=Plot("line", (3,), f"Verified before the visit by {name}")),
            Section("Why visits were not verified", _causes(counts), plot=Plot("bars", (1,), "Visits not verified by cause")),
            Section("By payer", cut("Payer", "payer", shown, COLUMNS, _cells, words=payers, by=0, picks=PICKS)),
            Section("By provider", cut("Seen by", "provider", shown, COLUMNS, _cells, picks=PICKS)),
        ),
        excluded=tuple(Excluded(WORDS[one].lower(), counts[one], (f"became:{one}",)) for one in NO_SHARE),
    )  # fmt: skip


def _causes(counts: dict[str, int]) -> Table:
    lines = tuple(Line((WORDS[name], counts[name]), (f"became:{name}",)) for name in MISSED if counts[name])
    total = Line(("All", sum(counts[name] for name in MISSED))) if lines else None
    return Table((Column("Cause"), Column("Visits", COUNT)), lines, total, picks={1: ""})


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(checked_rows(scope, picks, **_rules(scope)), _row)


def _row(row: tuple) -> Row:
    pk, patient, last, first, starts_at, zone, payer, became, checked_at = row
    cells = (f"{last}, {first}", format_local(starts_at, zone), payer or "–", WORDS[became],
             format_local(checked_at, zone) if checked_at else "–")  # fmt: skip
    return Row(cells, reverse("scheduling:appointment", args=[pk]), patient)


def _words(picks: tuple[str, ...]) -> str:
    known = {"became": WORDS, "payer": names_of(Payer), "provider": {}, "asked": {"true": "Insured visits"}}
    return pick_words(picks, known, "Visits")


def read(scope: Scope) -> Reading:
    """The share verified, ready to be compared."""
    return reading(scope, _groups(scope), lambda row: ratio(_verified(row), row[0]), lambda row: row[0])


_VERIFIED = "Insured visits whose payer had said, before they began, whether the coverage is active, of all insured visits."

REPORT = Report(
    code="verification",
    title="Verification before the visit",
    about="For how many insured visits the coverage was verified before they began, and why not.",
    icon="shield-check",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Patient"), Column("Visit"), Column("Payer"), Column("Verification"), Column("Checked")),
        read=_read, words=_words, permission=Permission.SCHEDULE_VIEW,
    ),
    order=110,
    definitions=(
        ("Verified", _VERIFIED + " “Not active” is an answer too and counts as verified."),
        ("Insured visit", "A booked visit that was not called off and whose time has come, of a patient whose first coverage "
                          "on that day is not self-pay. The coverage is taken as it stands on file today."),
        ("Last check too old", "Older than the clinic's rules allow: days, new year, new month for some kinds of payer. The "
                               "rules are those of the last day of the report."),
        ("Asked, no answer that counts", "The newest check before the visit could not verify: the payer was silent or did "
                                         "not find the member."),
    ),
    exclusions="Visits that were called off or are still to come, walk-ins and visits without insurance are in no share. "
               "A stamp on a coverage without a kept check does not count: it does not say when earlier stamps were made.",
    measures=(Measure("verified-before-visit", "Verified before the visit", SHARE, _VERIFIED, read, better="higher",
                      summary="Share"),),
)  # fmt: skip
