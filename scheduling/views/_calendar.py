"""What every view of the calendar shares: the ways to the other views, and whose calendar it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from clinic.staff.models import Member
from clinic.staff.permissions import Permission as P
from scheduling.models import Location
from scheduling.queries.day import BY_PROVIDER, BY_ROOM
from scheduling.queries.settings import bookable_members
from scheduling.rules.calendar import month_shifted

# View name, its words, its key, and what one step is called.
VIEWS = (
    ("day", "scheduling:day", "Day", "d", "day"),
    ("week", "scheduling:calendar-week", "Week", "w", "week"),
    ("month", "scheduling:calendar-month", "Month", "m", "month"),
    ("agenda", "scheduling:calendar-agenda", "Agenda", "a", "day"),
)
SHEETS = (
    ("Day sheet", "scheduling:sheet-day"),
    ("Huddle sheet", "scheduling:sheet-huddle"),
    ("Room sheet", "scheduling:sheet-rooms"),
)
COLUMNS = ((BY_PROVIDER, "By provider"), (BY_ROOM, "By room and device"))


@dataclass(frozen=True)
class View:
    label: str
    url: str
    key: str
    is_current: bool


@dataclass(frozen=True)
class Ways:
    """Where the toolbar leads: the same day, place and person in every other view."""

    views: tuple[View, ...]
    previous: str
    today: str
    next: str
    unit: str
    by: str = ""
    columns: Sequence[tuple[str, str]] = ()
    may_show_all: bool = False
    # Words and address of each sheet of the day that can be printed.
    sheets: Sequence[tuple[str, str]] = ()


def ways_from(
    name: str, day: date, location: Location, *, member: Member | None = None, by: str = ""
) -> Ways:
    """The ways from the view called `name` (day, week, month or agenda)."""
    urls = {view: reverse(url_name) for view, url_name, *_ in VIEWS}
    unit = next(unit for view, _, _, _, unit in VIEWS if view == name)
    kept = {"location": location.pk} | ({"member": member.pk} if member else {})
    if name == "day" and by == BY_ROOM:
        kept["by"] = by

    def to(view: str, on: date | None) -> str:
        day_part = {"day": on.isoformat()} if on else {}
        chosen = {"view": "day"} if view == "day" else {}
        return f"{urls[view]}?{urlencode(day_part | kept | chosen)}"

    views = tuple(View(label, to(view, day), key, view == name) for view, _, label, key, _ in VIEWS)
    before, after = _steps(name, day)
    return Ways(
        views=views,
        previous=to(name, before),
        today=to(name, None),
        next=to(name, after),
        unit=unit,
        by=by,
        columns=COLUMNS if name == "day" else (),
        may_show_all=name in ("month", "agenda"),
        sheets=[
            (words, f"{reverse(url_name)}?{urlencode({'day': day.isoformat()} | kept)}")
            for words, url_name in SHEETS
        ],
    )


def _steps(name: str, day: date) -> tuple[date, date]:
    if name == "month":
        return month_shifted(day, -1), month_shifted(day, 1)
    step = timedelta(days=7 if name == "week" else 1)
    return day - step, day + step


def member_of(request: HttpRequest, *, fallback: bool = False) -> Member | None:
    """Whose calendar is asked for. With `fallback` one's own, else the first of those who see patients."""
    people = bookable_members()
    wanted = request.GET.get("member", "")
    chosen = next((one for one in people if str(one.pk) == wanted), None)
    if chosen or not fallback:
        return chosen
    return next((one for one in people if one.pk == request.user.pk), people[0] if people else None)


def acts_of(request: HttpRequest) -> dict[str, bool]:
    """What the signed-in member may do on these pages."""
    return {
        "may_book": request.actor.can(P.APPOINTMENT_BOOK),
        "may_move": request.actor.can(P.APPOINTMENT_MOVE),
        "may_check_in": request.actor.can(P.CHECK_IN),
    }
