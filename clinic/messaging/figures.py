"""What monitoring may know of the outbox: how much waits, and how long."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Min

from clinic.core.metrics import Figure
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.rules.states import OPEN, State


def outbox_figures() -> Iterable[Figure]:
    """Open messages by state, failed ones that wait for a person, and the age of the oldest that is overdue."""
    counts = dict.fromkeys(sorted(state.value for state in OPEN | {State.FAILED}), 0)
    rows = Message.objects.filter(state__in=OPEN) | Message.objects.filter(
        state=State.FAILED, is_staff_needed=True
    )
    counts.update(rows.values_list("state").annotate(n=Count("pk")).order_by())
    yield Figure("clinic_outbox_messages", "Messages that are not done with, by state.", by=("state", counts))
    oldest = Message.objects.filter(
        state__in=(State.PLANNED, State.DUE), next_try_at__lte=now()
    ).aggregate(at=Min("next_try_at"))["at"]  # fmt: skip
    age = (now() - oldest).total_seconds() if oldest else 0
    yield Figure(
        "clinic_outbox_oldest_due_seconds", "How long the oldest message that is due has waited.", age
    )
