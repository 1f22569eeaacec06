"""Sending claims and taking answers. Each asks the database what there is to do, so a lost or doubled call is harmless."""

from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.tasks import clinic_task


@clinic_task(name="billing.send_batch")
def send_batch(batch_id: str) -> None:
    """Hands one file of claims over. A second run finds it taken."""
    from billing.services import handing_over

    handing_over.send_and_keep(by=Actor.system("billing.send_batch"), pk=UUID(batch_id))


@clinic_task(name="billing.send_batches")
def send_batches() -> None:
    """Hands over what waits, and finds tries that never ended. A second run finds nothing due."""
    from billing.services import handing_over

    by = Actor.system("billing.send_batches")
    for pk in handing_over.due_batches():
        handing_over.send_and_keep(by=by, pk=pk)


@clinic_task(name="billing.settle_claim_answers")
def settle_claim_answers() -> None:
    """Gives kept answers to the claims that they are about. A second run finds them read."""
    from billing.services import claim_files

    claim_files.settle_claim_answers(by=Actor.system("billing.settle_claim_answers"))
