"""Writing: tasks, alerts, calls. Other apps import from here."""

from clinic.inbox.services.alerts import acknowledge_alert, raise_alert
from clinic.inbox.services.calls import log_call
from clinic.inbox.services.oversight import watch_access
from clinic.inbox.services.replies import act_on_text, answer_text, keep_text_tasks, settle_text
from clinic.inbox.services.tasks import add_task, complete_task, give_task, note_task, take_task

__all__ = [
    "act_on_text",
    "answer_text",
    "keep_text_tasks",
    "settle_text",
    "acknowledge_alert",
    "add_task",
    "complete_task",
    "give_task",
    "log_call",
    "note_task",
    "raise_alert",
    "take_task",
    "watch_access",
]
