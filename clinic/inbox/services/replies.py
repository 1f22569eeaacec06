"""Texts that need a person, as tasks of the front desk: added by a sweep, closed from either side."""

from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.profile import clinic_zone
from clinic.core.time import now, zone
from clinic.inbox.models import Task
from clinic.inbox.rules.targets import CallClass, first_action_due
from clinic.inbox.services.tasks import add_task, complete_task
from clinic.messaging.models import InboundMessage
from clinic.messaging.queries.attention import replies_to_handle
from clinic.messaging.rules.suggestions import ACT_WORDS, Act, suggest
from clinic.messaging.services import reply_acts
from clinic.messaging.services.replies import handle_reply
from clinic.staff.roles import Role

SOURCE = "reply:"
CHUNK = 100


def source_of(reply: InboundMessage) -> str:
    """What the task about a text is known by."""
    return f"{SOURCE}{reply.pk}"


@service
def settle_text(*, by, reply: InboundMessage, outcome: str) -> InboundMessage:
    """Marks a text as handled, and closes its task. Refuses what `handle_reply` refuses."""
    return _close_task(by, handle_reply(by=by, reply=reply, outcome=outcome))


@service
def act_on_text(*, by, reply: InboundMessage, act: str, reference: str = "") -> InboundMessage:
    """Does one suggested act about a text, and closes its task. Refuses what `act_on_reply` refuses."""
    return _close_task(by, reply_acts.act_on_reply(by=by, reply=reply, act=act, reference=reference))


@service
def answer_text(*, by, reply: InboundMessage, text: str) -> InboundMessage:
    """Answers a text in own words, and closes its task. Refuses what `answer_in_own_words` refuses."""
    return _close_task(by, reply_acts.answer_in_own_words(by=by, reply=reply, text=text))


def _close_task(by, reply: InboundMessage) -> InboundMessage:
    task = Task.objects.filter(source_key=source_of(reply), state=Task.State.OPEN).first()
    if task:
        complete_task(by=by, task=task, outcome=reply.outcome)
    return reply


@service
def keep_text_tasks(*, by: Actor) -> int:
    """Adds a task for each text that needs a person and has none, and marks as handled those whose task was closed
    in the inbox. Returns how many changed; a second run changes nothing. Audited by what is done."""
    replies = list(replies_to_handle()[:CHUNK])
    tasks = {
        task.source_key: task
        for task in Task.objects.filter(
            source_key__in=[source_of(reply) for reply in replies]
        ).select_related("done_by")
    }
    changed = 0
    for reply in replies:
        task = tasks.get(source_of(reply))
        if task is None:
            _add_task(by, reply)
        elif task.state == Task.State.DONE:
            who = Actor(member_id=task.done_by_id, label=task.done_by.name)
            handle_reply(by=who, reply=reply, outcome=task.outcome or "Closed in the inbox.")
        else:
            continue
        changed += 1
    return changed


def _add_task(by: Actor, reply: InboundMessage) -> None:
    likeliest = suggest(reply.body, reply.meaning, has_visit=reply.message is not None)[0]
    urgency = CallClass.SAME_DAY if likeliest is Act.CALL else CallClass.ADMINISTRATIVE
    add_task(
        by=by,
        title=f"Text to answer. Suggested: {ACT_WORDS[likeliest].lower()}",
        detail=f"“{reply.body[:300]}”",
        patient=reply.patient,
        pool=Role.FRONT_DESK.value,
        priority=Task.Priority.HIGH if likeliest is Act.CALL else Task.Priority.NORMAL,
        due_at=first_action_due(urgency, now().astimezone(zone(clinic_zone()))),
        source_key=source_of(reply),
    )
