"""The manager's day: today against a usual day of the same weekday, and what needs a decision."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from billing.queries import collected, uncharged_encounters
from clinic.backup.queries import BackupState, backup_state
from clinic.core.db import counts
from clinic.core.failures import given_up
from clinic.core.money import dollars
from clinic.core.profile import clinic_zone
from clinic.core.time import now, today
from clinic.inbox.models import Alert, Task
from clinic.messaging.queries.attention import replies_to_handle
from clinic.messaging.queries.outbox import outbox
from clinic.staff.permissions import Permission as P
from inventory.queries.reorder import expiring_levels, low_items
from records.models import Note, RedFlag
from scheduling.models import Appointment, VisitInterval
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING, State, Stay
from scheduling.rules.waits import Summary, no_show_rate, stamps, summary, waits

WEEKS = 6
RECENT_DAYS = 14
DAYS_KEPT = 200


@dataclass(frozen=True)
class DayFigures:
    """One day in numbers. Waits are minutes: median, 90th percentile, how many counted and how many did not."""

    day: date
    booked: int
    arrived: int
    completed: int
    in_clinic: int
    to_come: int
    no_shows: int
    cancelled: int
    lobby: Summary
    provider_wait: Summary
    cycle: Summary
    no_show_rate: float | None


def day_figures(days: Iterable[date]) -> dict[date, DayFigures]:
    """The figures of several days in two queries."""
    wanted = list(days)
    visits = defaultdict(list)
    for visit in Appointment.objects.filter(local_day__in=wanted).only(
        "id", "state", "starts_at", "local_day", "is_late_cancel"
    ):
        visits[visit.local_day].append(visit)
    stays = defaultdict(list)
    # Plain tuples: thousands of rows, and no row of them is needed as an object.
    rows = VisitInterval.objects.filter(appointment__local_day__in=wanted).order_by("recorded_at", "id")
    for visit_id, pk, state, *instants, undo_of in rows.values_list(
        "appointment_id", "id", "state", "started_at", "ended_at", "recorded_at", "undo_of_id"
    ):
        stays[visit_id].append(Stay(pk, State(state), *instants, undo_of=undo_of))
    return {day: _figures(day, visits[day], stays) for day in wanted}


_known: dict[tuple, DayFigures] = {}


def kept_figures(days: list[date]) -> list[DayFigures]:
    """The figures of days that have visits, worked out again only when one of the day's visits changed.

    Every move of a visit saves its appointment too, so that the newest change of a day is its mark. One query
    while nothing changed, three otherwise.
    """
    stamped = (
        Appointment.objects.filter(local_day__in=days)
        .order_by()
        .values_list("local_day")
        .annotate(visits=Count("id"), changed=Max("updated_at"), last=Max(Cast("id", TextField())))
    )
    marks = {day: (day, *mark) for day, *mark in stamped}
    found = {day: _known[mark] for day, mark in marks.items() if mark in _known}
    unknown = [day for day in marks if day not in found]
    if unknown:
        if len(_known) > DAYS_KEPT:
            _known.clear()
        found |= day_figures(unknown)
        _known.update({marks[day]: found[day] for day in unknown})
    return [found[day] for day in days if day in found]


def _figures(day: date, visits: list[Appointment], stays: dict) -> DayFigures:
    states = Counter(visit.state for visit in visits)
    measured = [
        waits(stamps(stays[visit.pk], scheduled_at=visit.starts_at))
        for visit in visits
        if visit.state in IN_CLINIC or visit.state in (State.COMPLETED, State.LEFT)
    ]
    gone = states[State.CANCELLED] + states[State.RESCHEDULED]
    return DayFigures(
        day=day,
        booked=len(visits) - gone,
        arrived=len(measured),
        completed=states[State.COMPLETED],
        in_clinic=sum(states[state] for state in IN_CLINIC),
        to_come=sum(states[state] for state in UPCOMING),
        no_shows=states[State.NO_SHOW],
        cancelled=gone,
        lobby=summary(one["lobby_wait"] for one in measured),
        provider_wait=summary(one["provider_wait"] for one in measured),
        cycle=summary(one["cycle_time"] for one in measured),
        no_show_rate=no_show_rate(
            completed=states[State.COMPLETED],
            no_shows=states[State.NO_SHOW],
            late_cancels=sum(v.is_late_cancel for v in visits if v.state == State.CANCELLED),
            left=states[State.LEFT],
        ),
    )


@dataclass(frozen=True)
class Tile:
    """One number of the day beside what is usual."""

    label: str
    value: str
    hint: str
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Decision:
    """Something that waits for the manager, one click from its list; no url where the list is others' to open."""

    count: int
    words: str
    url: str
    urgency: int


@dataclass(frozen=True)
class ManagerDay:
    """The manager's page."""

    day: date
    tiles: list[Tile]
    decisions: list[Decision]
    excluded: int


def manager_day(actor) -> ManagerDay:
    """Today in the clinic's zone, beside the same weekday of six weeks.

    Where the clinic is usually closed on that weekday, the open days of the last two weeks stand beside it.
    """
    day = today(clinic_zone())
    found = kept_figures([day, *(day - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1))])
    figures = found[0] if found and found[0].day == day else _figures(day, [], {})
    usual, name = [one for one in found if one.arrived and one.day != day], f"{day:%A}"
    if len(usual) < 2:
        recent = kept_figures([day - timedelta(days=days) for days in range(1, RECENT_DAYS + 1)])
        usual, name = [one for one in recent if one.arrived], "day"
    backup = backup_state()
    return ManagerDay(
        day=day,
        tiles=[*_tiles(actor, figures, usual, name), *_backup_tile(backup)],
        decisions=[*_backup_decision(actor, backup), *_decisions(actor, day)],
        excluded=figures.lobby.excluded,
    )


def _usual(days: list[DayFigures], read: Callable[[DayFigures], float | None]) -> float | None:
    values = [value for one in days if (value := read(one)) is not None]
    return median(values) if values else None


def _tiles(actor, figures: DayFigures, usual: list[DayFigures], name: str) -> list[Tile]:

    def hint(value: float | None, unit: str = "") -> str:
        return f"usual {name}: {value:.0f}{unit}" if value is not None else "nothing to compare yet"

    schedule = reverse("scheduling:day") if actor.can(P.SCHEDULE_VIEW) else ""
    lobby = figures.lobby
    slow = lobby.p90 is not None and lobby.p90 > 30
    money = collected(figures.day)
    return [
        Tile("Visits booked", str(figures.booked), hint(_usual(usual, lambda d: d.booked)), url=schedule),
        Tile(
            "Seen and gone",
            str(figures.completed),
            f"{figures.in_clinic} in the clinic, {figures.to_come} to come",
        ),
        Tile(
            "Wait for a room",
            _minutes(lobby.median),
            f"90th percentile {_minutes(lobby.p90)}; {hint(_usual(usual, lambda d: d.lobby.median), ' min')}",
            "soon" if slow else "",
        ),
        Tile(
            "Wait for the provider",
            _minutes(figures.provider_wait.median),
            f"90th percentile {_minutes(figures.provider_wait.p90)}; "
            f"{hint(_usual(usual, lambda d: d.provider_wait.median), ' min')}",
        ),
        Tile(
            "Door to door",
            _minutes(figures.cycle.median),
            hint(_usual(usual, lambda d: d.cycle.median), " min"),
        ),
        Tile("No-shows", str(figures.no_shows), hint(_usual(usual, lambda d: d.no_shows))),
        Tile(
            "Collected",
            dollars(money.total),
            f"usual {figures.day:%A}: {dollars(money.usual)}" if money.usual is not None else "",
        ),
    ]


def _backup_tile(backup: BackupState) -> list[Tile]:
    if not backup.is_set_up:
        return []
    value = f"{backup.age} ago" if backup.age else "none"
    hint = f"{backup.size}, encrypted and read back" if backup.age else "none has been made yet"
    return [Tile("Last good backup", value, hint, "soon" if backup.problem else "")]


def _backup_decision(actor, backup: BackupState) -> list[Decision]:
    """First of all: everything else on the page rests on the data still being there tomorrow."""
    if not backup.problem or not actor.can(P.REPORT_VIEW):
        return []
    return [Decision(1, backup.problem, "", 1)]


def _minutes(value: float | None) -> str:
    return f"{value:.0f} min" if value is not None else "–"


def _decisions(actor, day: date) -> list[Decision]:
    """What waits, most urgent first; only what the actor may open."""
    waiting = counts(
        flags=RedFlag.objects.filter(acknowledged_at__isnull=True),
        alerts=Alert.objects.filter(acknowledged_at__isnull=True),
        # The lists' own queries: what is counted here is what the page behind the link shows.
        messages=outbox("attention"),
        replies=replies_to_handle(),
        jobs=given_up(),
        uncharged=uncharged_encounters(None, day - timedelta(days=1)),
        tasks=Task.objects.filter(state="open", due_at__lt=now()),
        notes=Note.objects.filter(signed_at__isnull=True, created_at__lt=now() - timedelta(hours=48)),
        low=low_items(),
        expiring=expiring_levels(30),
    )
    notes_url = "records:home-notes" if actor.can(P.NOTE_SIGN) else ""
    found = [
        (P.CHART_VIEW, 1, waiting["flags"], "red flag{s} not acknowledged", "inbox:list"),
        (P.INBOX_VIEW, 1, waiting["alerts"], "alert{s} not acknowledged", "inbox:list?view=all"),
        (
            P.MESSAGE_VIEW,
            2,
            waiting["messages"],
            "message{s} to patients failed or in doubt",
            "messaging:outbox?tab=attention",
        ),
        (P.MESSAGE_VIEW, 2, waiting["replies"], "repl{y} from patients to read", "messaging:replies"),
        (
            P.MESSAGE_POLICY_EDIT,
            2,
            waiting["jobs"],
            "background job{s} that the program gave up",
            "messaging:failed-work",
        ),
        (
            P.BILLING_QUEUE,
            3,
            waiting["uncharged"],
            "visit{s} before today without charges",
            "billing:queue",
        ),
        (P.STOCK_VIEW, 3, waiting["low"], "item{s} below the reorder point", "inventory:reorder"),
        (P.STOCK_VIEW, 4, waiting["expiring"], "lot{s} expiring within 30 days", "inventory:expiring"),
        (P.INBOX_VIEW, 4, waiting["tasks"], "overdue task{s}", "inbox:list?view=all"),
        (P.REPORT_VIEW, 4, waiting["notes"], "note{s} unsigned for over 48 hours", notes_url),
    ]
    return [
        Decision(count, _plural(words, count), _address(url), urgency)
        for permission, urgency, count, words, url in sorted(found, key=lambda row: (row[1], -row[2]))
        if count and actor.can(permission)
    ]


def _address(name: str) -> str:
    """The address of a view's name, with the query that stands behind it."""
    view, mark, query = name.partition("?")
    return f"{reverse(view)}{mark}{query}" if view else ""


def _plural(words: str, count: int) -> str:
    return words.replace("{s}", "" if count == 1 else "s").replace("{y}", "y" if count == 1 else "ies")
