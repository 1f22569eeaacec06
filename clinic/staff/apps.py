"""Staff: who works here, what each may do, at which PC, and for how long a session stays open."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "clinic.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from clinic.staff import session_hooks, wiring

        session_hooks.connect()
        wiring.register()
