"""The other views of the calendar: a provider's week, the month's load, the day as a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.core.errors import NotFound
from clinic.core.time import format_day, today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.boards import look
from clinic.ui.responses import board, is_htmx
from scheduling.models.places import WEEKDAYS
from scheduling.queries.agenda import agenda
from scheduling.queries.month import month_picture
from scheduling.queries.settings import bookable_members
from scheduling.queries.signatures import day_signature, week_signature
from scheduling.queries.week import week_board
from scheduling.rules.calendar import week_of
from scheduling.views._calendar import acts_of, member_of, ways_from
from scheduling.views._common import day_of, here

# The words of the month's legend, by the level of `rules.calendar.Load`.
LEVELS = (
    ("low", "Under 50 %"),
    ("usual", "50–79 %"),
    ("high", "80–94 %"),
    ("full", "95–100 %"),
    ("over", "Over"),
)


@allow(P.SCHEDULE_VIEW)
def calendar_week(request: HttpRequest) -> HttpResponse:
    """The week of one provider, one's own first. The same address gives the board alone to its own polling."""
    location, places = here(request)
    chosen = day_of(request, location)
    member = member_of(request, fallback=True)
    if member is None:
        raise NotFound("Nobody has sessions yet.", hint="Add them under provider templates.")
    days, may = week_of(chosen), acts_of(request)
    shown, unchanged = look(
        request,
        lambda: week_signature(days[0], days[-1], location.pk, member.pk, may_book=may["may_book"]),
        lambda: week_board(chosen, location, member, may_book=may["may_book"]),
    )
    if unchanged:
        return unchanged
    context = {"board": shown, "location": location, "member": member, **may}
    if is_htmx(request):
        return board(request, "scheduling/calendar/_week.html", context, shown.version)
    context |= {
        "places": places,
        "members": bookable_members(),
        "day": chosen,
        "ways": ways_from("week", chosen, location, member=member),
        "is_today": today(location.zone) in days,
    }
    return board(request, "scheduling/calendar/week.html", context, shown.version)


@allow(P.SCHEDULE_VIEW)
def calendar_month(request: HttpRequest) -> HttpResponse:
    """How full each day of a month is, for everybody or one provider."""
    location, places = here(request)
    chosen, member = day_of(request, location), member_of(request)
    context = {
        "picture": month_picture(chosen, location, member),
        "weekdays": WEEKDAYS,
        "levels": LEVELS,
        "location": location,
        "places": places,
        "member": member,
        "members": bookable_members(),
        "day": chosen,
        "ways": ways_from("month", chosen, location, member=member),
        "is_today": chosen == today(location.zone),
    }
    return render(request, "scheduling/calendar/month.html", context)


@allow(P.SCHEDULE_VIEW)
def calendar_agenda(request: HttpRequest) -> HttpResponse:
    """The day as a list, made for a phone. The same address gives the list alone to its own polling."""
    location, places = here(request)
    chosen, member = day_of(request, location), member_of(request)
    member_pk = member.pk if member else None
    shown, unchanged = look(
        request,
        lambda: ("agenda", member_pk, *day_signature(chosen, location.pk, may_book=False)),
        lambda: agenda(chosen, location, member_pk),
    )
    if unchanged:
        return unchanged
    context = {"board": shown, "location": location, "day_words": format_day(chosen), **acts_of(request)}
    if is_htmx(request):
        return board(request, "scheduling/calendar/_agenda.html", context, shown.version)
    context |= {
        "places": places,
        "member": member,
        "members": bookable_members(),
        "day": chosen,
        "ways": ways_from("agenda", chosen, location, member=member),
        "is_today": shown.is_today,
    }
    return board(request, "scheduling/calendar/agenda.html", context, shown.version)
