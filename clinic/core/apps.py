"""Core: what every app stands on. After each migration the application's role gets exactly its rights."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "clinic.core"
    label = "core"

    def ready(self) -> None:
        from clinic.core.rights import grant_rights

        post_migrate.connect(grant_rights, sender=self, dispatch_uid="clinic.core.rights")
