"""The clinic's clock: sends the name of each sweep when it is due, and knows nothing else.

Beat needs the schedule and the broker. Without the apps, their models and their pages it holds less than half the
memory, and a mistake in one of them cannot stop the clock.
"""

import os
from logging.config import dictConfig

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("clinic", fixups=[])  # celery's own fixup for Django would load every app and every address
app.config_from_object(settings, namespace="CELERY")
dictConfig(settings.LOGGING)  # the other processes have this from django.setup()
