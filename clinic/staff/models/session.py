"""Sessions, the PCs they run on, and what was typed but not yet saved."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from clinic.core.models import Base, Versioned
from clinic.staff.models.member import Member


class SessionPolicy(Versioned):
    """One row: how long a session may rest and last. Edited on the settings page of the staff."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    idle_minutes_shared = models.PositiveSmallIntegerField(
        "idle lock on a shared PC (minutes)",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(15)],
    )
    idle_minutes = models.PositiveSmallIntegerField(
        "idle lock elsewhere (minutes)", default=15, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    absolute_hours = models.PositiveSmallIntegerField(
        "longest session (hours)", default=12, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    pin_hours = models.PositiveSmallIntegerField(
        "PIN works after a password sign-in (hours)",
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
    )
    invite_hours = models.PositiveSmallIntegerField(
        "invitation link (hours)", default=72, validators=[MinValueValidator(1), MaxValueValidator(168)]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="staff_sessionpolicy_one_row")
        ]

    def __str__(self) -> str:
        return "Session policy"


class Workstation(Base):
    """A PC, tablet or wall screen that an administrator registered by a signed cookie.

    Any other PC counts as shared. A wall screen shows the wall board with nobody signed in, and nothing else.
    """

    class Kind(models.TextChoices):
        PC = "pc", "PC or tablet"
        WALL = "wall", "Wall screen"

    name = models.CharField(max_length=40)
    room = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.PC)
    is_shared = models.BooleanField("shared by several people", default=True)
    registered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(revoked_at__isnull=True),
                name="staff_workstation_name_once",
                violation_error_message="Another registered workstation already has this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Name and room, as the audit trail shows it."""
        return f"{self.name} ({self.room})" if self.room else self.name

    @property
    def is_wall(self) -> bool:
        """True for a screen that may show the wall board by itself."""
        return self.kind == self.Kind.WALL


class StaffSession(Base):
    """One signed-in browser. The truth about idle time and expiry is here, never in the browser."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="staff_sessions")
    workstation = models.ForeignKey(
        Workstation, on_delete=models.SET_NULL, null=True, related_name="sessions"
    )
    session_key = models.CharField(max_length=40, db_index=True)
    ip = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    password_at = models.DateTimeField(default=timezone.now)
    is_by_pin = models.BooleanField(default=False)
    last_human_at = models.DateTimeField(default=timezone.now)
    idle_seconds = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    pin_failures = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, blank=True)
    # What the member could do at `permission_epoch`, so that a request needs no extra query to know.
    permissions = ArrayField(models.CharField(max_length=40), default=list)
    permission_mark = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=("member", "ended_at"), name="staff_session_member"),
            models.Index(fields=("workstation", "member", "started_at"), name="staff_session_pc"),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"


class BrowserSession(AbstractBaseSession):
    """What a browser's cookie stands for: Django's session, tied to the record that a sign-in opened."""

    staff_session = models.ForeignKey(StaffSession, on_delete=models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls):
        from clinic.staff.session_store import SessionStore

        return SessionStore


class Draft(models.Model):
    """What a member typed into a form and did not save yet. Theirs alone, gone after 12 hours."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    url = models.CharField(max_length=300)
    fields = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("member", "key"), name="staff_draft_once")]
        indexes = [models.Index(fields=("saved_at",), name="staff_draft_saved")]

    def __str__(self) -> str:
        return f"Draft {self.pk}"
