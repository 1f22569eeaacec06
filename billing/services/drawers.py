"""Opening, counting and verifying a drawer: two people, a blind count, and a day that takes nothing more after."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from billing.models import Drawer, DrawerCount, DrawerSession
from billing.queries.drawers import booked, first_uncovered, open_day, posters, session_page
from billing.rules.drawers import cash_of, counters_conflict
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused, Stale
from clinic.core.money import cents, dollars
from clinic.core.profile import clinic_zone

from .adjusting import plain_words

ZERO, LARGEST = Decimal("0.00"), Decimal("50000")
ALONE = "You took all the money in this drawer yourself. Somebody else counts it."


@service
def open_drawer(*, by, drawer: Drawer, opening_float: Decimal, day: dt.date | None = None) -> DrawerSession:
    """Begin a drawer's session with the float (dollars) that lies in it. Audited as drawer.opened.

    The session covers every business day since the drawer's last one, up to `day` (today unless said). Refuses a
    drawer no longer in use, one that is open or was counted for that day, a negative float, and a day to come.
    """
    opening_float = _total(opening_float, "opening_float")
    drawer = _lock(drawer.pk)
    if not drawer.is_active:
        raise Refused(f"{drawer.name} is no longer in use.", field="drawer")
    open_now = drawer.sessions.filter(closed_at__isnull=True).first()
    if open_now is not None:
        raise Conflict(f"{drawer.name} is open since {open_now.business_day:%m/%d}. Count it first.")
    today = time.today(clinic_zone())
    day = open_day(today if day is None else day, drawer)
    if day > today:
        raise Refused(f"{drawer.name} was counted for today. It opens again tomorrow.")
    session = DrawerSession.objects.create(
        drawer=drawer,
        covers_from=first_uncovered(drawer.pk, day),
        business_day=day,
        opening_float=opening_float,
        opened_at=time.now(),
        opened_by_id=by.member_id,
    )
    record(by, "drawer.opened", obj=session, drawer=str(drawer.pk), float=str(opening_float), day=str(day))
    return session


@service
def close_drawer(
    *,
    by,
    session: DrawerSession,
    pieces: Mapping[str, int],
    check_total: Decimal = ZERO,
    card_total: Decimal = ZERO,
    other_total: Decimal = ZERO,
) -> DrawerSession:
    """Count a drawer and close it: from here on its money counts on the next day. Audited as drawer.closed.

    `pieces` are bills and coins by their value in cents; the totals (dollars) are those of the checks in the drawer
    and of the card terminal's batch. Refuses a drawer that somebody else has closed meanwhile, pieces that do not
    exist, and the count of the only person who took money into it.
    """
    _lock(session.drawer_id)
    session = (
        DrawerSession.objects.select_for_update(of=("self",)).select_related("drawer").get(pk=session.pk)
    )
    if session.closed_at is not None:
        raise Conflict(f"{session.drawer.name} was closed meanwhile. Look at the count.")
    _may_count(by, session)
    totals = booked(session.drawer_id, session.covers_from, session.business_day)
    session.booked_cash, session.booked_check = totals["cash"], totals["check"]
    session.booked_card, session.booked_other = totals["card"], totals["other"]
    session.closed_at, session.closed_by_id = time.now(), by.member_id
    session.version += 1
    session.save()
    _count(by, session, 1, pieces, check_total, card_total, other_total, at=session.closed_at)
    record(by, "drawer.closed", obj=session, drawer=str(session.drawer_id), day=str(session.business_day))
    return session


@service
def recount_drawer(
    *,
    by,
    session: DrawerSession,
    pieces: Mapping[str, int],
    check_total: Decimal = ZERO,
    card_total: Decimal = ZERO,
    other_total: Decimal = ZERO,
) -> DrawerCount:
    """Count a closed drawer once more; the earlier count stays on file. Audited as drawer.counted.

    Refuses a drawer that is open or verified, and a count by the only person who took money into it.
    """
    session = (
        DrawerSession.objects.select_for_update(of=("self",)).select_related("drawer").get(pk=session.pk)
    )
    if session.closed_at is None:
        raise Refused("This drawer has not been counted yet.")
    if session.verified_at is not None:
        raise Conflict("This drawer is verified. What is off now belongs to the next day.")
    _may_count(by, session)
    count = _count(
        by, session, session.counts.count() + 1, pieces, check_total, card_total, other_total, at=time.now()
    )
    session.version += 1
    session.save(update_fields=["version", "updated_at"])
    record(by, "drawer.counted", obj=session, drawer=str(session.drawer_id), number=count.number)
    return count


@service
def explain_variance(*, by, session: DrawerSession, reason: str) -> DrawerSession:
    """Say why a closed drawer is over or short. Audited.

    Refuses a missing reason, one that holds a card number, a drawer that is not closed and one that is verified.
    """
    reason = plain_words(reason, field="reason")
    if not reason:
        raise Refused("Say why.", field="reason")
    session = DrawerSession.objects.select_for_update().get(pk=session.pk)
    if session.state != "counted":
        raise Refused("Only a drawer that is counted and not yet verified is explained.")
    session.variance_reason = reason
    session.version += 1
    session.save(update_fields=["variance_reason", "version", "updated_at"])
    record(by, "drawer.explained", obj=session, reason=reason)
    return session


@service
def verify_drawer(*, by, session: DrawerSession, version: int | None = None) -> DrawerSession:
    """The second person's signature under a count: the session is finished. Audited as drawer.verified.

    `version` is the session's as it was shown: a count or a reason that came since is not signed unseen. Refuses who counted it themselves, a drawer that is not closed or verified already, and one that is over or
    short without a reason.
    """
    session = (
        DrawerSession.objects.select_for_update(of=("self",)).select_related("drawer").get(pk=session.pk)
    )
    if session.state == "verified":
        raise Conflict("This drawer is verified already.")
    if session.state == "open":
        raise Refused("This drawer has not been counted yet.")
    if version is not None and version != session.version:
        raise Stale("This drawer was counted or explained anew meanwhile. Look at it once more.")
    page = session_page(session)
    if by.member_id is None or by.member_id in {
        session.closed_by_id,
        *(c.counted_by_id for c in page.counts),
    }:
        raise Refused("A second person verifies: not the one who counted.")
    if page.has_variance and not session.variance_reason:
        raise Refused(f"{_off(page.variance)} Say why first.")
    session.verified_at, session.verified_by_id = time.now(), by.member_id
    session.version += 1
    session.save()
    record(
        by,
        "drawer.verified",
        obj=session,
        drawer=str(session.drawer_id),
        day=str(session.business_day),
        variance=str(page.variance),
    )
    return session


def _off(variance: Decimal) -> str:
    if not variance:
        return "One way of paying is over and another short."
    return f"The drawer is {dollars(abs(variance))} {'over' if variance > 0 else 'short'}."


def _lock(drawer_id) -> Drawer:
    # Postings into the drawer hold a share of this row until they are committed: nothing is on its way once we have it.
    return Drawer.objects.select_for_update().get(pk=drawer_id)


def _may_count(by, session: DrawerSession) -> None:
    if by.member_id is None:
        raise Refused("A drawer is counted by a person.")
    if counters_conflict(by.member_id, posters(session.drawer_id, session.covers_from, session.business_day)):
        raise Refused(ALONE)


def _count(by, session, number, pieces, check_total, card_total, other_total, *, at) -> DrawerCount:
    try:
        cash = cash_of(pieces)
    except ValueError as error:
        raise Refused("Check the numbers of bills and coins.") from error
    return DrawerCount.objects.create(
        session=session,
        number=number,
        pieces={key: count for key, count in pieces.items() if count},
        cash=cash,
        check_total=_total(check_total, "check_total"),
        card_total=_total(card_total, "card_total", may_be_negative=True),
        other_total=_total(other_total, "other_total", may_be_negative=True),
        counted_at=at,
        counted_by_id=by.member_id,
    )


def _total(amount, field: str, *, may_be_negative: bool = False) -> Decimal:
    """An amount that may be nothing; a terminal's batch may be below zero on a day of returns."""
    amount = Decimal(amount)
    if not amount.is_finite() or abs(amount) > LARGEST or amount != cents(amount):
        raise Refused("Check the amount.", field=field)
    if amount < 0 and not may_be_negative:
        raise Refused("The amount cannot be negative.", field=field)
    return cents(amount)
