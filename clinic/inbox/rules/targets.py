"""How soon a phone message has to be acted on. Pure; source: domain specification 4.1."""

from datetime import datetime, timedelta
from enum import StrEnum


class CallClass(StrEnum):
    EMERGENT = "emergent"
    URGENT = "urgent"
    SAME_DAY = "same_day"
    ROUTINE = "routine"
    ADMINISTRATIVE = "administrative"


CLASS_WORDS = {
    CallClass.EMERGENT: "Emergency: act now, stay on the line",
    CallClass.URGENT: "Urgent clinical: within 30 minutes",
    CallClass.SAME_DAY: "Same-day clinical: within 2 hours",
    CallClass.ROUTINE: "Routine clinical: 1 business day",
    CallClass.ADMINISTRATIVE: "Administrative: 1 business day",
}
PRIORITY_OF = {
    CallClass.EMERGENT: "urgent",
    CallClass.URGENT: "urgent",
    CallClass.SAME_DAY: "high",
    CallClass.ROUTINE: "normal",
    CallClass.ADMINISTRATIVE: "normal",
}
_WITHIN = {
    CallClass.EMERGENT: timedelta(0),
    CallClass.URGENT: timedelta(minutes=30),
    CallClass.SAME_DAY: timedelta(hours=2),
}
SATURDAY = 5


def first_action_due(call_class: str, local_now: datetime) -> datetime:
    """When the first action is due, from the clinic's local time: minutes for clinical urgency, the same
    time on the next weekday for the rest."""
    chosen = CallClass(call_class)
    if chosen in _WITHIN:
        return local_now + _WITHIN[chosen]
    due = local_now + timedelta(days=1)
    while due.weekday() >= SATURDAY:
        due += timedelta(days=1)
    return due
