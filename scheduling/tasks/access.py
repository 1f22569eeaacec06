"""The weekly sample of access."""

from clinic.core.tasks import clinic_task


@clinic_task(name="scheduling.sample_access")
def sample_access() -> None:
    """Takes the week's sample where it is due. A second run finds it taken."""
    from scheduling.services import access

    access.sample_access()
