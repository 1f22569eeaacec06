"""Tasks, alerts and phone calls."""

from clinic.inbox.models.calls import CallScript, PhoneCall
from clinic.inbox.models.work import Alert, Task, TaskEvent

__all__ = ["Alert", "CallScript", "PhoneCall", "Task", "TaskEvent"]
