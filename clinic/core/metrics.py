"""Figures for Prometheus at /metrics, behind the bearer token METRICS_TOKEN; without the token there is no such page.

Two kinds. What the web processes count themselves (requests, their time, the database's share) goes through
prometheus-client's files, one per process in a folder that gunicorn's master makes before it forks: whichever worker
is asked, the sum of all is told. What the database, Redis or the disk know is asked at the moment of the scrape, by
functions that the apps register; one that fails is left out and counted, so that an outage never hides the rest.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import redis
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from clinic.core.models import Heartbeat
from clinic.core.time import now

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Figure:
    """One gauge: values by label set. Names end in their unit (`_seconds`, `_bytes`)."""

    name: str
    help: str
    value: float | None = None
    by: tuple[str, dict[str, float]] = field(default=("", {}))


_SOURCES: dict[str, Callable[[], Iterable[Figure]]] = {}


def register_figures(source: str, read: Callable[[], Iterable[Figure]]) -> None:
    """Adds figures to every scrape; `read` asks for them anew each time, in a query or two."""
    _SOURCES[source] = read


def start() -> None:
    """Called once where the web application is loaded, before any fork: makes the folder that its workers share."""
    if not settings.METRICS_TOKEN or os.environ.get(FOLDER):
        return
    folder, maker = tempfile.mkdtemp(prefix="clinic-metrics-"), os.getpid()
    os.environ[FOLDER] = folder
    atexit.register(lambda: os.getpid() == maker and shutil.rmtree(folder, ignore_errors=True))


@cache
def _counters() -> SimpleNamespace:
    # Imported late: the library looks for its folder when it is loaded.
    from prometheus_client import CollectorRegistry, Counter, Histogram

    nowhere = CollectorRegistry()  # the files hold the values; a scrape reads all of them
    return SimpleNamespace(
        requests=Histogram(
            "clinic_request_seconds", "Time to answer, by view and class of status.", ("view", "status"),
            buckets=BUCKETS, registry=nowhere,
        ),
        database=Counter(
            "clinic_request_database_seconds", "Time that requests waited for the database, by view.", ("view",),
            registry=nowhere,
        ),
    )  # fmt: skip


def observe(request: HttpRequest, status: int, seconds: float, database_seconds: float) -> None:
    """Counts one answered request. Costs nothing where METRICS_TOKEN is not set."""
    if not settings.METRICS_TOKEN or not os.environ.get(FOLDER):
        return
    match = getattr(request, "resolver_match", None)
    view = match.view_name if match else "none"  # static files and unknown addresses
    counters = _counters()
    counters.requests.labels(view, f"{status // 100}xx").observe(seconds)
    counters.database.labels(view).inc(database_seconds)


class _Asked:
    """A collector over the registered sources."""

    def collect(self) -> Iterable[Any]:
        from prometheus_client.core import GaugeMetricFamily

        up = GaugeMetricFamily("clinic_figures_up", "1 where the source could be asked.", labels=["source"])
        for source, read in _SOURCES.items():
            try:
                figures = list(read())
            except Exception:  # whatever is away: the figure is missing, the page is not
                up.add_metric([source], 0)
                continue
            up.add_metric([source], 1)
            yield from map(_family, figures)
        yield up


def _family(figure: Figure) -> Any:
    from prometheus_client.core import GaugeMetricFamily

    label, values = figure.by
    if not label:
        family = GaugeMetricFamily(figure.name, figure.help)
        if figure.value is not None:
            family.add_metric([], figure.value)
        return family
    family = GaugeMetricFamily(figure.name, figure.help, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. 404 without METRICS_TOKEN in the environment, 401 without it in the request."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("A bearer token is needed.\n", status=401, content_type="text/plain",
                            headers={"WWW-Authenticate": "Bearer"})  # fmt: skip
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)
    registry.register(_Asked())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _beat() -> Iterable[Figure]:
    beat = Heartbeat.objects.filter(name="beat").first()
    age = (now() - beat.at).total_seconds() if beat else None
    yield Figure(
        "clinic_beat_heartbeat_age_seconds", "Since beat, broker, worker and database last worked.", age
    )


def _queue() -> Iterable[Figure]:
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
        yield Figure(
            "clinic_task_queue_length", "Tasks in Redis that no worker has taken.", client.llen("celery")
        )


def _disk() -> Iterable[Figure]:
    free = shutil.disk_usage(settings.MEDIA_ROOT).free
    yield Figure("clinic_files_free_bytes", "Room left where files are stored.", free)


register_figures("beat", _beat)
register_figures("queue", _queue)
register_figures("disk", _disk)
