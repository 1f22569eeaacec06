from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Made-up people and a clinic's days around today. Does nothing outside demo mode."""

    name = "clinic.demo"
    label = "demo"
    verbose_name = "Demo clinic"
