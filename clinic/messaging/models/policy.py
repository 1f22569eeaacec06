"""What may be said and when: templates in versions, and the sending rules."""

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.core.models import Base, Versioned
from clinic.core.refs import MEMBER
from clinic.messaging.models.choices import Channel, Language, Purpose


class MessageTemplate(Base):
    """One version of one wording. Of code, channel and language the newest active version is used whose first
    day has come; a message keeps the version that it was made from."""

    code = models.SlugField(max_length=48)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    language = models.CharField(max_length=8, choices=Language.choices)
    version = models.PositiveIntegerField(default=1)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    name = models.CharField(max_length=60)
    heading = models.CharField("subject line", max_length=120, blank=True)
    body = models.TextField()
    is_active = models.BooleanField(default=True)
    # None: from the day it was saved.
    effective_from = models.DateField("first day", null=True, blank=True)
    approved_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("code", "channel", "language", "version"),
                name="messaging_messagetemplate_version",
                violation_error_message="Somebody else has just saved a new wording.",
            ),
        ]
        ordering = ("purpose", "code", "channel", "language", "-version")

    def __str__(self) -> str:
        return f"{self.code} {self.channel} {self.language} v{self.version}"


def default_limited() -> list[str]:
    return [
        Purpose.REMINDER.value,
        Purpose.PREPARATION.value,
        Purpose.FOLLOWUP.value,
        Purpose.RECALL.value,
        Purpose.OFFER.value,
    ]


def default_consent_channels() -> list[str]:
    return [Channel.SMS.value, Channel.VOICE.value]


class SendSettings(Versioned):
    """The sending rules: one row, edited by the clinic."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    window_opens = models.TimeField("messages leave from", default=time(9, 0))
    window_closes = models.TimeField("until", default=time(20, 0))
    per_day = models.PositiveSmallIntegerField("at most a day", default=1)
    per_week = models.PositiveSmallIntegerField("at most in 7 days", default=3)
    limited_purposes = ArrayField(models.CharField(max_length=16), default=default_limited)
    consent_channels = ArrayField(models.CharField(max_length=8), default=default_consent_channels)
    is_stop_for_all = models.BooleanField("STOP ends every kind of message", default=True)
    short_name = models.CharField("name of the practice in texts", max_length=24, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="messaging_sendsettings_one_row"),
            models.CheckConstraint(
                condition=Q(window_opens__lt=F("window_closes")),
                name="messaging_sendsettings_window",
                violation_error_message="The window must open before it closes.",
            ),
            models.CheckConstraint(
                condition=Q(per_day__gte=1) & Q(per_week__gte=F("per_day")),
                name="messaging_sendsettings_limits",
                violation_error_message="At least one a day, and no fewer in 7 days than in one.",
            ),
        ]

    def __str__(self) -> str:
        return "Sending rules"
