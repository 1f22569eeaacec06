"""What people have to do: tasks, alerts, phone calls - and the pages of patient messages.

The pages of messaging stand here because they ask for permissions, which are a layer above messaging.
"""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "clinic.inbox"
    label = "inbox"
    verbose_name = "Inbox"

    def ready(self) -> None:
        from clinic.inbox import wiring

        wiring.register()
