"""Follow-up calls: due, tried, reached, red flags. Domain specification 11, report 10."""

from __future__ import annotations

from functools import partial

from django.urls import reverse

from clinic.core.errors import NotFound
from clinic.core.time import format_local
from clinic.reports.model import (
    Column,
    Detail,
    Excluded,
    Findings,
    Kind,
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
from scheduling.queries.report_follow_ups import FLAGS, Calls, call_groups, call_rows
from scheduling.queries.report_scope import dimension_words, member_names
from scheduling.reports.common import RowsOf, in_order, visit_scope
from scheduling.rules.follow_ups import ATTEMPT_WORDS, STATE_WORDS, Attempt, State
from scheduling.rules.outcomes import share


def build(scope: Scope) -> Findings:
    """Follow-ups whose window opens in the scope: one statement."""
    asked = visit_scope(scope)
    found, rules = call_groups(asked)
    whole = found.get(("", ""), Calls())
    bucket = asked.bucket
    return Findings(
        population=whole.due + whole.early,
        tiles=(
            Tile("Due", whole.due, Kind.COUNT),
            Tile("Tried", share(whole.attempted, whole.due), Kind.PERCENT, whole.attempted,
                 f"{whole.attempted} of {whole.due}"),
            Tile("Reached", share(whole.reached, whole.due), Kind.PERCENT, whole.reached,
                 f"{whole.reached} of {whole.due}"),
            Tile("Red flags found", whole.red, Kind.COUNT),
            Tile("Given to the provider", whole.escalated, Kind.COUNT),
        ),
        sections=(
            Section(f"By {bucket} on which the window opened", _table(bucket.capitalize(), bucket, found, {}),
                    plot=Plot("line", (4, 6), f"Tried in the window and reached by {bucket}")),
            Section("By kind of follow-up", _table("Follow-up", "rule", found, rules)),
            Section("By provider", _table("Patient of", "provider", found, {})),
        ),
        excluded=(Excluded("window not open yet", whole.early, ("flag:early",)),),
    )  # fmt: skip


def _table(head: str, name: str, found: dict[tuple[str, str], Calls], rules: dict[str, str]) -> Table:
    values = {value: one for (key, value), one in found.items() if key == name and one.due}
    lines = tuple(
        _line(
            rules.get(value, value) if name == "rule" else dimension_words(name, value),
            values[value],
            (f"rule:{value}",) if name == "rule" else (),
        )
        for value in in_order(name, values)
    )
    columns = (
        Column(head), Column("Due", Kind.COUNT), Column("Tried", Kind.COUNT), Column("In the window", Kind.COUNT),
        Column("Share in the window", Kind.PERCENT), Column("Reached", Kind.COUNT), Column("Share reached", Kind.PERCENT),
        Column("Red flags", Kind.COUNT), Column("To the provider", Kind.COUNT),
    )  # fmt: skip
    picks = {
        1: "",
        2: "flag:attempted",
        3: "flag:on_time",
        5: "flag:reached",
        7: "flag:red",
        8: "flag:escalated",
    }
    return Table(
        columns, lines, _line("All", found.get(("", ""), Calls()), ()) if lines else None,
        picks=picks if name == "rule" else {},
    )  # fmt: skip


def _line(words: str, one: Calls, picks: tuple[str, ...]) -> Line:
    cells = (words, one.due, one.attempted, one.on_time, share(one.on_time, one.due), one.reached,
             share(one.reached, one.due), one.red, one.escalated)  # fmt: skip
    return Line(cells, picks)


def _asked(picks: tuple[str, ...]) -> tuple[str, str]:
    asked = dict(pick.partition(":")[::2] for pick in picks)
    flag, rule = asked.pop("flag", ""), asked.pop("rule", "")
    if asked or (flag and flag not in FLAGS) or len(rule) > 40:
        raise NotFound("There are no such rows.")
    return flag, rule


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    flag, rule = _asked(picks)
    return RowsOf(call_rows(visit_scope(scope), flag=flag, rule=rule), _row)


def _row(row: tuple) -> Row:
    pk, patient, last_name, first_name, opens_at, zone, rule, provider, state, tries, last = row
    cells = (
        f"{last_name}, {first_name}", rule, format_local(opens_at, zone), member_names().get(provider or "", ""),
        STATE_WORDS[State(state)], tries, ATTEMPT_WORDS[Attempt(last)] if last else "",
    )  # fmt: skip
    return Row(cells, reverse("scheduling:follow-up", args=[pk]), patient)


def _words(picks: tuple[str, ...]) -> str:
    flag, _ = _asked(picks)
    return FLAGS.get(flag, "Follow-up calls due")


def reading(name: str, scope: Scope) -> Reading:
    """A share of the follow-ups due, ready to be compared."""
    asked = visit_scope(scope)
    found, _ = call_groups(asked)
    whole = found.get(("", ""), Calls())
    points = tuple(
        (dimension_words(*key), share(getattr(one, name), one.due), one.due)
        for key, one in sorted(found.items())
        if key[0] == asked.bucket and one.due
    )
    return Reading(
        value=share(getattr(whole, name), whole.due),
        counted=whole.due,
        part=getattr(whole, name),
        left_out={"window not open yet": whole.early} if whole.early else {},
        points=points,
    )


_ON_TIME = "Follow-ups with a first attempt before their window closed, of all due."
_REACHED = "Follow-ups whose patient spoke or pressed a key, of all due."

REPORT = Report(
    code="follow-up-calls",
    title="Follow-up calls",
    about="Calls due after visits: how many were tried in time, reached, and found something.",
    icon="phone-outgoing",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Patient"), Column("Follow-up"), Column("Window from"), Column("Patient of"), Column("State"),
                 Column("Attempts", Kind.NUMBER), Column("Last attempt")),
        read=_read,
        words=_words,
        permission=Permission.FOLLOW_UP_WORK,
    ),
    order=80,
    unit="follow-ups",
    definitions=(
        ("Due", "Follow-ups whose window opened on these days. Those without a visit belong to no location."),
        ("Tried", "With any attempt: a call, an automated call or a letter."),
        ("In the window", _ON_TIME),
        ("Reached", _REACHED),
        ("Red flags", "With a red flag on any attempt."),
        ("To the provider", "A concern, a red flag, or a patient who could not be reached."),
    ),
    exclusions="Follow-ups whose window is not open yet are not due.",
    measures=(
        Measure("follow-ups-on-time", "Follow-ups tried in the window", Kind.PERCENT, _ON_TIME,
                partial(reading, "on_time"), better="higher", summary="Share"),
        Measure("follow-ups-reached", "Follow-ups reached", Kind.PERCENT, _REACHED, partial(reading, "reached"),
                better="higher", summary="Share"),
    ),
)  # fmt: skip
