"""What a made-up patient would get before a visit: the policy, the window and the limits at work on one example."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace
from uuid import UUID

from django.conf import settings

from clinic.core.profile import clinic, clinic_zone
from clinic.core.time import now
from clinic.messaging.queries.policy import limits_of, send_settings, template_for, window_of
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules import limits, texts, window
from clinic.messaging.rules.phones import spoken_phone
from scheduling.queries.reminder_wishes import CHANNELS, purpose_of, wanted_of
from scheduling.rules import reminders as rules
from scheduling.rules.visit_states import State

ENOUGH = "The patient got enough messages by then."
NAMES = {"en": "Maria", "es": "María"}


@dataclass(frozen=True)
class Example:
    """One message as it would leave. `at` is None when no good time is left; `why` says what moved or stopped it."""

    due: rules.Due
    channel: str
    at: datetime | None
    body: str
    heading: str = ""
    why: str = ""


@dataclass(frozen=True)
class Cadence:
    """The whole row of messages before one visit booked now."""

    starts_at: datetime
    zone: str
    examples: list[Example] = field(default_factory=list)


def cadence(*, visit_type_id: UUID | None, language: str, channel: str, starts_at: datetime) -> Cadence:
    """The messages of a visit at `starts_at` (UTC), booked now, for a patient who agreed to `channel` (and has an
    e-mail address besides). Nothing is read of any patient, and nothing is written."""
    zone = clinic_zone()
    visit = SimpleNamespace(
        pk="example", starts_at=starts_at, zone=zone, visit_type_id=visit_type_id, state=State.SCHEDULED
    )
    allowed = [channel] if channel == "email" else [channel, "email"]
    variables = _variables(starts_at, zone, language)
    wanted = sorted(wanted_of(visit, set(), is_confirmed=True), key=lambda pair: pair[0].wanted_at)
    found = [
        _example(due, row, language, variables, zone)
        for due, rows in wanted
        for row in sorted(rows, key=lambda row: CHANNELS.index(row.channel))
        if row.channel == next((each for each in CHANNELS if each in allowed and each in _channels(rows)), "")
    ]
    return Cadence(starts_at, zone, _limited(found, zone))


def _channels(rows) -> set[str]:
    return {row.channel for row in rows}


def _variables(starts_at: datetime, zone: str, language: str) -> dict[str, str]:
    return {
        "first_name": NAMES.get(language, NAMES["en"]),
        "clinic": practice_name(),
        "date": rules.day_words(starts_at, zone, language),
        "time": rules.time_words(starts_at, zone),
        "phone": spoken_phone(clinic().phone) or "555-010-1234",
        "link": f"{settings.PUBLIC_URL.rstrip('/')}/v/" + "A" * texts.LINK_TOKEN,
    }


def _example(due: rules.Due, policy, language: str, variables: dict[str, str], zone: str) -> Example:
    at = window.place(
        due.wanted_at,
        now=now(),
        not_after=due.not_after,
        zone=zone,
        window=window_of(send_settings()),
        may_wait=due.is_preparation or not due.hours_before,
    )
    template = template_for(policy.template_code, policy.channel, language)
    if template is None:
        return Example(due, policy.channel, None, "", why="There is no such wording for this channel.")
    why = ""
    if at is None:
        why = "No time left within the send window."
    elif at < due.wanted_at:
        why = "Moved to before the window closes."
    elif at > due.wanted_at:
        why = "Waits until the window opens."
    try:
        body = texts.fill(template.body, variables, channel=policy.channel)
        heading = texts.fill(template.heading, variables, channel=policy.channel)
    except texts.UnknownVariable:
        return Example(
            due, policy.channel, None, "", why="This wording cannot be filled. Mend it under Wording."
        )
    return Example(due, policy.channel, at, body, heading, why)


def _next_good(at: datetime, due: rules.Due, zone: str) -> datetime | None:
    """When a message that was held until `at` leaves: then, at the next opening, or not at all."""
    late = window.at_send(at, not_after=due.not_after, zone=zone, window=window_of(send_settings()))
    return at if late.leave else late.until


def _limited(examples: list[Example], zone: str) -> list[Example]:
    """The limits of a day and a week, in the order in which the messages would leave."""
    rules_now, left, shown = send_settings(), [], []
    for one in sorted(examples, key=lambda each: each.at or each.due.wanted_at):
        counts = str(purpose_of(one.due)) in rules_now.limited_purposes
        if one.at and counts:
            free = limits.free_at(one.at, left, limits_of(rules_now), zone)
            if free > one.at:
                one = replace(one, at=_next_good(free, one.due, zone), why=ENOUGH)
            if one.at:
                left.append(one.at)
        shown.append(one)
    return shown
