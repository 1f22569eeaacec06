"""What patients are asked to pay in writing, why some are not asked, and what goes to a collector."""

from django.db import models
from django.db.models import F, Q

from billing.rules.statements import statement_words
from clinic.core.guards import both_or_neither
from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT


def _member(**options):
    return models.ForeignKey(
        MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", **options
    )


class Statement(Base):
    """A bill to a patient as it was made; never changed. `amount` in dollars.

    `notice` counts the statements since the patient last paid, this one included. `content` holds every word and amount
    of the paper (see `billing.rules.statements`), so that it can be printed again as it was; `file` is that paper.
    """

    number = models.PositiveBigIntegerField(unique=True)
    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    made_on = models.DateField()
    due_on = models.DateField()
    notice = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=2, default="en")
    content = models.JSONField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = _member()
    made_by_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["patient", "-made_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, due_on__gte=F("made_on"), notice__gte=1),
                name="%(app_label)s_%(class)s_asks_for_money",
                violation_error_message="A statement asks for more than nothing, from its day on.",
            ),
        ]

    def __str__(self):
        return f"statement {self.number}"

    @property
    def printed_number(self) -> str:
        """The number as it stands on the paper."""
        return statement_words(self.number)


class StatementSending(Base):
    """That a statement reached its patient on some way; never changed."""

    class Way(models.TextChoices):
        MAIL = "mail", "Mailed"
        HAND = "hand", "Handed over"

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="sending")
    way = models.CharField(max_length=4, choices=Way.choices)
    at = models.DateTimeField()
    by = _member()
    by_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["-at"]

    def __str__(self):
        return self.way


class BillingHold(Versioned):
    """From `starts_on` to `ends_on` (empty: until it is lifted) a patient gets no statement and goes to no collector."""

    class Kind(models.TextChoices):
        DISPUTE = "dispute", "Disputed"
        BANKRUPTCY = "bankruptcy", "Bankruptcy"
        DECEASED = "deceased", "Deceased"
        OTHER = "other", "Other"

    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=160)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    placed_at = models.DateTimeField()
    placed_by = _member()
    placed_by_label = models.CharField(max_length=120)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_label = models.CharField(max_length=120, blank=True)
    lift_reason = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-placed_at"]
        indexes = [
            models.Index(fields=["patient"], condition=Q(lifted_at=None), name="billing_hold_standing")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message="The last day is not before the first.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} hold"


class CollectionCase(Versioned):
    """A debt proposed for a collector, decided by a second person, placed and perhaps returned. `amount` in dollars."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        PLACED = "placed", "Placed"
        RETURNED = "returned", "Returned"

    OPEN = (State.PROPOSED, State.APPROVED, State.PLACED)

    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    statements = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = _member()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = _member()
    note = models.CharField(max_length=160, blank=True)
    agency = models.CharField(max_length=120, blank=True)
    placed_on = models.DateField(null=True, blank=True)
    returned_on = models.DateField(null=True, blank=True)
    return_reason = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(state__in=["proposed", "approved", "placed"]),
                name="%(app_label)s_%(class)s_one_open",
                violation_error_message="This patient is on the collections list already.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="%(app_label)s_%(class)s_amount_positive",
                violation_error_message="Nothing is owed.",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="%(app_label)s_%(class)s_two_people",
                violation_error_message="A second person decides: not the one who proposed.",
            ),
            both_or_neither("decided_at", "decided_by", "%(app_label)s_%(class)s_decided_by"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | Q(state__in=["approved", "refused"], decided_at__isnull=False, placed_on__isnull=True)
                | Q(state="placed", placed_on__isnull=False, returned_on__isnull=True) & ~Q(agency="")
                | Q(state="returned", placed_on__isnull=False, returned_on__isnull=False),
                name="%(app_label)s_%(class)s_state_fits",
                violation_error_message="This case has moved on.",
            ),
        ]

    def __str__(self):
        return f"{self.state} {self.amount}"


class AppealLetter(Base):
    """A letter that asks a payer to decide a denial anew, as it was made; never changed."""

    denial = models.ForeignKey("billing.Denial", on_delete=models.PROTECT, related_name="appeals")
    body = models.TextField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = _member()
    made_by_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self):
        return f"appeal of {self.denial_id}"
