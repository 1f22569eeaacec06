"""The bare limit: Django with no middleware, no sign-in, no permission and a minimum of SQL and HTML.

It reads the tables of the demo clinic and writes to tables of its own. Run by gunicorn like the clinic.
"""

from __future__ import annotations

import os
import uuid
from urllib.parse import unquote, urlsplit

from django.conf import settings

TABLES = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.hold (id uuid PRIMARY KEY, resource uuid NOT NULL, during tstzrange NOT NULL,
    EXCLUDE USING gist (resource WITH =, during WITH &&));
CREATE TABLE bench.reading (id uuid PRIMARY KEY, encounter uuid NOT NULL, body jsonb NOT NULL);
CREATE TABLE bench.audit (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), what text NOT NULL);
"""
_parts = urlsplit(os.environ.get("BENCH_DATABASE_URL", ""))
settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _parts.path.lstrip("/"),
            "USER": _parts.username,
            "PASSWORD": _parts.password,
            "HOST": unquote(_parts.query.removeprefix("host=")),
            "CONN_MAX_AGE": None,
        }
    },
)

import django  # noqa: E402 - after the settings

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

_ROWS = engines["django"].from_string(
    "<html><body><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>"
    "{% endfor %}</table></body></html>"
)


def _page(rows: list) -> HttpResponse:
    return HttpResponse(_ROWS.render({"rows": rows}))


def _audit(cursor, what: str) -> None:
    cursor.execute("INSERT INTO bench.audit (id, what) VALUES (%s, %s)", [uuid.uuid4(), what])


def find(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, mrn, last_name, first_name, birth_date FROM records_patient "
            "WHERE search LIKE %s ORDER BY last_name, first_name LIMIT 20",
            [f"% {request.GET['q']}%"],
        )
        rows = cursor.fetchall()
        _audit(cursor, "find")
    return _page(rows)


def day(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.starts_at, a.ends_at, a.state, a.reason, p.last_name, p.first_name, t.name, m.last_name "
            "FROM scheduling_appointment a JOIN records_patient p ON p.id = a.patient_id "
            "JOIN scheduling_visittype t ON t.id = a.visit_type_id LEFT JOIN staff_member m ON m.id = a.provider_id "
            "WHERE a.local_day = %s ORDER BY a.starts_at",
            [request.GET["day"]],
        )
        return _page(cursor.fetchall())


def chart(request: HttpRequest) -> HttpResponse:
    patient = request.GET["patient"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT mrn, last_name, first_name, birth_date FROM records_patient WHERE id = %s", [patient]
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT id, measured_at FROM records_vitalset WHERE patient_id = %s ORDER BY measured_at DESC LIMIT 10",
            [patient],
        )
        rows += cursor.fetchall()
        cursor.execute(
            "SELECT id, starts_at, state FROM scheduling_appointment WHERE patient_id = %s "
            "ORDER BY starts_at DESC LIMIT 10",
            [patient],
        )
        rows += cursor.fetchall()
        _audit(cursor, "chart")
    return _page(rows)


def book(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench.hold VALUES (%s, %s, tstzrange(%s, %s))",
            [uuid.uuid4(), request.GET["who"], request.GET["from"], request.GET["to"]],
        )
        _audit(cursor, "book")
    return HttpResponse("booked")


def vitals(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench.reading VALUES (%s, %s, %s)",
            [uuid.uuid4(), request.GET["encounter"], '{"systolic": 120, "diastolic": 80, "pulse": 70}'],
        )
        _audit(cursor, "vitals")
    return HttpResponse("recorded")


urlpatterns = [
    path("find", find),
    path("day", day),
    path("chart", chart),
    path("book", book),
    path("vitals", vitals),
]
application = get_wsgi_application()
