from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = "Scheduling"

    def ready(self) -> None:
        from scheduling import follow_up_wiring, reminder_wiring, reports, wiring

        wiring.register()
        reminder_wiring.register()
        follow_up_wiring.register()
        reports.register()
