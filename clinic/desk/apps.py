from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "clinic.desk"
    label = "desk"

    def ready(self) -> None:
        from clinic.desk import wiring

        wiring.register()
