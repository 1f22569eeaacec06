"""Sheets for paper. Printing is a look into every chart on the sheet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic import audit
from clinic.core.time import now
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from scheduling.queries.sheets import Sheet, day_sheet, huddle_sheet, room_sheet
from scheduling.views._calendar import member_of
from scheduling.views._common import day_of, here


@allow(P.SCHEDULE_VIEW)
def sheet_day(request: HttpRequest) -> HttpResponse:
    """The day of each provider (or of one), with phone numbers, rooms and open time."""
    location, _ = here(request)
    member = member_of(request)
    sheet = day_sheet(day_of(request, location), location, member.pk if member else None)
    return _print(request, "day", sheet, {"sheet": sheet})


@allow(P.SCHEDULE_VIEW)
def sheet_huddle(request: HttpRequest) -> HttpResponse:
    """What the team goes through in the morning; what stands in charts only for those who may read them."""
    location, _ = here(request)
    with_chart = request.actor.can(P.CHART_VIEW)
    huddle = huddle_sheet(day_of(request, location), location, with_chart=with_chart)
    context = {"huddle": huddle, "sheet": huddle.sheet, "with_chart": with_chart}
    return _print(request, "huddle", huddle.sheet, context)


@allow(P.SCHEDULE_VIEW)
def sheet_rooms(request: HttpRequest) -> HttpResponse:
    """The rooms and devices of the day."""
    location, _ = here(request)
    sheet = room_sheet(day_of(request, location), location)
    return _print(request, "rooms", sheet, {"sheet": sheet})


def _print(request: HttpRequest, name: str, sheet: Sheet, context: dict) -> HttpResponse:
    audit.looked_many(request, sheet.patient_ids, f"{name} sheet")
    context |= {"printed_at": now(), "layout": "layouts/print.html"}
    return render(request, f"scheduling/sheets/{name}.html", context)
