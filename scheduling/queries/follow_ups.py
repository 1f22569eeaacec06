"""Follow-up calls as staff see them: the lists, one call's page, a patient's own, and figures for reports."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from clinic.core.errors import NotFound
from clinic.core.profile import clinic
from clinic.core.time import format_clock, format_day, now, zone
from clinic.inbox.models import Alert
from clinic.inbox.queries.calls import script_in_force
from clinic.messaging.models import Message
from records.queries.reach import mailing_address
from scheduling.models import (
    Appointment,
    FollowUp,
    FollowUpAttempt,
    FollowUpRule,
    FollowUpScript,
    ReleasedWords,
)
from scheduling.queries.follow_up_numbers import Number, may_call, phones_of
from scheduling.queries.follow_up_setup import letter_for, rules_by_hand, script_for
from scheduling.rules.follow_ups import REACHED, STATE_WORDS, Attempt, State

VIEWS = {
    "now": "To call now",
    "later": "Later",
    "provider": "With the provider",
    "letters": "Letters due",
    "closed": "Closed",
}
TONES = {
    State.PLANNED: "plain",
    State.CALLING: "now",
    State.QUEUE: "soon",
    State.PROVIDER: "now",
    State.LETTER: "soon",
    State.CLOSED: "done",
}
OUTCOME_TONES = {
    Attempt.WELL: "done",
    Attempt.RED_FLAG: "danger",
    Attempt.CONCERN: "soon",
    Attempt.CALL_ME: "soon",
    Attempt.WRONG_NUMBER: "danger",
}


def follow_ups_in(view: str, at: datetime | None = None) -> QuerySet[FollowUp]:
    """One list: `now` has who asked to be called first, then whose window ends soonest."""
    present = at or now()
    rows = FollowUp.objects.select_related("patient", "rule", "provider", "appointment").annotate(
        words_to_tell=Exists(ReleasedWords.objects.filter(follow_up=OuterRef("pk"), told_at=None))
    )
    if view == "later":
        ahead = Q(state__in=(State.PLANNED, State.CALLING)) | Q(state=State.QUEUE, next_at__gt=present)
        return rows.filter(ahead).order_by("next_at", "pk")
    if view == "provider":
        return rows.filter(state=State.PROVIDER).order_by("next_at", "pk")
    if view == "letters":
        return rows.filter(state=State.LETTER).order_by("next_at", "pk")
    if view == "closed":
        return rows.filter(state=State.CLOSED).order_by("-closed_at", "pk")
    return rows.filter(state=State.QUEUE, next_at__lte=present).order_by("-is_call_wanted", "closes_at", "pk")


@dataclass(frozen=True)
class Line:
    """One line of a list, in words."""

    row: FollowUp
    when: str
    last: str
    is_late: bool
    tone: str

    @property
    def patient_id(self):
        return self.row.patient_id

    @property
    def state_words(self) -> str:
        return STATE_WORDS[State(self.row.state)]


def lines(rows, at: datetime | None = None) -> list[Line]:
    """The rows of a list as they are shown. No query."""
    present = at or now()
    return [
        Line(
            row=row,
            when=_when(row),
            last=_last(row),
            is_late=row.state in (State.QUEUE, State.CALLING) and row.closes_at < present,
            tone=TONES[State(row.state)],
        )
        for row in rows
    ]


def _at(moment: datetime, zone_name: str) -> str:
    local = moment.astimezone(zone(zone_name))
    return f"{local:%a}, {local:%b} {local.day}, {format_clock(moment, zone_name)}"


def _when(row: FollowUp) -> str:
    if row.state == State.CLOSED:
        return f"Closed {_at(row.closed_at, row.zone)} by {row.closed_by_label}"
    if row.state == State.PLANNED:
        return f"Due from {_at(row.opens_at, row.zone)}"
    if row.state == State.CALLING:
        return f"Automated call {_at(row.next_at, row.zone)}"
    if row.state == State.QUEUE and row.next_at > row.opens_at and row.counted:
        return f"Again from {_at(row.next_at, row.zone)}, window ends {_at(row.closes_at, row.zone)}"
    return f"Window ends {_at(row.closes_at, row.zone)}"


def _last(row: FollowUp) -> str:
    if not row.last_outcome:
        return "Not called yet"
    return f"{row.get_last_outcome_display()}, {_at(row.last_at, row.zone)}"


@dataclass(frozen=True)
class Load:
    """What waits: for the home panel."""

    to_call: int
    wanted: int
    provider: int
    letters: int

    @property
    def total(self) -> int:
        return self.to_call + self.provider + self.letters


def load(at: datetime | None = None) -> Load:
    """Counts in one statement."""
    present = at or now()
    due = Q(state=State.QUEUE, next_at__lte=present)
    return Load(
        **FollowUp.objects.exclude(state=State.CLOSED).aggregate(
            to_call=Count("pk", filter=due),
            wanted=Count("pk", filter=due & Q(is_call_wanted=True)),
            provider=Count("pk", filter=Q(state=State.PROVIDER)),
            letters=Count("pk", filter=Q(state=State.LETTER)),
        )
    )


@dataclass(frozen=True)
class CallPage:
    """The page of one follow-up: whom, why, which numbers, what was tried, what to say."""

    row: FollowUp
    line: Line
    numbers: list[Number]
    attempts: list[FollowUpAttempt]
    words: list[ReleasedWords]
    script: FollowUpScript
    emergency_groups: list[dict]
    emergency_steps: list[str]
    alerts: list[Alert]
    calls: list[Message] = field(default_factory=list)

    @property
    def is_callable(self) -> bool:
        return self.row.state in (State.PLANNED, State.CALLING, State.QUEUE)

    @property
    def untold(self) -> list[ReleasedWords]:
        return [one for one in self.words if one.told_at is None]

    @property
    def callable_numbers(self) -> list[Number]:
        return [number for number in self.numbers if number.is_callable]


def call_page(pk) -> CallPage | None:
    """Everything that the page shows, in a fixed number of queries; None when there is no such follow-up."""
    row = (
        FollowUp.objects.filter(pk=pk)
        .select_related("patient", "rule", "provider", "appointment__visit_type", "opened_by")
        .prefetch_related("patient__contacts")
        .first()
    )
    if row is None:
        return None
    emergency = script_in_force()
    return CallPage(
        row=row,
        line=lines([row])[0],
        numbers=phones_of(row.patient),
        attempts=list(row.attempts.select_related("by", "call", "message")),
        words=list(row.words.select_related("released_by", "told_by")),
        script=script_for(row.rule.script_code),
        emergency_groups=emergency.groups if emergency else [],
        emergency_steps=emergency.steps if emergency else [],
        alerts=alerts_of(row),
        calls=list(Message.objects.filter(subject=f"follow-up:{row.pk}").order_by("planned_at")),
    )


def attempt_on_file(pk) -> FollowUpAttempt:
    """One attempt with its follow-up. Raises NotFound."""
    row = FollowUpAttempt.objects.select_related("follow_up").filter(pk=pk).first()
    if row is None:
        raise NotFound("This call is not on file.")
    return row


def alerts_of(row: FollowUp) -> list[Alert]:
    """The red flags of this follow-up, the newest first, with who acknowledged them and what they did."""
    return list(
        Alert.objects.filter(source_key__startswith=f"follow-up:{row.pk}:")
        .select_related("acknowledged_by")
        .order_by("-raised_at")
    )


def spoken_words(text: str, row: FollowUp, caller: str) -> str:
    """A script's opening or closing with its names filled in; what it does not know stays as it is."""
    return _filled(
        text,
        {
            "caller": caller,
            "clinic": clinic().name,
            "name": row.patient.legal_name,
            "phone": clinic().phone_shown,
        },
    )


def _filled(text: str, values: dict[str, str]) -> str:
    """Values in place of {names}, as data: braces in a value stay what they are."""
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found.group(1), found.group(0))), text)


@dataclass(frozen=True)
class Letter:
    """The letter as it is printed; `address` line by line, where the patient asked for letters."""

    address: list[str]
    heading: str
    body: str
    language: str


def letter_of(row: FollowUp) -> Letter | None:
    """The wording in force in the patient's language, filled in. No query but the patient's."""
    wording = letter_for(row.patient.language)
    if wording is None:
        return None
    day = row.appointment.local_day if row.appointment else row.opens_at.astimezone(zone(row.zone)).date()
    values = {
        "name": row.patient.legal_name,
        "date": format_day(day),
        "phone": clinic().phone_shown,
        "clinic": clinic().name,
    }
    return Letter(
        mailing_address(row.patient), wording.heading, _filled(wording.body, values), wording.language
    )


@dataclass(frozen=True)
class PatientCalls:
    """The panel of the patient's page."""

    lines: list[Line]
    attempts: list[FollowUpAttempt]
    consents: list[tuple[Number, bool]]


def patient_calls(patient, limit: int = 5) -> PatientCalls:
    """A patient's follow-ups, the open ones first, their last attempts, and where automated calls are welcome."""
    rows = list(
        FollowUp.objects.filter(patient=patient)
        .select_related("patient", "rule", "provider", "appointment")
        .order_by(F("closed_at").desc(nulls_first=True), "-opens_at")[:limit]
    )
    attempts = FollowUpAttempt.objects.filter(follow_up__patient=patient).select_related("by", "follow_up")
    return PatientCalls(
        lines=lines(rows),
        attempts=list(attempts.order_by("-at")[:limit]),
        consents=[(number, may_call(patient, number.address)) for number in phones_of(patient)],
    )


@dataclass(frozen=True)
class CheckOutCall:
    """The panel of check-out: what is due after this visit, what can be added, may we call by machine."""

    appointment: Appointment
    due: list[Line]
    by_hand: list[FollowUpRule]
    number: Number | None
    is_welcome: bool


def check_out_call(appointment: Appointment) -> CheckOutCall:
    """What check-out asks about follow-up calls."""
    rows = FollowUp.objects.filter(appointment=appointment).select_related(
        "patient", "rule", "provider", "appointment"
    )
    number = next((one for one in phones_of(appointment.patient) if one.is_callable), None)
    return CheckOutCall(
        appointment=appointment,
        due=lines(rows.order_by("opens_at")),
        by_hand=rules_by_hand(),
        number=number,
        is_welcome=number is not None and may_call(appointment.patient, number.address),
    )


@dataclass(frozen=True)
class Figures:
    """Follow-up calls of a period: rows whose window opened in it."""

    due: int
    attempted: int
    reached: int
    red_flags: int
    escalated: int


def figures(period: tuple[datetime, datetime]) -> Figures:
    """Counts for the reports, in one statement. `period` is a half-open pair of instants.

    due: follow-ups whose window opened in the period. Of these: attempted, with any attempt; reached, whose patient
    spoke or pressed a key; red_flags, with a red flag on any attempt; escalated, given to the provider (a concern, a
    red flag, or not reached at all).
    """
    start, end = period
    made = FollowUpAttempt.objects.filter(follow_up=OuterRef("pk"))
    up = (Attempt.CONCERN, Attempt.RED_FLAG, Attempt.LETTER)
    rows = FollowUp.objects.filter(opens_at__gte=start, opens_at__lt=end).annotate(
        was_tried=Exists(made),
        was_reached=Exists(made.filter(outcome__in=REACHED)),
        was_red=Exists(made.filter(outcome=Attempt.RED_FLAG)),
        was_escalated=Exists(made.filter(outcome__in=up)),
    )
    return Figures(
        **rows.aggregate(
            due=Count("pk"),
            attempted=Count("pk", filter=Q(was_tried=True)),
            reached=Count("pk", filter=Q(was_reached=True)),
            red_flags=Count("pk", filter=Q(was_red=True)),
            escalated=Count("pk", filter=Q(was_escalated=True)),
        )
    )
