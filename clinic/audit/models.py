"""Append-only trail. Events are written in the transaction they belong to; links chain them afterwards."""

from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """Who did what, to whom, when and from where. No foreign keys: a trail outlives what it names."""

    class Kind(models.TextChoices):
        CHANGE = "change", "Change"
        LOOK = "look", "Look into a chart"
        SECURITY = "security", "Sign-in and permission"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    action = models.CharField(max_length=64)
    member_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=120)
    workstation_id = models.UUIDField(null=True)
    workstation = models.CharField(max_length=80, blank=True)
    patient_id = models.UUIDField(null=True)
    object_type = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=32, blank=True)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("-at",), name="audit_event_at"),
            models.Index(fields=("patient_id", "-at"), name="audit_event_patient"),
            models.Index(fields=("member_id", "-at"), name="audit_event_member"),
            models.Index(fields=("action", "-at"), name="audit_event_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


class AuditLink(models.Model):
    """One event's place in the chain: hash(previous hash, event). The order is the one the sealer fixed."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField()
    sealed_at = models.DateTimeField(default=timezone.now)
