"""What patients text back."""

from django.db import models

from clinic.core.guards import both_or_neither
from clinic.core.models import Base
from clinic.core.refs import MEMBER, PATIENT
from clinic.messaging.rules.replies import MEANING_WORDS

MEANING_CHOICES = [(meaning.value, words) for meaning, words in MEANING_WORDS.items()]


class InboundMessage(Base):
    """One incoming text. It is settled by the program (`settled_at`), or a person handles it (`handled_at`)."""

    gateway = models.CharField(max_length=16)
    ref = models.CharField(max_length=64)
    from_address = models.CharField(max_length=254)
    to_address = models.CharField(max_length=254, blank=True)
    body = models.TextField(blank=True)
    received_at = models.DateTimeField()
    patient = models.ForeignKey(PATIENT, models.PROTECT, null=True, related_name="replies")
    message = models.ForeignKey("messaging.Message", models.PROTECT, null=True, related_name="replies")
    meaning = models.CharField(max_length=16, choices=MEANING_CHOICES)
    settled_at = models.DateTimeField(null=True)
    needs_person = models.BooleanField(default=False)
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("gateway", "ref"), name="messaging_inboundmessage_once"),
            both_or_neither("handled_at", "handled_by", "messaging_inboundmessage_handled"),
        ]
        indexes = [
            models.Index(fields=("from_address", "-received_at"), name="messaging_inbound_from"),
            models.Index(fields=("patient", "-received_at"), name="messaging_inbound_patient"),
            models.Index(fields=("meaning", "received_at"), name="messaging_inbound_meaning"),
            models.Index(
                fields=("received_at",),
                name="messaging_inbound_open",
                condition=models.Q(needs_person=True, handled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meaning} {self.received_at:%Y-%m-%d %H:%M}"
