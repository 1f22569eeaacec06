"""Reminders: sent, delivered, answered, and what they are worth. Domain specification 11, report 6."""

from __future__ import annotations

from functools import partial

from clinic.reports.model import (
    Column,
    Excluded,
    Findings,
    Kind,
    Line,
    Measure,
    Plot,
    Reading,
    Report,
    Section,
    Table,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.queries.report_reminders import CHANNELS, Answered, Sent, opt_outs, reminders
from scheduling.queries.report_scope import REMINDER, dimension_words, tally
from scheduling.reports.common import VISIT_DETAIL, total_of, visit_scope
from scheduling.rules.outcomes import KEPT_TIME, Outcome, share

CHANNEL_WORDS = {"sms": "Text message", "email": "E-mail", "voice": "Automated call"}
COLUMNS = (
    Column("Left", Kind.COUNT),
    Column("Delivered", Kind.COUNT),
    Column("Delivered of left", Kind.PERCENT),
    Column("Failed", Kind.COUNT),
    Column("Visits reached", Kind.COUNT),
    Column("Confirmed", Kind.COUNT),
    Column("Confirmed of reached", Kind.PERCENT),
)


def build(scope: Scope) -> Findings:
    """Messages and answers of the scope's visits: three statements."""
    asked = visit_scope(scope)
    sent, answered = reminders(asked)
    by_state = tally(asked, ["reminder"])["reminder"]
    outs = opt_outs(asked)
    whole, reply = sent.get(("", ""), Sent()), answered.get(("", ""), Answered())
    bucket = asked.bucket
    buckets = sorted(value for name, value in sent if name == bucket)
    channels = [name for name in CHANNELS if ("channel", name) in sent]
    return Findings(
        population=whole.planned,
        tiles=(
            Tile("Delivered", share(whole.delivered, whole.left), Kind.PERCENT, whole.left - whole.delivered,
                 f"{whole.delivered:,} of {whole.left:,} that left"),
            Tile("Confirmed", share(reply.confirmed, reply.delivered), Kind.PERCENT, reply.confirmed,
                 f"{reply.confirmed:,} of {reply.delivered:,} visits reached"),
            Tile("Opted out", sum(outs.values()), Kind.COUNT, hint="the whole clinic"),
            Tile("Bad numbers and addresses", whole.addresses_failed, Kind.COUNT,
                 tone="soon" if whole.addresses_failed else ""),
        ),
        sections=(
            Section(f"By {bucket} of the visit", _table(bucket.capitalize(), [
                        (dimension_words(bucket, value), (bucket, value)) for value in buckets], sent, answered),
                    plot=Plot("line", (3, 7), f"Delivered and confirmed by {bucket}")),
            Section("By channel", _table("Channel", [(CHANNEL_WORDS[name], ("channel", name)) for name in channels],
                                         sent, answered, has_total=False)),
            Section("Did they come?", _came(by_state), plot=Plot("bars", (3,), "No-show rate by reminder")),
            Section("Opted out", _outs(outs), note="By their own word, on these days, in the whole clinic."),
        ),
        excluded=(
            Excluded("not sent: no longer needed, not wanted, or too late", whole.void),
            Excluded("still to leave, or in doubt", whole.waiting),
            Excluded("failed before they left", max(whole.planned - whole.left - whole.void - whole.waiting, 0)),
        ),
    )  # fmt: skip


def _table(head: str, rows: list, sent: dict, answered: dict, *, has_total: bool = True) -> Table:
    def cells(words: str, key: tuple[str, str]) -> tuple:
        one, reply = sent.get(key, Sent()), answered.get(key, Answered())
        return (
            words,
            one.left,
            one.delivered,
            share(one.delivered, one.left),
            one.failed,
            reply.delivered,
            reply.confirmed,
            share(reply.confirmed, reply.delivered),
        )

    lines = tuple(Line(cells(words, key)) for words, key in rows)
    total = Line(cells("All", ("", ""))) if lines and has_total else None
    return Table((Column(head), *COLUMNS), lines, total)


def _came(found: dict) -> Table:
    """No-shows by what the patient had heard: the worth of a reminder."""
    lines = []
    for state, words in REMINDER.items():
        kept = total_of(found.get(state, {}), KEPT_TIME)
        missed = found.get(state, {}).get(Outcome.NO_SHOW, 0)
        if kept:
            lines.append(Line((words, kept, missed, missed / kept), (f"reminder:{state}",)))
    columns = (
        Column("Reminder"),
        Column("Counted", Kind.COUNT),
        Column("No-shows", Kind.COUNT),
        Column("No-show rate", Kind.PERCENT),
    )
    return Table(columns, tuple(lines), picks={2: "outcome:no_show"})  # fmt: skip


def _outs(outs: dict[str, int]) -> Table:
    lines = tuple(Line((CHANNEL_WORDS.get(name, name), count)) for name, count in outs.items() if count)
    total = Line(("All", sum(outs.values()))) if lines else None
    return Table((Column("Channel"), Column("Addresses", Kind.COUNT)), lines, total)


def reading(name: str, scope: Scope) -> Reading:
    """Delivered of left, or confirmed of reached, over a scope, ready to be compared."""
    asked = visit_scope(scope)
    sent, answered = reminders(asked)

    def parts(key: tuple[str, str]) -> tuple[int, int]:
        if name == "delivered":
            one = sent.get(key, Sent())
            return one.delivered, one.left
        reply = answered.get(key, Answered())
        return reply.confirmed, reply.delivered

    part, whole = parts(("", ""))
    keys = sorted(key for key in sent if key[0] == asked.bucket)
    points = tuple((dimension_words(*key), share(*parts(key)), parts(key)[1]) for key in keys)
    return Reading(share(part, whole), whole, part=part, points=points)


_DELIVERED = "Reminders that the provider of texts, mail or calls reported as delivered, of those that left the clinic."
_CONFIRMED = "Visits confirmed after a delivered reminder had left, of all visits with a delivered reminder."

REPORT = Report(
    code="reminders",
    title="Reminders",
    about="What was sent, what arrived, who confirmed, and whether those reminded came.",
    icon="message-check",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=VISIT_DETAIL,
    order=60,
    unit="reminders",
    definitions=(
        ("Delivered of left", _DELIVERED + " Some channels report nothing; theirs count as left only."),
        ("Confirmed of reached", _CONFIRMED + " Confirmed by the patient, or by the desk for them."),
        ("No-show rate", "No-shows divided by visits that kept their time to the end, as under no-shows."),
        ("Opted out", "Addresses that said no to one channel or to everything on these days."),
        ("Bad numbers and addresses", "Different addresses to which a reminder of these visits failed."),
    ),
    exclusions="Reminders that never left are in no rate.",
    measures=(
        Measure("reminders-delivered", "Reminders delivered", Kind.PERCENT, _DELIVERED, partial(reading, "delivered"),
                better="higher", summary="Rate"),
        Measure("reminders-confirmed", "Confirmed after a reminder", Kind.PERCENT, _CONFIRMED,
                partial(reading, "confirmed"), better="higher", summary="Rate"),
    ),
)  # fmt: skip
