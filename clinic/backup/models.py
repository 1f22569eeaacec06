"""The record of backups: one row a run, never changed."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Base


class BackupRun(Base):
    """One try to make a backup, or one restore. `started_at` is the instant that the copy shows the clinic at."""

    class Outcome(models.TextChoices):
        GOOD = "good", "Good"
        FAILED = "failed", "Failed"

    class How(models.TextChoices):
        NIGHTLY = "nightly", "By the program"
        COMMAND = "command", "By command"
        RESTORED = "restored", "Proven by a restore"

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    how = models.CharField(max_length=8, choices=How.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    folder = models.CharField(max_length=300)
    size_bytes = models.BigIntegerField(null=True)
    row_count = models.BigIntegerField(null=True)
    verified_at = models.DateTimeField(null=True)
    key_id = models.CharField(max_length=16, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="good") | Q(verified_at__isnull=False, size_bytes__isnull=False),
                name="backup_backuprun_good_is_verified",
            ),
            models.CheckConstraint(
                condition=Q(outcome="good") | ~Q(error=""), name="backup_backuprun_failed_says_why"
            ),
        ]
        indexes = [models.Index(fields=("outcome", "-started_at"), name="backup_backuprun_newest")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.started_at:%Y-%m-%d %H:%M}"


class SeenDatabase(models.Model):
    """Which database this one was when messages last left it: one row. See services/settle.py."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    identity = models.CharField(max_length=80)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="backup_seendatabase_one_row")]

    def __str__(self) -> str:
        return self.identity
