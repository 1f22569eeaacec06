"""Messages to patients: outbox, templates, consent to be contacted, gateways."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "clinic.messaging"
    label = "messaging"
    verbose_name = "Messages"

    def ready(self) -> None:
        from clinic.core.health import register_check
        from clinic.core.metrics import register_figures
        from clinic.messaging.figures import outbox_figures
        from clinic.messaging.queries.lag import outbox_lag

        register_figures("outbox", outbox_figures)
        register_check("outbox", outbox_lag)
