"""Drawers opened in the morning, counted in the evening, verified by a second person; and days closed.

Yesterday's is left half done, so that there is something to verify and a day to close.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from billing.models import DayClose, DrawerCount, DrawerSession
from billing.queries.day_close import day_totals, last_closed, open_copays
from billing.queries.drawers import booked, session_page
from billing.queries.queue import uncharged_encounters
from billing.rules.drawers import DENOMINATIONS, piece_key
from clinic.demo.dice import stream
from clinic.demo.hours import at, is_workday
from clinic.demo.rows import Rows
from clinic.demo.world import World

FLOAT = Decimal("100.00")
DAYS_BACK = 21
OPENS, CLOSES, SIGNS = dt.time(7, 40), dt.time(18, 25), dt.time(18, 40)
WHY = "Change given wrong at noon"


def count_drawers(rows: Rows, world: World) -> None:
    """Brings drawers and days up to now. What somebody counted or closed by hand stays; doing it again does nothing."""
    days = [world.today - dt.timedelta(days=n) for n in range(DAYS_BACK, -1, -1)]
    days = [day for day in days if is_workday(day) or day == world.today]
    finished = [day for day in days if day < world.today]
    for number, drawer in enumerate(world.drawers[:2]):
        last = DrawerSession.objects.filter(drawer=drawer).order_by("-business_day").first()
        for day in days:
            if last is not None and day < last.business_day:
                continue
            if last is None or day > last.business_day:
                last = _open(rows, world, drawer, day, last)
            if last.closed_at is None and day < world.today:
                _count(rows, world, last, number, day)
    # A drawer is verified once its count is on file: the database takes the two one after the other.
    rows.flush()
    _sign_all(rows, world, finished[-1:])
    rows.flush()
    _close_days(rows, world, finished[:-1])
    rows.flush()


def _open(rows, world, drawer, day, last) -> DrawerSession:
    when = at(day, OPENS, world.zone)
    clerk = world.members["frontdesk"]
    session = rows.add(
        DrawerSession(
            pk=rows.id("drawer session", drawer.pk, day, at=when), drawer=drawer, business_day=day, created_at=when,
            covers_from=min(day, last.business_day + dt.timedelta(days=1)) if last else day, opening_float=FLOAT,
            opened_at=min(when, world.now), opened_by=clerk,
        )
    )  # fmt: skip
    rows.audit(
        "drawer.opened", session, at=session.opened_at, by=clerk, drawer=drawer.pk, float=FLOAT, day=day
    )
    return session


def _count(rows, world, session, number, day) -> None:
    """Counted by the manager, who takes no payments here. Once in a while a dollar or two is missing."""
    dice = stream("count", session.drawer_id, day)
    when, boss = at(day, CLOSES, world.zone), world.members["manager"]
    totals = booked(session.drawer_id, session.covers_from, day)
    is_last = number == 0 and not any(
        is_workday(day + dt.timedelta(days=n)) for n in range(1, (world.today - day).days)
    )
    off = Decimal(-2) if is_last else Decimal(dice.choice((0,) * 11 + (-1, 2)))
    cash = max(FLOAT + totals["cash"] + off, Decimal(0))
    rows.change(
        session, closed_at=when, closed_by=boss, booked_cash=totals["cash"], booked_check=totals["check"],
        booked_card=totals["card"], booked_other=totals["other"], version=session.version + 1,
    )  # fmt: skip
    rows.add(
        DrawerCount(
            pk=rows.id("count", session.pk, at=when), session=session, number=1, pieces=_pieces(cash), cash=cash,
            check_total=totals["check"], card_total=totals["card"], other_total=totals["other"], counted_at=when,
            counted_by=boss, created_at=when,
        )
    )  # fmt: skip
    rows.audit("drawer.closed", session, at=when, by=boss, drawer=session.drawer_id, day=day)


def _pieces(cash: Decimal) -> dict[str, int]:
    pieces, left = {}, cash
    for value in DENOMINATIONS:
        number = int(left // value)
        if number:
            pieces[piece_key(value)] = number
            left -= value * number
    return pieces


def _sign_all(rows, world, yesterday) -> None:
    """The biller signs what is counted, but for one drawer of yesterday's: that waits for somebody at the demo."""
    left = world.drawers[0].pk if world.drawers else None
    biller = world.members["biller"]
    for session in DrawerSession.objects.filter(closed_at__isnull=False, verified_at__isnull=True):
        when = at(session.business_day, SIGNS, world.zone)
        waits = session.business_day in yesterday and session.drawer_id == left
        if waits or when > world.now or session.closed_by_id == biller.pk:
            continue
        why = session.variance_reason or (WHY if session_page(session).has_variance else "")
        rows.change(
            session, verified_at=when, verified_by=biller, variance_reason=why, version=session.version + 1
        )
        rows.audit(
            "drawer.verified", session, at=when, by=biller, drawer=session.drawer_id, day=session.business_day
        )


def _close_days(rows, world, days) -> None:
    boss = world.members["manager"]
    for day in days:
        closed = last_closed()
        if closed is not None and day <= closed:
            continue
        if DrawerSession.objects.filter(covers_from__lte=day, verified_at=None).exists():
            return
        first = closed + dt.timedelta(days=1) if closed else day
        when = at(day, dt.time(18, 50), world.zone)
        totals = day_totals(first, day)
        row = rows.add(
            DayClose(
                pk=rows.id("day close", day, at=when), from_day=first, day=day, charges=totals.charges,
                payments=totals.payments, adjustments=totals.adjustments, receivable=totals.receivable,
                uncharged_visits=uncharged_encounters(first, day).count(), open_copays=len(open_copays(first, day)),
                closed_at=when, closed_by=boss, created_at=when,
            )
        )  # fmt: skip
        rows.audit("day.closed", row, at=when, by=boss, day=day, first=first)
        rows.flush()
