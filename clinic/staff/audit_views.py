"""The audit page: who did what, to whom, when, from which PC; and its export. Reading it leaves a row too."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.profile import clinic_zone
from clinic.core.spreadsheet import cell
from clinic.core.time import today
from clinic.staff import audit_queries
from clinic.staff.access import allow
from clinic.staff.audit_forms import AuditFilterForm, PatientByNumberForm
from clinic.staff.limits import EXPORT, limited
from clinic.staff.permissions import Permission
from clinic.ui.paging import page_of

COLUMNS = [
    ("at", "When"),
    ("who", "Who"),
    ("where", "Workstation"),
    ("kind", "Kind"),
    ("action", "Action"),
    ("patient", "Patient"),
    ("object", "Object"),
    ("ip", "Address"),
]
HEADINGS = [
    "When (UTC)",
    "Who",
    "Member id",
    "Workstation",
    "Kind",
    "Action",
    "Patient",
    "Patient id",
    "Object",
    "Object id",
    "Detail",
    "Address",
    "Request",
]


def _filter(request: HttpRequest) -> tuple[AuditFilterForm, dict[str, Any]]:
    """The form and the arguments for the query; with a wrong filter the default week, and the form says why."""
    day = today(clinic_zone())
    form = AuditFilterForm(request.GET or None, today=day)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    default = AuditFilterForm({}, today=day)
    default.full_clean()
    data = data or default.cleaned_data
    return form, {
        "start": data["start"],
        "end": data["end"],
        "zone": clinic_zone(),
        "member_id": data["member"].pk if data.get("member") else None,
        "kind": data.get("kind", ""),
        "action": data.get("action", ""),
        "patient_id": data.get("patient"),
        "sort": request.GET.get("sort", "-at"),
    }


def _noted(wanted: dict[str, Any]) -> dict[str, Any]:
    """The filter as the trail keeps it."""
    return {
        key: value.isoformat() if isinstance(value, date) else str(value)
        for key, value in wanted.items()
        if value and key not in {"zone", "sort"}
    }


def _columns(request: HttpRequest, sort: str) -> list[dict[str, str]]:
    """Headings that sort: a click sorts up, the next one down."""
    heads = []
    for key, label in COLUMNS:
        query = request.GET.copy()
        query.pop("page", None)
        query["sort"] = f"-{key}" if sort == key else key
        state = "ascending" if sort == key else "descending" if sort == f"-{key}" else "none"
        heads.append({"label": label, "url": f"?{query.urlencode()}", "state": state})
    return heads


@allow(Permission.AUDIT_VIEW)
@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    """Events of the chosen days, newest first, 50 a page."""
    form, wanted = _filter(request)
    page = page_of(request, audit_queries.events(**wanted))
    patient_id = wanted["patient_id"]
    rows = audit_queries.with_names(page.rows)
    patient = audit_queries.patient_names({patient_id}).get(patient_id, "") if patient_id else ""
    record(
        request.actor,
        "audit.viewed",
        kind=AuditEvent.Kind.SECURITY,
        patient=patient_id,
        filters=_noted(wanted),
    )
    query = request.GET.copy()
    query.pop("page", None)
    sort = wanted["sort"] if wanted["sort"].lstrip("-") in audit_queries.SORTS else "-at"
    context = {
        "form": form,
        "rows": rows,
        "page": page,
        "columns": _columns(request, sort),
        "zone": wanted["zone"],
        "query": query.urlencode(),
        "patient": patient,
        "number_form": PatientByNumberForm(),
        "may_export": request.actor.can(Permission.AUDIT_EXPORT),
    }
    return render(request, "audit/list.html", context)


@allow(Permission.AUDIT_VIEW)
@require_POST
def audit_patient(request: HttpRequest) -> HttpResponse:
    """From a patient's number to the trail about that patient; the number never stands in an address."""
    form = PatientByNumberForm(request.POST)
    found = audit_queries.patient_by_mrn(form.cleaned_data["mrn"]) if form.is_valid() else None
    if found is None:
        form.is_valid()
        context = {"number_form": form, "not_found": True}
        return render(request, "audit/patient_missing.html", context, status=404)
    return HttpResponseRedirect(f"{reverse('audit:list')}?{urlencode({'patient': str(found)})}")


class _Echo:
    def write(self, value: str) -> str:
        return value


def _lines(rows: Iterator[audit_queries.EventRow]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(HEADINGS)
    for row in rows:
        e = row.event
        yield writer.writerow(
            [
                cell(v)
                for v in (
                    e.at.isoformat(timespec="milliseconds"),
                    e.actor,
                    e.member_id,
                    e.workstation,
                    e.kind,
                    e.action,
                    row.patient,
                    e.patient_id,
                    e.object_type,
                    e.object_id,
                    row.detail_words,
                    e.ip,
                    e.request_id,
                )
            ]
        )


@allow(Permission.AUDIT_EXPORT)
@require_POST
@limited(EXPORT)
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered trail as CSV. The export itself is recorded first, with its filter."""
    _, wanted = _filter(request)
    record(
        request.actor,
        "audit.exported",
        kind=AuditEvent.Kind.SECURITY,
        patient=wanted["patient_id"],
        filters=_noted(wanted),
    )
    rows = audit_queries.export_rows(audit_queries.events(**wanted))
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    name = f"audit-{wanted['start']:%Y%m%d}-{wanted['end']:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
