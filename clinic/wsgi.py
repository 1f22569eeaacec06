"""WSGI entry: gunicorn clinic.wsgi."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import clinic.celery  # noqa: F401  (the configured Celery app must exist before a service enqueues)

application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from clinic.core import metrics  # noqa: E402  (models can be imported only now)

metrics.start()
# Every page's code is loaded here once, before gunicorn forks; frozen, its memory stays shared, since a search
# for cycles writes into each object that it visits.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
