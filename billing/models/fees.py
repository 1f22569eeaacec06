"""The clinic's fee schedule, with prices that hold from a day to a day."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from clinic.core.models import Versioned
from clinic.core.money import MoneyField


class FeeItem(Versioned):
    """One price of one code from a day on. A new price is a new row; the old one ends the day before."""

    class Kind(models.TextChoices):
        VISIT = "visit", "Visit"
        PROCEDURE = "procedure", "Procedure"
        VACCINE = "vaccine", "Vaccine"
        LAB = "lab", "Lab test"
        ADMIN = "admin", "Administration"

    code = models.CharField(max_length=16)
    words = models.CharField("description", max_length=160)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    price = MoneyField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    cvx = models.CharField(
        "CVX code", max_length=4, blank=True, help_text="The vaccine that this code charges for."
    )

    class Meta:
        ordering = ["code", "-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="%(app_label)s_%(class)s_price_not_negative",
                violation_error_message="A price cannot be negative.",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message="A price cannot end before it starts.",
            ),
            ExclusionConstraint(
                name="%(app_label)s_%(class)s_one_price_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            F("effective_from"),
                            F("effective_to"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="This code has another price on one of these days.",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.words}"


class VisitTypeFee(Versioned):
    """The code that a type of visit proposes by itself at checkout."""

    visit_type = models.OneToOneField("scheduling.VisitType", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=16)

    def __str__(self):
        return f"{self.visit_type_id}: {self.code}"
