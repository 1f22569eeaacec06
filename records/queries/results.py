"""Results on file."""

from uuid import UUID

from django.db.models import QuerySet

from records.models import Result


def result_rows(patient_id: UUID) -> QuerySet[Result]:
    """Newest first, wrong ones included (shown struck through). One query."""
    return Result.objects.filter(patient_id=patient_id).order_by("-observed_at", "-id")
