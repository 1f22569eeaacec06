"""Messages to patients: outbox, templates, consent to be contacted, gateways."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "clinic.messaging"
    label = "messaging"
    verbose_name = "Messages"
