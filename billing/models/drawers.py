"""The end of the day: a drawer opened, counted and verified, and a business day closed for good."""

from django.db import models
from django.db.models import F, Q

from clinic.core.guards import both_or_neither
from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER

from .payments import Drawer


class DrawerSession(Versioned):
    """One drawer from its float to its verified count.

    Covers the money booked into the drawer on the business days `covers_from` to `business_day`. Once closed, the
    database refuses another posting into the drawer on those days; what comes later belongs to the next session.
    """

    drawer = models.ForeignKey(Drawer, on_delete=models.PROTECT, related_name="sessions")
    covers_from = models.DateField()
    business_day = models.DateField(db_index=True)
    opening_float = MoneyField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What the books held when the drawer was closed, by way of paying and without the float.
    booked_cash = MoneyField(default=0)
    booked_check = MoneyField(default=0)
    booked_card = MoneyField(default=0)
    booked_other = MoneyField(default=0)
    variance_reason = models.CharField(max_length=200, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-business_day", "drawer__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["drawer", "business_day"],
                name="%(app_label)s_%(class)s_once_a_day",
                violation_error_message="This drawer has been opened for that day already.",
            ),
            models.UniqueConstraint(
                fields=["drawer"],
                condition=Q(closed_at__isnull=True),
                name="%(app_label)s_%(class)s_one_open",
                violation_error_message="This drawer is open already.",
            ),
            models.CheckConstraint(
                condition=Q(opening_float__gte=0),
                name="%(app_label)s_%(class)s_float_not_negative",
                violation_error_message="A float cannot be negative.",
            ),
            models.CheckConstraint(
                condition=Q(covers_from__lte=F("business_day")),
                name="%(app_label)s_%(class)s_days_in_order",
                violation_error_message="A drawer cannot be closed for a day before it was opened.",
            ),
            both_or_neither("closed_at", "closed_by", "%(app_label)s_%(class)s_closed_by"),
            both_or_neither("verified_at", "verified_by", "%(app_label)s_%(class)s_verified_by"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True)
                | Q(closed_at__isnull=False) & ~Q(verified_by=F("closed_by")),
                name="%(app_label)s_%(class)s_two_people",
                violation_error_message="A second person verifies: not the one who counted.",
            ),
        ]

    def __str__(self):
        return f"{self.drawer} {self.business_day}"

    @property
    def state(self) -> str:
        """open, counted or verified."""
        if self.verified_at is not None:
            return "verified"
        return "open" if self.closed_at is None else "counted"

    @property
    def booked(self) -> dict:
        """Way of paying -> dollars that the books held at closing."""
        return {
            "cash": self.booked_cash,
            "check": self.booked_check,
            "card": self.booked_card,
            "other": self.booked_other,
        }


class DrawerCount(Base):
    """One count of a drawer, made without seeing what the books expect. The last one of a session counts."""

    session = models.ForeignKey(DrawerSession, on_delete=models.PROTECT, related_name="counts")
    number = models.PositiveSmallIntegerField()
    # Kind of bill or coin in cents -> pieces.
    pieces = models.JSONField(default=dict)
    cash = MoneyField()
    check_total = MoneyField()
    card_total = MoneyField()
    other_total = MoneyField()
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["session", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "number"],
                name="%(app_label)s_%(class)s_number_once",
                violation_error_message="Somebody else has just counted this drawer.",
            ),
            models.CheckConstraint(
                condition=Q(cash__gte=0, check_total__gte=0, number__gte=1),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="A count cannot be negative.",
            ),
        ]

    def __str__(self):
        return f"count {self.number} of {self.session_id}"

    @property
    def counted(self) -> dict:
        """Way of paying -> dollars counted."""
        return {
            "cash": self.cash,
            "check": self.check_total,
            "card": self.card_total,
            "other": self.other_total,
        }


class DayClose(Base):
    """A business day (and those since the last closed one) locked: the database refuses another entry on it.

    The totals are what the ledger held then; `manage.py verify_ledger` holds them against what it holds now.
    """

    from_day = models.DateField()
    day = models.DateField(unique=True)
    charges = MoneyField()
    payments = MoneyField()
    adjustments = MoneyField()
    receivable = MoneyField()
    # What was still missing when it was closed, so that the next day knows.
    uncharged_visits = models.PositiveIntegerField()
    open_copays = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_day__lte=F("day")),
                name="%(app_label)s_%(class)s_days_in_order",
                violation_error_message="A day is closed after the one before.",
            ),
            models.CheckConstraint(
                condition=Q(charges=F("payments") + F("adjustments") + F("receivable")),
                name="%(app_label)s_%(class)s_adds_up",
                violation_error_message="This day does not add up, so it was not closed.",
            ),
        ]

    def __str__(self):
        return f"closed {self.day}"
