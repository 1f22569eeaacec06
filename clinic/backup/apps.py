from django.apps import AppConfig
from django.conf import settings


class BackupConfig(AppConfig):
    name = "clinic.backup"
    label = "backup"

    def ready(self) -> None:
        from clinic.backup.queries import backup_problem
        from clinic.backup.services.settle import notice_restore
        from clinic.core.health import register_check
        from clinic.messaging.services import register_before_sending

        register_before_sending(notice_restore)
        if settings.BACKUP_DIR:  # a clinic that copies its database by other means is not unready
            register_check("backup", backup_problem)
