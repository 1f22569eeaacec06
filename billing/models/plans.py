"""What a patient agreed to pay by the month."""

from django.db import models
from django.db.models import F, Q

from clinic.core.models import Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT


class PaymentPlan(Versioned):
    """A patient pays `total` dollars in payments of `amount`, once a month from `first_due_on` on."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        KEPT = "kept", "Paid"
        ENDED = "ended", "Ended"

    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    total = MoneyField()
    amount = MoneyField()
    first_due_on = models.DateField()
    # Who signed the agreement on paper, as written there.
    signed_by = models.CharField(max_length=120)
    state = models.CharField(max_length=6, choices=State.choices, default=State.ACTIVE)
    agreed_at = models.DateTimeField()
    agreed_with = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_label = models.CharField(max_length=120, blank=True)
    end_reason = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-agreed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(state="active"),
                name="%(app_label)s_%(class)s_one_active",
                violation_error_message="This patient has a plan already.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, total__gte=F("amount")),
                name="%(app_label)s_%(class)s_amounts_fit",
                violation_error_message="A payment is more than nothing and at most the whole.",
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_at__isnull=True)
                | ~Q(state="active") & Q(ended_at__isnull=False),
                name="%(app_label)s_%(class)s_state_fits",
                violation_error_message="This plan has ended.",
            ),
        ]

    def __str__(self):
        return f"{self.amount} a month"
