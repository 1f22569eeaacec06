"""Red flags that wait for a provider."""

from records.models import RedFlag


def open_flags(limit: int = 50) -> list[RedFlag]:
    """Unacknowledged flags, oldest first, with patient and provider. One query."""
    return list(
        RedFlag.objects.filter(acknowledged_at__isnull=True)
        .select_related("patient", "encounter__provider", "set")
        .order_by("raised_at")[:limit]
    )
