"""The outbox: what is to be said to whom and when, each try of it, and what the provider reported."""

import secrets

from django.db import models
from django.db.models import Q

from clinic.core.models import Base
from clinic.core.refs import MEMBER, PATIENT
from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.rules.states import STATE_WORDS, State

# What the patient did about the visit by texting back or by the link; kept on the message that moved them to it.
ANSWERS = [("confirmed", "Confirmed"), ("cancelled", "Cancelled")]
STATE_CHOICES = [(state.value, words) for state, words in STATE_WORDS.items()]


def link_token() -> str:
    """128 random bits, 22 characters: opens one message's subject to whoever holds the message."""
    return secrets.token_urlsafe(16)


class Message(Base):
    """One message to one address. `key` is what makes it happen once: subject, instant, channel, purpose."""

    key = models.CharField(max_length=200, unique=True)
    patient = models.ForeignKey(PATIENT, models.PROTECT, null=True, blank=True, related_name="messages")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=254)
    template = models.ForeignKey(
        "messaging.MessageTemplate", models.PROTECT, null=True, related_name="messages"
    )
    template_code = models.CharField(max_length=48)
    language = models.CharField(max_length=8, default="en")
    variables = models.JSONField(default=dict)
    heading = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    subject = models.CharField(max_length=64, blank=True, db_index=True)
    link_token = models.CharField(max_length=32, unique=True, default=link_token, editable=False)

    planned_at = models.DateTimeField()
    wanted_at = models.DateTimeField()
    not_after = models.DateTimeField()
    zone = models.CharField(max_length=64)

    state = models.CharField(max_length=12, choices=STATE_CHOICES, default=State.PLANNED.value)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    gateway = models.CharField(max_length=16, blank=True)
    gateway_ref = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    held_reason = models.CharField(max_length=120, blank=True)
    void_reason = models.CharField(max_length=120, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    uncertain_at = models.DateTimeField(null=True, blank=True)
    is_staff_needed = models.BooleanField(default=False)
    is_quiet_exempt = models.BooleanField(default=False)
    answer = models.CharField(max_length=12, choices=ANSWERS, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    hurried_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("gateway", "gateway_ref"),
                condition=~Q(gateway_ref=""),
                name="messaging_message_one_ref",
                violation_error_message="This provider reference already belongs to another message.",
            ),
            models.CheckConstraint(
                condition=~Q(state="void") | ~Q(void_reason=""), name="messaging_message_void_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(planned_at__lte=models.F("not_after")),
                name="messaging_message_planned_in_time",
                violation_error_message="A message may not be planned after the time it is good for.",
            ),
        ]
        indexes = [
            models.Index(
                fields=("next_try_at",),
                name="messaging_message_waiting",
                condition=Q(state__in=("planned", "due", "held")),
            ),
            models.Index(
                fields=("lease_until",),
                name="messaging_message_open",
                condition=Q(state__in=("claimed", "sending", "uncertain")),
            ),
            models.Index(fields=("address", "-left_at"), name="messaging_message_address"),
            models.Index(fields=("patient", "-planned_at"), name="messaging_message_patient"),
            models.Index(fields=("state", "-planned_at"), name="messaging_message_state"),
            models.Index(
                fields=("-left_at",), name="messaging_message_left", condition=Q(left_at__isnull=False)
            ),
            models.Index(
                fields=("-answered_at",),
                name="messaging_message_answered",
                condition=Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel} {self.state}"

    @property
    def is_undecided(self) -> bool:
        """Whether a person may decide on another try."""
        return self.state in (State.UNCERTAIN, State.FAILED)

    @property
    def subject_kind(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def subject_id(self) -> str:
        return self.subject.partition(":")[2]


class Attempt(Base):
    """One call of a gateway. Written and committed before the call: an attempt without an outcome is a doubt."""

    class Outcome(models.TextChoices):
        OPEN = "", "No answer yet"
        ACCEPTED = "accepted", "Accepted"
        LATER = "later", "Not now"
        REFUSED = "refused", "Refused"
        UNKNOWN = "unknown", "No answer"
        NEVER_ARRIVED = "never_arrived", "Never arrived"

    message = models.ForeignKey(Message, models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    gateway = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default="", blank=True)
    detail = models.CharField(max_length=200, blank=True)
    gateway_ref = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("message", "number"), name="messaging_attempt_number"),
            # A second call while the first one's outcome is open is what must never be.
            models.UniqueConstraint(
                fields=("message",),
                condition=Q(outcome__in=("", "unknown")),
                name="messaging_attempt_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.number}: {self.outcome or 'open'}"


class DeliveryEvent(Base):
    """One report of a provider. A repeat finds its row here and teaches nothing."""

    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="events")
    gateway = models.CharField(max_length=16)
    ref = models.CharField(max_length=64)
    status = models.CharField(max_length=24)
    code = models.CharField(max_length=24, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("gateway", "ref", "status"), name="messaging_deliveryevent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.status}"
