"""What messages came to in a period: the figures of the page, and of reports above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from clinic.core.profile import clinic_zone
from clinic.core.time import local_day, zone
from clinic.messaging.models import ContactConsent, Message
from clinic.messaging.models.choices import REACHES, Channel, Purpose
from clinic.messaging.rules.states import State


class Period(Protocol):
    """A half-open span of time, in UTC: `starts_at` belongs to it, `ends_at` does not."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True)
class Span:
    """The plain period."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of_days(cls, first: date, last: date, zone_name: str = "") -> Span:
        """Whole local days, both included; by the clinic's clock unless a zone is named."""
        name = zone_name or clinic_zone()
        return cls(local_day(first, name)[0], local_day(last, name)[1])


@dataclass(frozen=True)
class Delivery:
    """Counts of messages (of numbers, for opt-outs and bad numbers) in a period.

    `sent` are the messages that left in it and were not reported as failed, receipts and tests not counted;
    `delivered` those of them that the provider reported as arrived; `failed` those planned for it that could not be
    sent or did not arrive.
    `confirmed` and `cancelled` are visits that patients answered for in it, by text or by the link. `opt_outs` are
    the numbers that said stop, `bad_numbers` those found not to work.
    """

    sent: int
    delivered: int
    failed: int
    confirmed: int
    cancelled: int
    opt_outs: int
    bad_numbers: int

    @property
    def delivered_share(self) -> float | None:
        """Delivered of sent, 0 to 1; None when nothing left."""
        return self.delivered / self.sent if self.sent else None


def delivery(period: Period) -> Delivery:
    """The figures of a period, in four statements."""
    left = _left(period).aggregate(sent=Count("pk"), delivered=Count("pk", filter=Q(state=State.DELIVERED)))
    answers = Message.objects.filter(
        answered_at__gte=period.starts_at, answered_at__lt=period.ends_at
    ).aggregate(
        confirmed=Count("subject", distinct=True, filter=Q(answer="confirmed")),
        cancelled=Count("subject", distinct=True, filter=Q(answer="cancelled")),
    )
    noes = ContactConsent.objects.filter(
        is_granted=False, at__gte=period.starts_at, at__lt=period.ends_at
    ).aggregate(
        opt_outs=Count("address", distinct=True, filter=~Q(purpose=REACHES)),
        bad_numbers=Count("address", distinct=True, filter=Q(purpose=REACHES)),
    )
    return Delivery(**left, failed=_failed(period).count(), **answers, **noes)


def _left(period: Period):
    left = Message.objects.filter(left_at__gte=period.starts_at, left_at__lt=period.ends_at)
    return _counted(left.exclude(state=State.FAILED))


def _failed(period: Period):
    return _counted(
        Message.objects.filter(
            state=State.FAILED, planned_at__gte=period.starts_at, planned_at__lt=period.ends_at
        )
    )


def _counted(rows):
    return rows.exclude(purpose__in=(Purpose.RECEIPT, Purpose.TEST))


@dataclass(frozen=True)
class DayLine:
    """One local day and channel."""

    day: date
    channel: str
    sent: int
    delivered: int
    doubt: int
    failed: int

    @property
    def channel_words(self) -> str:
        return str(Channel(self.channel).label)

    @property
    def delivered_percent(self) -> int | None:
        return round(100 * self.delivered / self.sent) if self.sent else None


def by_day(period: Period) -> list[DayLine]:
    """Each local day and channel of a period on which something left or failed, the newest first."""
    tz = zone(clinic_zone())
    found: dict[tuple[date, str], dict[str, int]] = {}

    def add(rows, moment: str, **counts) -> None:
        days = rows.annotate(day=TruncDate(moment, tzinfo=tz)).values("day", "channel").annotate(**counts)
        for row in days.order_by():
            found.setdefault((row["day"], row["channel"]), {}).update({name: row[name] for name in counts})

    add(
        _left(period),
        "left_at",
        sent=Count("pk"),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        doubt=Count("pk", filter=Q(state=State.UNCERTAIN)),
    )
    add(_failed(period), "planned_at", failed=Count("pk"))
    return [
        DayLine(day, channel, *(counts.get(name, 0) for name in ("sent", "delivered", "doubt", "failed")))
        for (day, channel), counts in sorted(found.items(), reverse=True)
    ]


def last_days(count: int, today: date) -> Span:
    """The last so many local days, today included."""
    return Span.of_days(today - timedelta(days=count - 1), today)
