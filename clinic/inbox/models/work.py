"""What somebody has to do, and what somebody has to know."""

from django.db import models
from django.db.models import Q

from clinic.core.guards import both_or_neither
from clinic.core.models import Base
from clinic.core.refs import MEMBER, PATIENT
from clinic.staff.roles import ROLE_WORDS

POOLS = [(role.value, words) for role, words in ROLE_WORDS.items()]


class Task(Base):
    """One thing to do, for one member or for whoever of a role takes it."""

    class Priority(models.TextChoices):
        URGENT = "urgent", "Urgent"
        HIGH = "high", "High"
        NORMAL = "normal", "Normal"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    title = models.CharField(max_length=120)
    detail = models.TextField(blank=True)
    patient = models.ForeignKey(PATIENT, models.PROTECT, null=True, blank=True, related_name="tasks")
    owner = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="tasks")
    pool = models.CharField(max_length=16, choices=POOLS, blank=True)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=300, blank=True)
    source_key = models.CharField(max_length=160, null=True, blank=True, unique=True)
    opened_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            both_or_neither("done_at", "done_by", "inbox_task_done"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(pool=""),
                name="inbox_task_for_somebody",
                violation_error_message="Give the task to a person or to a role.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", done_at__isnull=True) | Q(state="done", done_at__isnull=False),
                name="inbox_task_state",
            ),
        ]
        indexes = [
            models.Index(fields=("pool", "due_at"), name="inbox_task_pool", condition=Q(state="open")),
            models.Index(fields=("owner", "due_at"), name="inbox_task_owner", condition=Q(state="open")),
            models.Index(fields=("patient", "-created_at"), name="inbox_task_patient"),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"

    @property
    def text_id(self) -> str:
        """The id of the patient's text that this task is about; empty for any other task."""
        kind, _, key = (self.source_key or "").partition(":")
        return key if kind == "reply" else ""


class TaskEvent(Base):
    """One line of a task's trail: added, taken, given, noted, done. Append-only."""

    class What(models.TextChoices):
        ADDED = "added", "Added"
        TAKEN = "taken", "Taken"
        GIVEN = "given", "Given on"
        NOTED = "noted", "Noted"
        DONE = "done", "Done"

    task = models.ForeignKey(Task, models.PROTECT, related_name="trail")
    what = models.CharField(max_length=8, choices=What.choices)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(MEMBER, models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=120)

    class Meta:
        ordering = ("at", "id")
        indexes = [models.Index(fields=("task", "at"), name="inbox_taskevent_task")]

    def __str__(self) -> str:
        return f"{self.what} {self.task_id}"


class Alert(Base):
    """Something that has to be seen: it stays until somebody says that they saw it and what they did."""

    class Severity(models.TextChoices):
        DANGER = "danger", "Danger"
        SOON = "soon", "Warning"

    patient = models.ForeignKey(PATIENT, models.PROTECT, null=True, blank=True, related_name="alerts")
    kind = models.CharField(max_length=32)
    text = models.CharField(max_length=300)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.SOON)
    owner = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")
    pool = models.CharField(max_length=16, choices=POOLS, blank=True)
    source_key = models.CharField(max_length=160, unique=True)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [both_or_neither("acknowledged_at", "acknowledged_by", "inbox_alert_acknowledged")]
        indexes = [
            models.Index(fields=("raised_at",), name="inbox_alert_open", condition=Q(acknowledged_at=None)),
            models.Index(fields=("patient", "-raised_at"), name="inbox_alert_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
