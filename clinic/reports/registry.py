"""Every report and every measure, by the code in its address."""

from __future__ import annotations

from clinic.core.errors import NotFound
from clinic.reports.model import Measure, Report

_reports: dict[str, Report] = {}


def register(report: Report) -> None:
    """Adds a report, from `AppConfig.ready()`. The same code again replaces it."""
    _reports[report.code] = report


def reports(actor) -> list[Report]:
    """The reports that `actor` may open, in order."""
    found = [report for report in _reports.values() if actor.can(report.permission)]
    return sorted(found, key=lambda report: (report.order, report.title))


def report_of(actor, code: str) -> Report:
    """The report of that code. One that does not exist and one that is not theirs answer alike."""
    report = _reports.get(code)
    if report is None or not actor.can(report.permission):
        raise NotFound("There is no such report.")
    return report


def measures(actor) -> list[tuple[Report, Measure]]:
    """Everything that `actor` may compare two periods by, with the report it belongs to."""
    return [(report, measure) for report in reports(actor) for measure in report.measures]
