"""The sweeps that fill the day and follow up missed visits."""

from clinic.core.tasks import clinic_task


@clinic_task(name="scheduling.fill_openings")
def fill_openings() -> None:
    """Offers freed times to the waitlist. A second run finds nothing to do."""
    from scheduling.services import filling

    filling.fill_openings()


@clinic_task(name="scheduling.settle_recalls")
def settle_recalls() -> None:
    """Closes recalls whose visit is booked, and turns unsent messages into calls. A second run finds nothing."""
    from scheduling.services import recalls

    recalls.settle_recalls()


@clinic_task(name="scheduling.follow_missed")
def follow_missed() -> None:
    """Puts missed visits on the list with what has to follow. A second run finds nothing to do."""
    from scheduling.services import missed

    missed.follow_missed()
