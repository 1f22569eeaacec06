"""The user model: one row per person who works here, kept forever once they have acted."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from clinic.core.models import Base, Versioned
from clinic.staff.permissions import Permission
from clinic.staff.querysets import MemberManager
from clinic.staff.roles import ROLE_WORDS, Role
from clinic.staff.rules import normalize_email, normalize_username

USERNAME_SHAPE = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]{1,39}$",
    "Use 2 to 40 letters, digits, dots, dashes or underscores, and start with a letter or digit.",
)
NPI_SHAPE = RegexValidator(r"^[12]\d{9}$", "An NPI has 10 digits and starts with 1 or 2.")


class Member(AbstractBaseUser, Versioned):
    """A member of staff. Ids are never reused: a leaver is deactivated, not deleted."""

    username = models.CharField(max_length=40, unique=True, validators=[USERNAME_SHAPE])
    email = models.EmailField("e-mail", max_length=254, blank=True)
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    credential = models.CharField(
        max_length=20, blank=True, help_text="Shown after the name: MD, NP, RN, CMA"
    )
    npi = models.CharField("NPI", max_length=10, blank=True, validators=[NPI_SHAPE])
    color = models.CharField(max_length=12, blank=True, help_text="Color of this provider in the schedule")
    roles = ArrayField(
        models.CharField(max_length=20, choices=list(ROLE_WORDS.items())), default=list, blank=True
    )
    is_active = models.BooleanField(default=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    pin_hash = models.CharField(max_length=200, blank=True)
    pin_set_at = models.DateTimeField(null=True, blank=True)
    # Counts changes of roles and exceptions: a session that computed its permissions at an older count asks anew.
    permission_epoch = models.PositiveIntegerField(default=1)

    objects = MemberManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("email",),
                condition=~models.Q(email=""),
                name="staff_member_email_once",
                violation_error_message="Another member already uses this e-mail address.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(deactivated_at__isnull=False),
                name="staff_member_deactivated_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Bring the username and e-mail into the form in which they are compared."""
        self.username = normalize_username(self.username)
        self.email = normalize_email(self.email)

    @property
    def short_name(self) -> str:
        """First name and last initial: "Dana R."."""
        return f"{self.first_name} {self.last_name[:1]}.".strip() if self.last_name else self.first_name

    @property
    def name(self) -> str:
        """Full name with credential: "Dana Reyes, CMA"."""
        full = f"{self.first_name} {self.last_name}".strip() or self.username
        return f"{full}, {self.credential}" if self.credential else full

    @property
    def list_name(self) -> str:
        """Last name first, as lists are sorted: "Reyes, Dana"."""
        return f"{self.last_name}, {self.first_name}".strip(", ")

    @property
    def initials(self) -> str:
        """Two letters for a badge."""
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.username[:2].upper()

    @property
    def role_words(self) -> list[str]:
        """The roles as staff read them."""
        return [Role(r).words for r in self.roles if r in ROLE_WORDS]

    @property
    def has_pin(self) -> bool:
        return bool(self.pin_hash)

    def has_role(self, role: str) -> bool:
        """True when the member holds the role, alone or beside others."""
        return str(role) in self.roles

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.short_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the username in its one form, however it was set."""
        self.username = normalize_username(self.username)
        super().save(*args, **kwargs)


def permission_choices() -> list[tuple[str, str]]:
    """Every permission with its words: read from the code, so that a new one needs no migration."""
    return [(permission.value, permission.words) for permission in Permission]


class PermissionException(Base):
    """A permission granted to, or revoked from, one member beside the roles. Ended, never deleted."""

    GRANT, REVOKE = "grant", "revoke"

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="permission_exceptions")
    permission = models.CharField(max_length=40, choices=permission_choices)
    effect = models.CharField(max_length=6, choices=[(GRANT, "Granted"), (REVOKE, "Revoked")])
    reason = models.CharField(max_length=200)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("member", "permission", "effect"),
                condition=models.Q(ended_at__isnull=True),
                name="staff_permissionexception_once",
                violation_error_message="This exception already exists for the member.",
            ),
            models.CheckConstraint(
                condition=models.Q(effect__in=["grant", "revoke"]), name="staff_permissionexception_effect"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.permission}"


class MemberMail(Base):
    """A link that is to be e-mailed to a member. The link itself is made when it is sent, and stored nowhere."""

    INVITE, RESET = "invite", "reset"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=[(INVITE, "Invitation"), (RESET, "Password reset")])
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=("next_try_at",), condition=models.Q(sent_at__isnull=True), name="staff_membermail_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
