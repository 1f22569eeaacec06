"""Beat wakes this; it asks the trail what there is, so a lost or doubled call is harmless."""

from clinic.core.actor import Actor
from clinic.core.tasks import clinic_task
from clinic.inbox import services


@clinic_task(name="inbox.watch_access")
def watch_access() -> None:
    """Tells the privacy officer when somebody looks at unusually many charts."""
    services.watch_access(by=Actor.system("inbox.watch_access"))


@clinic_task(name="inbox.keep_text_tasks")
def keep_text_tasks() -> None:
    """Gives texts of patients that need a person to the front desk as tasks."""
    services.keep_text_tasks(by=Actor.system("inbox.keep_text_tasks"))
