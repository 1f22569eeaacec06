"""The outbox as staff look through it: tabs, filters, reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from clinic.core.profile import clinic_zone
from clinic.core.time import local_day, now
from clinic.messaging.models import Message
from clinic.messaging.rules.states import LEFT_THE_HOUSE, WAITING, State

TABS = {
    "attention": "Needs you",
    "waiting": "Due",
    "left": "Sent",
    "delivered": "Delivered",
    "failed": "Failed",
    "doubt": "In doubt",
    "void": "Not sent",
}
# Where the reason of a message of a tab stands.
REASON_OF = {"waiting": "held_reason", "failed": "error", "doubt": "error", "void": "void_reason"}
REASONS_SHOWN = 6
REASONS_OF_DAYS = 30


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty values narrow nothing. Days are the clinic's."""

    channel: str = ""
    purpose: str = ""
    first_day: date | None = None
    last_day: date | None = None
    reason: str = ""

    def apply(self, rows: QuerySet[Message], tab: str) -> QuerySet[Message]:
        """The rows that fit."""
        if self.channel:
            rows = rows.filter(channel=self.channel)
        if self.purpose:
            rows = rows.filter(purpose=self.purpose)
        if self.first_day:
            rows = rows.filter(planned_at__gte=local_day(self.first_day, clinic_zone())[0])
        if self.last_day:
            rows = rows.filter(planned_at__lt=local_day(self.last_day, clinic_zone())[1])
        if self.reason and tab in REASON_OF:
            rows = rows.filter(**{REASON_OF[tab]: self.reason})
        return rows


def outbox(tab: str, filters: Filters | None = None) -> QuerySet[Message]:
    """The messages of one tab that fit the filters; waiting ones by their time, the others newest first."""
    rows = (filters or Filters()).apply(_of_tab(tab).select_related("patient"), tab)
    return rows.order_by("next_try_at", "pk") if tab == "waiting" else rows.order_by("-planned_at", "-pk")


def _of_tab(tab: str) -> QuerySet[Message]:
    chosen = {
        "attention": Q(is_staff_needed=True),
        "waiting": Q(state__in=[*WAITING, State.CLAIMED]),
        "left": Q(state__in=LEFT_THE_HOUSE - {State.UNCERTAIN}),
        "delivered": Q(state=State.DELIVERED),
        "failed": Q(state=State.FAILED),
        "doubt": Q(state=State.UNCERTAIN),
        "void": Q(state=State.VOID),
    }[tab]
    return Message.objects.filter(chosen)


def reasons(tab: str) -> list[tuple[str, int]]:
    """The most frequent reasons on a tab in the last 30 days (and ahead), each with how many messages."""
    if tab not in REASON_OF:
        return []
    name = REASON_OF[tab]
    rows = _of_tab(tab).filter(planned_at__gte=now() - timedelta(days=REASONS_OF_DAYS)).exclude(**{name: ""})
    counted = rows.values_list(name).annotate(n=Count("pk")).order_by("-n", name)
    return list(counted[:REASONS_SHOWN])
