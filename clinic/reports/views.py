"""The pages of a report: the list, the report itself, the rows behind it, and both as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.audit.models import AuditEvent
from clinic.core.errors import NotFound
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.reports import csv_out, page
from clinic.reports.forms import ScopeForm
from clinic.reports.masking import masked
from clinic.reports.model import Findings, Report, Rows
from clinic.reports.registry import report_of, reports
from clinic.reports.scope import Scope
from clinic.staff.access import AccessDenied, allow
from clinic.staff.limits import EXPORT, limited
from clinic.staff.permissions import Permission as P
from clinic.ui.paging import page_of


@allow(P.REPORT_VIEW)
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports that this member may open."""
    return render(request, "reports/list.html", {"reports": reports(request.actor)})


def _asked(request: HttpRequest, code: str) -> tuple[Report, ScopeForm, Scope, bool]:
    chosen = report_of(request.actor, code)
    form = ScopeForm(request.GET, today=today(clinic_zone()), choices=chosen.choices)
    scope = form.scope()
    return chosen, form, scope, bool(form.cleaned_data.get("shared"))


def _found(chosen: Report, scope: Scope, *, shared: bool) -> Findings:
    findings = chosen.build(scope)
    return masked(findings) if shared else findings


@allow(P.REPORT_VIEW)
@require_GET
def report(request: HttpRequest, code: str) -> HttpResponse:
    """One report. `?from=&to=&location=&provider=&shared=`; with wrong values the last four weeks, and why."""
    chosen, form, scope, shared = _asked(request, code)
    findings = _found(chosen, scope, shared=shared)
    to = page.rows_address(chosen, scope, request.actor, shared=shared)
    context = {
        "report": chosen,
        "form": form,
        "scope_words": scope.words(),
        "presets": page.preset_links(scope, today(clinic_zone()), shared=shared),
        "population": f"{findings.population:,}",
        "left_out": findings.left_out,
        "tiles": [page.shown_tile(tile) for tile in findings.tiles],
        "sections": [page.shown_section(section, to) for section in findings.sections],
        "excluded": page.shown_excluded(findings, to),
        "export_url": page.address("export", chosen, scope, shared=shared),
        "shared": shared,
    }
    return render(request, "reports/report.html", context)


@allow(P.REPORT_VIEW)
@require_POST
@limited(EXPORT)
def report_export(request: HttpRequest, code: str) -> HttpResponseBase:
    """The figures of a report as CSV, with definitions and what was left out. Audited `report.exported`."""
    chosen, _, scope, shared = _asked(request, code)
    findings = _found(chosen, scope, shared=shared)
    _note(request, chosen, scope, what="figures", shared=shared)
    rows = csv_out.findings_rows(chosen, findings, scope.words(), shared=shared)
    return csv_out.answer(_name(chosen, scope, "shared" if shared else "figures"), rows)


def _picked(request: HttpRequest, code: str) -> tuple[Report, Scope, tuple[str, ...], Rows]:
    chosen, _, scope, _ = _asked(request, code)
    if chosen.detail is None:
        raise NotFound("This report has no rows to show.")
    if not request.actor.can(chosen.detail.permission):
        raise AccessDenied(frozenset({P(chosen.detail.permission)}))
    picks = tuple(dict.fromkeys(request.GET.getlist("pick")))[:6]
    return chosen, scope, picks, chosen.detail.read(scope, picks)


@allow(P.REPORT_VIEW)
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind a number, 50 a page. Each patient shown is a look in the trail."""
    chosen, scope, picks, found = _picked(request, code)
    shown = page_of(request, found)
    audit.looked_many(request, [row.patient_id for row in shown], f"report {chosen.code}")
    kinds = [column.kind for column in chosen.detail.columns]
    context = {
        "report": chosen,
        "scope_words": scope.words(),
        "picked": chosen.detail.words(picks),
        "heads": [(page.head(one.label, one.kind), one.kind != "text") for one in chosen.detail.columns],
        "rows": [
            (
                row.url,
                [
                    (page.shown(value, kind), kind != "text")
                    for value, kind in zip(row.cells, kinds, strict=True)
                ],
            )
            for row in shown
        ],
        "page": shown,
        "back_url": page.address("report", chosen, scope),
        "export_url": page.address("rows-export", chosen, scope, picks=picks),
        "may_export": request.actor.can(P.REPORT_EXPORT),
    }
    return render(request, "reports/rows.html", context)


@allow(P.REPORT_EXPORT)
@require_POST
@limited(EXPORT)
def rows_export(request: HttpRequest, code: str) -> HttpResponseBase:
    """All rows behind a number as CSV. Audited `report.exported`, and one look for each patient in it."""
    chosen, scope, picks, found = _picked(request, code)
    _note(request, chosen, scope, what="rows", picks=list(picks))
    return csv_out.answer(_name(chosen, scope, "rows"), _streamed(request, chosen, found))


def _streamed(request: HttpRequest, chosen: Report, found: Rows) -> Iterator[list[Any]]:
    """The rows in chunks; the looks of a chunk are written before any of it leaves."""
    yield csv_out.heads(chosen.detail.columns)
    kinds = [column.kind for column in chosen.detail.columns]
    for chunk in found.chunks():
        audit.looked_many(request, [row.patient_id for row in chunk], f"report {chosen.code}, exported")
        for row in chunk:
            yield [csv_out.plain(value, kind) for value, kind in zip(row.cells, kinds, strict=True)]


def _note(request: HttpRequest, chosen: Report, scope: Scope, **facts: Any) -> None:
    audit.record(
        request.actor,
        "report.exported",
        kind=AuditEvent.Kind.SECURITY,
        report=chosen.code,
        **scope.query(),
        **facts,
    )


def _name(chosen: Report, scope: Scope, what: str) -> str:
    return f"{chosen.code}-{scope.first:%Y%m%d}-{scope.last:%Y%m%d}-{what}"
