"""Drawers: which day their money counts on, what the books expect in them, and who took it."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Sum, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from billing.models import Drawer, DrawerCount, DrawerSession, Payment, Posting
from billing.rules.drawers import METHODS, Compared, compare, deposit_of
from billing.rules.ledger import CASH

ZERO = Decimal("0.00")
_CLOSED = """SELECT greatest((SELECT max(day) FROM billing_dayclose),
    (SELECT max(business_day) FROM billing_drawersession WHERE drawer_id = %s AND closed_at IS NOT NULL))"""


def open_day(day: dt.date, drawer=None) -> dt.date:
    """The business day that an entry of this calendar day counts on: itself, or the day after what is closed.

    A closed day takes nothing more, and neither do the days of a drawer that was counted. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [getattr(drawer, "pk", drawer)])
        closed = cursor.fetchone()[0]
    return day if closed is None else max(day, closed + dt.timedelta(days=1))


def booked(drawer_id, first: dt.date, last: dt.date) -> dict[str, Decimal]:
    """Way of paying -> dollars booked into a drawer on these business days, what was taken back off it. One query."""
    sums = (
        Posting.objects.filter(account=CASH, drawer=drawer_id, entry__business_day__range=(first, last))
        .order_by()
        .values_list(method_of_entry())
        .annotate(total=Sum("amount"))
    )
    return dict.fromkeys(METHODS, ZERO) | dict(sums)


def method_of_entry():
    """How the money of a posting moved: as the payment says that it is of or takes back; cash where neither is."""
    return Coalesce("entry__payment__method", "entry__reverses__payment__method", Value("cash"))


def posters(drawer_id, first: dt.date, last: dt.date) -> set:
    """Ids of the members who posted into a drawer on these business days. One query."""
    return set(
        Posting.objects.filter(account=CASH, drawer=drawer_id, entry__business_day__range=(first, last))
        .order_by()
        .values_list("entry__by_id", flat=True)
        .distinct()
    )


def checks_of(session: DrawerSession) -> list[Payment]:
    """The checks in a drawer's session that were not taken back on its days, in the order of receipt. One query."""
    return list(
        Payment.objects.filter(
            drawer=session.drawer_id,
            method=Payment.Method.CHECK,
            business_day__range=(session.covers_from, session.business_day),
        )
        .exclude(entry__reversed_by__business_day__lte=session.business_day)
        .order_by("receipt_number")
    )


@dataclass(frozen=True)
class SessionPage:
    """A session with its counts; the comparison is there only once it is closed (the count is made blind)."""

    session: DrawerSession
    counts: list[DrawerCount]
    rows: list[Compared]
    deposit_cash: Decimal
    deposit_checks: Decimal

    @property
    def last(self) -> DrawerCount | None:
        return self.counts[-1] if self.counts else None

    @property
    def variance(self) -> Decimal:
        """Counted less expected, all ways of paying together."""
        return sum((row.variance for row in self.rows), ZERO)

    @property
    def has_variance(self) -> bool:
        """Whether any way of paying is off: one too many and one too few do not cancel out."""
        return any(row.variance for row in self.rows)

    @property
    def deposit(self) -> Decimal:
        return self.deposit_cash + self.deposit_checks


def session_or_404(pk) -> DrawerSession:
    """One session with the people and the drawer that its page names."""
    return get_object_or_404(
        DrawerSession.objects.select_related("drawer__location", "opened_by", "closed_by", "verified_by"),
        pk=pk,
    )


def session_page(session: DrawerSession) -> SessionPage:
    """The session as its page shows it. One query."""
    counts = list(session.counts.select_related("counted_by"))
    return page_of(session, counts)


def page_of(session: DrawerSession, counts: list[DrawerCount]) -> SessionPage:
    """The comparison of a session with counts that are at hand."""
    if session.closed_at is None or not counts:
        return SessionPage(session, counts, [], ZERO, ZERO)
    last = counts[-1]
    rows = compare(session.opening_float, session.booked, last.counted)
    return SessionPage(session, counts, rows, *deposit_of(session.opening_float, last.cash, last.check_total))


@dataclass(frozen=True)
class DrawerRow:
    """A drawer on the board of a day. `since` is the first day with money that no session covers yet."""

    drawer: Drawer
    session: SessionPage | None
    since: dt.date | None

    @property
    def state(self) -> str:
        """not_opened, open, counted or verified."""
        return self.session.session.state if self.session else "not_opened"


def drawer_board(day: dt.date) -> list[DrawerRow]:
    """Every drawer in use with its last session up to a day. Four queries however many there are."""
    drawers = list(Drawer.objects.filter(is_active=True).select_related("location"))
    last: dict = {}
    for session in (
        DrawerSession.objects.filter(business_day__lte=day)
        .select_related("drawer", "opened_by", "closed_by", "verified_by")
        .order_by("business_day")
    ).filter(business_day__gt=day - dt.timedelta(days=40)):
        last[session.drawer_id] = session
    counts: dict = defaultdict(list)
    for count in DrawerCount.objects.filter(session__in=list(last.values())).select_related("counted_by"):
        counts[count.session_id].append(count)
    since = uncovered(day)
    return [
        DrawerRow(
            drawer,
            page_of(session, counts[session.pk]) if (session := _shown(last.get(drawer.pk), day)) else None,
            since.get(drawer.pk),
        )
        for drawer in drawers
    ]


def waiting_sessions(day: dt.date) -> list[DrawerRow]:
    """Sessions of days before `day` that nobody has finished, the oldest first. Two queries."""
    rows = list(
        DrawerSession.objects.filter(verified_at__isnull=True, business_day__lt=day)
        .select_related("drawer", "opened_by", "closed_by")
        .order_by("business_day", "drawer__name")
    )
    counts: dict = defaultdict(list)
    for count in DrawerCount.objects.filter(session__in=rows).select_related("counted_by"):
        counts[count.session_id].append(count)
    return [DrawerRow(row.drawer, page_of(row, counts[row.pk]), None) for row in rows]


def _shown(session: DrawerSession | None, day: dt.date) -> DrawerSession | None:
    """A finished session is shown on its own day; an unfinished one until somebody has finished it."""
    if session is None or session.business_day == day or session.verified_at is None:
        return session
    return None


def uncovered(day: dt.date, since: dt.date | None = None) -> dict:
    """Drawer id -> first business day up to `day` with money in it that no session covers. One query.

    `since` is where counting begins for a drawer that has never had a session; without it, that `day`.
    """
    covered = (
        "SELECT 1 FROM billing_drawersession s WHERE s.drawer_id = p.drawer_id "
        "AND e.business_day BETWEEN s.covers_from AND s.business_day"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.drawer_id, min(e.business_day) FROM billing_posting p "  # noqa: S608 - no value in the text
            "JOIN billing_journalentry e ON e.id = p.entry_id WHERE p.drawer_id IS NOT NULL "
            "AND e.business_day BETWEEN coalesce((SELECT min(s.covers_from) FROM billing_drawersession s "
            f"WHERE s.drawer_id = p.drawer_id), %s) AND %s AND NOT EXISTS ({covered}) GROUP BY 1",
            [since or day, day],
        )
        return dict(cursor.fetchall())


def first_uncovered(drawer_id, day: dt.date) -> dt.date:
    """Where a session that is opened for `day` begins: after the last one, or on its own day. One query."""
    last = (
        DrawerSession.objects.filter(drawer=drawer_id)
        .order_by("-business_day")
        .values_list("business_day")
        .first()
    )
    return day if last is None else min(day, last[0] + dt.timedelta(days=1))


def last_float(drawer_id) -> Decimal | None:
    """The float of the drawer's last session, to be offered for the next."""
    last = DrawerSession.objects.filter(drawer=drawer_id).values_list("opening_float").first()
    return last[0] if last else None
