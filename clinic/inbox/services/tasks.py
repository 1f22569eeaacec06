"""Tasks: added, taken, done."""

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_rows
from clinic.core.time import now
from clinic.inbox.models import Task, TaskEvent


@service
def add_task(
    *,
    by,
    title: str,
    detail: str = "",
    patient=None,
    owner=None,
    pool: str = "",
    priority: str = Task.Priority.NORMAL,
    due_at=None,
    source_key: str | None = None,
) -> Task:
    """Adds one task for a member (`owner`) or for a role (`pool`). With a `source_key` it is added once: a
    second call returns the first one's. Audited as `task.added`. Refuses a task for nobody or without words.
    """
    if not title.strip():
        raise Refused("Say what is to be done.", field="title")
    if owner is None and not pool:
        raise Refused("Give the task to a person or to a role.", field="owner")
    if source_key:
        existing = Task.objects.filter(source_key=source_key).first()
        if existing:
            return existing
    row = Task(
        title=title.strip()[:120],
        detail=detail.strip(),
        patient=patient,
        owner=owner,
        pool=pool,
        priority=priority,
        due_at=due_at,
        source_key=source_key,
        opened_by_id=by.member_id,
    )
    Task.objects.bulk_create([row], ignore_conflicts=source_key is not None)
    saved = Task.objects.get(source_key=source_key) if source_key else row
    if saved.pk == row.pk:
        audit.record(by, "task.added", obj=row, patient=row.patient_id, pool=pool, priority=priority)
        _trail(by, row, TaskEvent.What.ADDED)
    return saved


@service
def take_task(*, by, task: Task) -> Task:
    """Makes the actor the owner. Audited as `task.taken`. Refuses a task that is done."""
    row = _open(task)
    row.owner_id = by.member_id
    row.save()
    audit.record(by, "task.taken", obj=row, patient=row.patient_id)
    _trail(by, row, TaskEvent.What.TAKEN)
    return row


@service
def give_task(*, by, task: Task, owner=None, pool: str = "", words: str = "") -> Task:
    """Gives an open task to another member (`owner`) or role (`pool`), with a word on why. Audited as
    `task.given`. Refuses nobody, both at once, and a task that is done."""
    if (owner is None) == (not pool):
        raise Refused("Give the task to a person or to a role.", field="to_whom")
    row = _open(task)
    row.owner, row.pool = owner, pool
    row.save()
    audit.record(by, "task.given", obj=row, patient=row.patient_id, pool=pool)
    whom = owner.name if owner else row.get_pool_display()
    _trail(by, row, TaskEvent.What.GIVEN, f"To {whom}{f': {words.strip()}' if words.strip() else ''}")
    return row


@service
def note_task(*, by, task: Task, words: str) -> TaskEvent:
    """Adds a note to an open task's trail. Audited as `task.noted`. Refuses an empty note and a task that is done."""
    if not words.strip():
        raise Refused("Write the note.", field="words")
    row = _open(task)
    audit.record(by, "task.noted", obj=row, patient=row.patient_id)
    return _trail(by, row, TaskEvent.What.NOTED, words.strip())


@service
def complete_task(*, by, task: Task, outcome: str = "") -> Task:
    """Closes a task. Audited as `task.done`. Refuses a second time."""
    row = _open(task)
    row.state, row.done_at, row.done_by_id = Task.State.DONE, now(), by.member_id
    row.outcome = outcome.strip()[:300]
    row.save()
    audit.record(by, "task.done", obj=row, patient=row.patient_id)
    _trail(by, row, TaskEvent.What.DONE, row.outcome)
    return row


def _trail(by, task: Task, what: str, words: str = "") -> TaskEvent:
    return TaskEvent.objects.create(
        task=task, what=what, words=words[:300], at=now(), by_id=by.member_id, by_label=by.label[:120]
    )


def _open(task: Task) -> Task:
    row = lock_rows(Task.objects.filter(pk=task.pk))[0]
    if row.state != Task.State.OPEN:
        raise Refused("Somebody has already done this.")
    return row
