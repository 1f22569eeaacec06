"""Giving background work that was given up another chance."""

from clinic import audit
from clinic.core import failures
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound
from clinic.core.models import FailedWork


@service
def retry_failed_work(*, by: Actor, work_id: int) -> FailedWork:
    """Lets the next sweep try one piece of failed work again, five times at most. Audited as
    `failed_work.retried`. Raises NotFound when it has succeeded meanwhile."""
    row = failures.try_again(work_id)
    if row is None:
        raise NotFound("This has been done meanwhile.")
    audit.record(by, "failed_work.retried", obj=row, task=row.task, item=row.item)
    return row
