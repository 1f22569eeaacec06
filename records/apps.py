from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"
    label = "records"
    verbose_name = "Records"

    def ready(self) -> None:
        from records import wiring

        wiring.register()
