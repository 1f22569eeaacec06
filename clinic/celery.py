"""The Celery app. Tasks carry ids only; the database is what remembers that work is due."""

import gc
import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()


@worker_init.connect
def load_everything(**_kwargs) -> None:
    """Before the pool is forked: a process that replaces a killed one starts with all code in memory (tasks
    import services when they run, and an address in a text needs every view)."""
    from django.urls import reverse

    import clinic.messaging.services.reports
    import clinic.messaging.services.sending  # noqa: F401
    from clinic.messaging.gateways.twilio import trust

    reverse("hooks:sms-status")
    trust()
    # Left out of later searches for cycles, which would copy it into every process of the pool.
    gc.collect()
    gc.freeze()
