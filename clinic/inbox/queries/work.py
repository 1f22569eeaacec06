"""Tasks and alerts as members see them."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from clinic.core.time import now
from clinic.inbox.models import Alert, Task
from clinic.staff.roles import Role

_ORDER = Case(
    When(priority=Task.Priority.URGENT, then=Value(0)),
    When(priority=Task.Priority.HIGH, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def open_tasks() -> QuerySet[Task]:
    """Open tasks, the most pressing first."""
    return (
        Task.objects.filter(state=Task.State.OPEN)
        .select_related("patient", "owner")
        .annotate(pressing=_ORDER)
        .order_by("pressing", "due_at", "created_at")
    )


def mine(member) -> Q:
    """Given to this member, or to a role of theirs that nobody has taken from yet."""
    return Q(owner=member) | Q(owner=None, pool__in=list(member.roles))


def tasks_for(member, view: str) -> QuerySet[Task]:
    """`mine`, `all`, or `done` (the last ones closed)."""
    if view == "done":
        return (
            Task.objects.filter(state=Task.State.DONE)
            .select_related("patient", "owner", "done_by")
            .order_by("-done_at")
        )
    if view == "all":
        return open_tasks()
    return open_tasks().filter(mine(member))


def _unacknowledged() -> QuerySet[Alert]:
    return (
        Alert.objects.filter(acknowledged_at=None)
        .select_related("patient", "owner")
        .order_by("severity", "raised_at")
    )


def oversight_alerts() -> QuerySet[Alert]:
    """What is for the privacy officer alone: the member it is about may well work the inbox."""
    return _unacknowledged().filter(pool=Role.PRIVACY.value)


def open_alerts(member=None) -> QuerySet[Alert]:
    """Alerts that nobody has acknowledged: of this member and their roles, or all. None that are for oversight."""
    rows = _unacknowledged().exclude(pool=Role.PRIVACY.value)
    return rows if member is None else rows.filter(mine(member) | Q(owner=None, pool=""))


@dataclass(frozen=True)
class Load:
    """What waits for a member."""

    tasks: int
    overdue: int
    alerts: int

    @property
    def total(self) -> int:
        return self.tasks + self.alerts


def load_of(member) -> Load:
    """Counts for the badge and the home panel."""
    tasks = Task.objects.filter(mine(member), state=Task.State.OPEN)
    return Load(
        tasks=tasks.count(),
        overdue=tasks.filter(due_at__lt=now()).count(),
        alerts=open_alerts(member).count(),
    )


def tasks_of(patient_id, limit: int = 8) -> list[Task]:
    """Open tasks about a patient."""
    return list(open_tasks().filter(patient_id=patient_id)[:limit])


def alerts_of(patient_id) -> list[Alert]:
    """Open alerts about a patient."""
    return list(open_alerts().filter(patient_id=patient_id))
