"""How patients prepare for a kind of visit: wordings in versions, shown behind a link and never in a message."""

from django.db import models

from clinic.core.models import Base
from scheduling.models._shared import member
from scheduling.models.rosters import VisitType


class Preparation(Base):
    """One version of the instructions for a visit type in a language. The newest whose first day has come counts;
    an empty text ends them. Append-only: a change is another row."""

    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="preparations")
    language = models.CharField(max_length=8, choices=[("en", "English"), ("es", "Spanish")])
    body = models.TextField(blank=True)
    effective_from = models.DateField("first day")
    set_by = member(null=True)

    class Meta:
        ordering = ["visit_type", "language", "-effective_from", "-created_at"]
        indexes = [
            models.Index(
                fields=["visit_type", "language", "-effective_from"], name="scheduling_preparation_newest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_type_id} {self.language} from {self.effective_from}"
