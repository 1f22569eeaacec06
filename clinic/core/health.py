"""Liveness and readiness. /healthz asks nobody; /readyz asks everything the clinic's promises rest on."""

import shutil
from datetime import timedelta

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from clinic.core.failures import failing_tasks
from clinic.core.models import Heartbeat
from clinic.core.time import now

CHECKS: dict = {}


def register_check(name: str, check) -> None:
    """Adds a readiness check: a callable returning "" when all is well, else what is wrong."""
    CHECKS[name] = check


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return f"{waiting} migrations are not applied" if waiting else ""


def _redis() -> str:
    redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1).ping()
    return ""


def _beat() -> str:
    beat = Heartbeat.objects.filter(name="beat").first()
    if beat is None or now() - beat.at > timedelta(minutes=3):
        return "beat or worker gave no sign of life for 3 minutes"
    return ""


def _disk() -> str:
    free = shutil.disk_usage(settings.MEDIA_ROOT).free
    return f"only {free // 2**20} MiB left for files" if free < 500 * 2**20 else ""


for _name, _check in (
    ("database", _database),
    ("migrations", _migrations),
    ("redis", _redis),
    ("beat", _beat),
    ("disk", _disk),
    ("tasks", failing_tasks),
):
    register_check(_name, _check)


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"ok": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every check passes, else 503 with what is wrong (no addresses, no secrets)."""
    results = {}
    for name, check in CHECKS.items():
        try:
            results[name] = check() or "ok"
        except Exception as error:
            results[name] = type(error).__name__
    ready = all(result == "ok" for result in results.values())
    return JsonResponse({"ready": ready, "checks": results}, status=200 if ready else 503)
