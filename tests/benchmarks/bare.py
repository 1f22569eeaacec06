"""The bare limit: Django with no middleware, no sign-in, no permission, the least SQL, and a page as long as ours.

The rows go through a Django template with what a list has in every row (three dates, a long text cut short); the
rest of the page is one block of text that fills it up to the length asked for. Run by gunicorn like the clinic.
"""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from django.conf import settings

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
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.safestring import mark_safe  # noqa: E402

from tests.benchmarks.floors import FLOORS, audited  # noqa: E402


class Table(models.Model):
    """A table of the clinic as far as a bare page reads it."""

    id = models.UUIDField(primary_key=True)

    class Meta:
        abstract = True
        app_label = "bench"
        managed = False


class Patient(Table):
    last_name, first_name, mrn = models.TextField(), models.TextField(), models.TextField()
    birth_date = models.DateField()

    class Meta(Table.Meta):
        db_table = "records_patient"


class Kind(Table):
    name = models.TextField()

    class Meta(Table.Meta):
        db_table = "scheduling_visittype"


class Member(Table):
    last_name = models.TextField()

    class Meta(Table.Meta):
        db_table = "staff_member"


class Visit(Table):
    patient = models.ForeignKey(Patient, models.DO_NOTHING)
    visit_type = models.ForeignKey(Kind, models.DO_NOTHING)
    provider = models.ForeignKey(Member, models.DO_NOTHING, null=True)
    location_id = models.UUIDField()
    local_day = models.DateField()
    starts_at, ends_at = models.DateTimeField(), models.DateTimeField()
    state, reason = models.TextField(), models.TextField()

    class Meta(Table.Meta):
        db_table = "scheduling_appointment"


class VitalSet(Table):
    patient_id = models.UUIDField()
    measured_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "records_vitalset"


_ROWS = engines["django"].from_string(
    "<html><body><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>"
    "{% endfor %}</table>{{ filler }}</body></html>"
)
# As a list's row is written by who does not think of speed: dates formatted and texts cut in the template.
_DAY = engines["django"].from_string(
    "<html><body><table>{% for visit in rows %}<tr><td>{{ visit.starts_at|date:'g:i A' }}</td>"
    "<td>{{ visit.ends_at|date:'g:i A' }}</td><td>{{ visit.patient.last_name }}, {{ visit.patient.first_name }}</td>"
    "<td>{{ visit.patient.birth_date|date:'m/d/Y' }}</td><td>{{ visit.visit_type.name }}</td>"
    "<td>{{ visit.provider.last_name }}</td><td>{{ visit.reason|truncatechars:24 }}</td><td>{{ visit.state }}</td></tr>"
    "{% endfor %}</table>{{ filler }}</body></html>"
)
_CHART = engines["django"].from_string(
    "<html><body><h1>{{ patient.last_name }}, {{ patient.first_name }} {{ patient.birth_date|date:'m/d/Y' }}</h1>"
    "<table>{% for one in vitals %}<tr><td>{{ one.measured_at|date:'m/d/Y g:i A' }}</td></tr>{% endfor %}</table>"
    "<table>{% for visit in visits %}<tr><td>{{ visit.starts_at|date:'m/d/Y g:i A' }}</td><td>{{ visit.state }}</td>"
    "<td>{{ visit.reason|truncatechars:24 }}</td></tr>{% endfor %}</table>{{ filler }}</body></html>"
)
_FILLER = "<p>a clinic's page holds more than its rows</p>\n" * 8_000


def floor(request: HttpRequest, name: str) -> HttpResponse:
    """The least an operation does, in a page of `size` bytes."""
    with transaction.atomic(), connection.cursor() as cursor:
        rows = FLOORS[name](cursor, request.GET)
    return _answer(b"", 204) if name == "poll" else _page(request, _ROWS, {"rows": rows})


def day(request: HttpRequest) -> HttpResponse:
    """A day by the ORM, the usual way."""
    visits = Visit.objects.filter(location_id=request.GET["location"], local_day=request.GET["day"])
    rows = visits.select_related("patient", "visit_type", "provider").order_by("starts_at")
    return _page(request, _DAY, {"rows": list(rows)})


def chart(request: HttpRequest) -> HttpResponse:
    """A patient with ten sets of vitals and ten visits by the ORM, and the row that says who looked."""
    key = request.GET["patient"]
    with transaction.atomic():
        shown = {
            "patient": Patient.objects.get(pk=key),
            "vitals": list(VitalSet.objects.filter(patient_id=key).order_by("-measured_at")[:10]),
            "visits": list(Visit.objects.filter(patient_id=key).order_by("-starts_at")[:10]),
        }
        with connection.cursor() as cursor:
            audited(cursor, "chart")
    return _page(request, _CHART, shown)


def _page(request: HttpRequest, template, shown: dict) -> HttpResponse:
    """Rendered once, with a filler as long as an earlier page of the same kind was short."""
    size = int(request.GET.get("size", 0))
    missing = max(0, size - _LENGTHS.get(request.path, 0))
    page = template.render({**shown, "filler": mark_safe(_FILLER[:missing])})  # noqa: S308 - a constant
    _LENGTHS[request.path] = len(page) - missing
    return _answer(page.encode())


_LENGTHS: dict[str, int] = {}


def static(request: HttpRequest) -> HttpResponse:
    """So many bytes, and nothing else."""
    return _answer(_FILLER[: int(request.GET.get("size", 0))].encode())


def _answer(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, headers={"Content-Length": str(len(body))})


urlpatterns = [path("static", static), path("day", day), path("chart", chart), path("<str:name>", floor)]
application = get_wsgi_application()
