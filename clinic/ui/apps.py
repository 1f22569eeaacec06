"""App configuration of the design system."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "clinic.ui"
    label = "ui"
    verbose_name = "Design system"
