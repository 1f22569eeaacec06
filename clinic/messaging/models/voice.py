"""Automated calls: what is known of each, and every step that the provider told."""

from django.db import models

from clinic.core.models import Base
from clinic.messaging.rules.voice import OUTCOME_WORDS, Call


class VoiceCall(Base):
    """One automated call of one message. Moves forward only (`rules.voice`). `settled_at`: the app that wanted
    the call has acted on its outcome."""

    message = models.OneToOneField("messaging.Message", models.PROTECT, related_name="voice_call")
    ref = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, default="queued")
    answered_by = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=1, blank=True)
    is_voicemail_left = models.BooleanField(default=False)
    outcome = models.CharField(
        max_length=12, blank=True, choices=[(one.value, words) for one, words in OUTCOME_WORDS.items()]
    )
    heard_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=("heard_at",),
                name="messaging_voice_unsettled",
                condition=models.Q(settled_at=None) & ~models.Q(outcome=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.outcome}"

    def facts(self) -> Call:
        """The row for the pure rules."""
        return Call(self.status, self.answered_by, self.key, self.is_voicemail_left)


class VoiceStep(Base):
    """One step as the provider told it. A repeat finds its row here and teaches nothing. Append-only."""

    message = models.ForeignKey("messaging.Message", models.PROTECT, related_name="voice_steps")
    ref = models.CharField(max_length=64)
    kind = models.CharField(
        max_length=8, choices=[("status", "Report"), ("answer", "Answer"), ("key", "Key")]
    )
    value = models.CharField(max_length=24)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("message", "ref", "kind", "value"), name="messaging_voicestep_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
