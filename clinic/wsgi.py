"""WSGI entry: gunicorn clinic.wsgi."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import clinic.celery  # noqa: F401  (the configured Celery app must exist before a service enqueues)

application = get_wsgi_application()

from clinic.core import metrics  # noqa: E402  (models can be imported only now)

metrics.start()
