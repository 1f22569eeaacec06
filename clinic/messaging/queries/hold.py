"""Whether sending is held."""

from clinic.messaging.models import SendingHold


def current_hold() -> SendingHold | None:
    """The hold in force, with `reason`, `since` and `by_label`; None while messages may leave."""
    return SendingHold.objects.filter(is_held=True).first()
