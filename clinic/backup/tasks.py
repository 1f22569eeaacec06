"""The nightly backup."""

from pathlib import Path

from django.conf import settings

from clinic.backup.errors import BackupError, Busy
from clinic.backup.models import BackupRun
from clinic.backup.queries import newest_failure, newest_good
from clinic.backup.rules import is_due
from clinic.backup.services.make import make_backup, prune
from clinic.core.actor import Actor
from clinic.core.profile import clinic_zone
from clinic.core.tasks import clinic_task
from clinic.core.time import now, zone

LONGEST = 4 * 3600


# Acknowledged at once, unlike other tasks: Redis would hand a message that is not acknowledged for ten minutes to the
# next worker. A run that is lost leaves no good backup, so the next look finds that one is due.
@clinic_task(
    name="backup.run_if_due", acks_late=False, soft_time_limit=LONGEST, time_limit=LONGEST + 60
)  # fmt: skip
def run_if_due() -> None:
    """Makes a backup when the clinic's hour has passed without one, and deletes those that outlived their time."""
    if not settings.BACKUP_DIR:
        return
    good = newest_good()
    failed = newest_failure(good.started_at if good else None)
    if not is_due(
        now(),
        zone=zone(clinic_zone()),
        hour=settings.BACKUP_HOUR,
        last_good=good.started_at if good else None,
        last_try=failed.started_at if failed else None,
    ):
        return
    target = Path(settings.BACKUP_DIR)
    try:
        make_backup(by=Actor.system("backup.run_if_due"), target=target, how=BackupRun.How.NIGHTLY)
    except Busy:
        return
    except BackupError:
        return  # recorded, shown on the manager's page and by /readyz; tried again in an hour
    prune(target, keep_days=settings.BACKUP_KEEP_DAYS)
