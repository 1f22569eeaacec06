"""Shared model bases and the few tables that belong to no app."""

from django.db import models
from django.utils import timezone

from clinic.core.ids import uuid7
from clinic.core.phones import display


class Base(models.Model):
    """A row with an opaque, time-ordered key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class Versioned(Base):
    """A row that people edit: `version` counts its edits, and a form that saves an older one is stale."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class ClinicProfile(Versioned):
    """The clinic itself: one row. Shown on every page, receipt and message."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=80)
    logo_id = models.UUIDField(null=True, blank=True)
    phone = models.CharField(max_length=20)
    email = models.EmailField(blank=True)
    address_line1 = models.CharField("address", max_length=80)
    address_line2 = models.CharField("suite, floor", max_length=80, blank=True)
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=2)
    postal_code = models.CharField("ZIP code", max_length=10)
    zone = models.CharField("time zone", max_length=64)
    npi = models.CharField("NPI", max_length=10, blank=True)
    set_up_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="core_clinicprofile_one_row"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_shown(self) -> str:
        """The phone number as people read it."""
        return display(self.phone)


class SettingsMark(models.Model):
    """One row: a random mark that changes with any settings table (see `clinic.core.kept`)."""

    only = models.BooleanField(primary_key=True, default=True, editable=False)
    mark = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="core_settingsmark_one_row")
        ]


class Submission(models.Model):
    """One form sent by one person: a repeat finds the first one's result instead of acting twice."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("key", "actor", "verb"), name="core_submission_once")]
        indexes = [models.Index(fields=("at",), name="core_submission_at")]


class RateWindow(models.Model):
    """How often a (hashed) key was used in one window of time."""

    key = models.CharField(max_length=64)
    window_no = models.BigIntegerField()
    seconds = models.IntegerField()
    used = models.IntegerField()
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("key", "window_no"), name="core_ratewindow_key")]
        indexes = [models.Index(fields=("last_at",), name="core_ratewindow_at")]


class Heartbeat(models.Model):
    """The last sign of life of a process, written through the very path it serves."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()


class FailedWork(models.Model):
    """One piece of background work that raised: a row of a sweep, or (without `item`) a whole task. It is tried
    again with growing pauses and, after five times, left to people. Work that succeeds removes its row."""

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=64)
    item = models.CharField(max_length=64, blank=True)
    times = models.PositiveSmallIntegerField(default=1)
    # The kind of error only: its words may hold a patient's data.
    error = models.CharField(max_length=80)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("task", "item"), name="core_failedwork_once")]

    def __str__(self) -> str:
        return f"{self.task} {self.item} {self.times}x {self.error}"
