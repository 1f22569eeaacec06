"""Working denials off: who, by when, what was done and what caused it."""

import datetime as dt

from billing.models import Denial
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused, Stale

# Payers give 90 days or more to appeal; who has agreed on less moves the deadline by hand.
APPEAL_DAYS = 90


def deadline_of(decided_on: dt.date) -> dt.date:
    """The last day for an appeal of a decision."""
    return decided_on + dt.timedelta(days=APPEAL_DAYS)


@service
def work_denial(
    *,
    by,
    denial: Denial,
    category: str,
    deadline: dt.date,
    owner=None,
    action: str = "",
    root_cause: str = "",
    note: str = "",
    is_done: bool = False,
    version: int | None = None,
) -> Denial:
    """Say who works a denial, by when, and what was done; with `is_done` it leaves the queue. Audited.

    Refuses to finish without an action and a cause, to change one that is done, and a save over somebody else's.
    """
    denial = Denial.objects.select_for_update(of=("self",)).get(pk=denial.pk)
    if version is not None and version != denial.version:
        raise Stale("Somebody else worked on this denial meanwhile. Look again and save once more.")
    if denial.state == Denial.State.DONE:
        raise Refused("This denial is done.")
    if is_done and not action:
        raise Refused("Say what was done.", field="action")
    if is_done and not root_cause:
        raise Refused("Say what caused it.", field="root_cause")
    denial.category, denial.deadline, denial.owner = category, deadline, owner
    denial.action, denial.root_cause, denial.note = action, root_cause, " ".join(note.split())
    if is_done:
        denial.state, denial.closed_at = Denial.State.DONE, time.now()
    denial.version += 1
    denial.save()
    record(
        by,
        "denial.closed" if is_done else "denial.worked",
        obj=denial,
        patient=denial.patient_id,
        category=category,
        act=action,
        root_cause=root_cause,
    )
    return denial
