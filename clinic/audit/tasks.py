"""The sealer."""

from clinic.audit.sealing import seal
from clinic.core.tasks import clinic_task


@clinic_task(name="audit.seal")
def seal_events() -> None:
    """Chains what has been committed since the last run."""
    seal()
