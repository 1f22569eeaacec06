"""Before and after: any measure over two periods. The page that answers "did it help?"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.audit.models import AuditEvent
from clinic.core.errors import NotFound
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.reports import csv_out
from clinic.reports import scope as scopes
from clinic.reports.differences import FEW, Difference, compared, safe_outside
from clinic.reports.forms import BACKWARDS, SENSIBLE, TOO_LONG, key_of
from clinic.reports.model import HIDDEN, Column, Kind, Line, Measure, Plot, Report, Section, Table, shown
from clinic.reports.page import ShownSection, shown_section
from clinic.reports.registry import measures
from clinic.reports.scope import LONGEST_DAYS, Scope, day_range
from clinic.staff.access import allow
from clinic.staff.limits import EXPORT, limited
from clinic.staff.permissions import Permission as P

DAYS = {"type": "date"}


class CompareForm(forms.Form):
    """A measure, two ranges of days, location and provider. By default the last two weeks and the two before."""

    measure = forms.ChoiceField(label="Measure", required=False)
    before_from = forms.DateField(
        label="Before: from", required=False, widget=forms.DateInput(DAYS, "%Y-%m-%d")
    )
    before_to = forms.DateField(label="Before: to", required=False, widget=forms.DateInput(DAYS, "%Y-%m-%d"))
    after_from = forms.DateField(
        label="After: from", required=False, widget=forms.DateInput(DAYS, "%Y-%m-%d")
    )
    after_to = forms.DateField(label="After: to", required=False, widget=forms.DateInput(DAYS, "%Y-%m-%d"))
    location = forms.ChoiceField(label="Location", required=False)
    provider = forms.ChoiceField(label="Seen by", required=False)
    shared = forms.BooleanField(label="For sharing outside: hide small counts", required=False)

    def __init__(self, data, *, today: date, known: list[tuple[Report, Measure]]) -> None:
        first, last, before = today - timedelta(days=13), today, today - timedelta(days=27)
        self.usual = {
            "before_from": before,
            "before_to": first - timedelta(days=1),
            "after_from": first,
            "after_to": last,
        }
        super().__init__({**{name: day.isoformat() for name, day in self.usual.items()}, **data.dict()})
        groups: dict[str, list[tuple[str, str]]] = {}
        for report, measure in known:
            groups.setdefault(report.title, []).append((measure.code, measure.label))
        self.fields["measure"].choices = list(groups.items())
        self.fields["location"].choices = [("", "All locations"), *scopes.options("location")]
        self.fields["provider"].choices = [("", "Everybody"), *scopes.options("provider")]
        css = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}
        for name in self.usual:
            self.fields[name].validators += SENSIBLE
        for field in self.fields.values():
            name = css.get(type(field.widget), "form-control")
            field.widget.attrs.update({"class": name, "autocomplete": "off"})
        self.fields["measure"].widget.attrs["data-filter"] = True

    def clean(self) -> dict:
        data = super().clean()
        for name in ("before", "after"):
            first, last = data.get(f"{name}_from"), data.get(f"{name}_to")
            first, last = first or self.usual[f"{name}_from"], last or self.usual[f"{name}_to"]
            if last < first:
                self.add_error(f"{name}_to", BACKWARDS)
            elif (last - first).days >= LONGEST_DAYS:
                self.add_error(f"{name}_to", TOO_LONG)
            data[name] = (first, last)
        return data

    def scopes(self) -> tuple[Scope, Scope]:
        """Before and after; where days are wrong, the usual ones (and the form says why)."""
        good = self.is_valid()
        data = self.cleaned_data
        place = {"location": key_of(data.get("location")), "provider": key_of(data.get("provider"))}
        usual = self.usual
        before = data["before"] if good else (usual["before_from"], usual["before_to"])
        after = data["after"] if good else (usual["after_from"], usual["after_to"])
        return Scope(*before, **place), Scope(*after, **place)


@dataclass(frozen=True)
class Comparison:
    """Everything that the page and its CSV say."""

    measure: Measure
    before: Scope
    after: Scope
    difference: Difference
    shared: bool

    def figures(self) -> Table:
        """Before, after and the difference, a line each."""
        kind = self.measure.kind
        rows = (
            (day_range(one.first, one.last), reading)
            for one, reading in ((self.before, self.difference.before), (self.after, self.difference.after))
        )
        lines = [
            Line(
                (
                    f"{name}: {days}",
                    reading.value,
                    reading.p90,
                    self._count(reading.counted),
                    self._left_out(reading),
                )
            )
            for name, (days, reading) in zip(("Before", "After"), rows, strict=True)
        ]
        columns = [Column("Period"), Column(self.measure.summary, kind), Column("90th percentile", kind),
                   Column("Counted", Kind.COUNT), Column("Left out", Kind.COUNT)]  # fmt: skip
        if self.difference.before.p90 is None and self.difference.after.p90 is None:
            columns.pop(2)
            lines = [Line((*line.cells[:2], *line.cells[3:])) for line in lines]
        return Table(tuple(columns), tuple(lines))

    def _count(self, value: int) -> Any:
        return HIDDEN if self.shared and value < 11 else value

    def _left_out(self, reading) -> Any:
        return sum(reading.left_out.values())

    def course(self) -> Section:
        """Both periods laid over one another, by day or week from the first day of each."""
        before, after = self.difference.before.points, self.difference.after.points
        lines = []
        for at in range(max(len(before), len(after))):
            one = before[at] if at < len(before) else ("", None, 0)
            two = after[at] if at < len(after) else ("", None, 0)
            lines.append(
                Line((str(at + 1), one[0], one[1], self._n(one[2]), two[0], two[1], self._n(two[2])))
            )
        kind = self.measure.kind
        columns = (
            Column("No."), Column("Days before"), Column("Before", kind), Column("Counted before", Kind.COUNT),
            Column("Days after"), Column("After", kind), Column("Counted after", Kind.COUNT),
        )  # fmt: skip
        title = f"{self.measure.label}, before and after"
        return Section("Day by day" if self.before.days <= 92 else "Week by week", Table(columns, tuple(lines)),
                       plot=Plot("line", (2, 5), title))  # fmt: skip

    def _n(self, count: int) -> Any:
        return None if self.shared and count < 11 else count

    def left_out(self) -> list[tuple[str, int, int]]:
        """Each reason with how many it took out before and after."""
        one, two = self.difference.before.left_out, self.difference.after.left_out
        return [(words, one.get(words, 0), two.get(words, 0)) for words in dict.fromkeys([*one, *two])]


def _compared(request: HttpRequest) -> tuple[CompareForm, Comparison]:
    known = measures(request.actor)
    if not known:
        raise NotFound("There is nothing to compare yet.")
    form = CompareForm(request.GET, today=today(clinic_zone()), known=known)
    before, after = form.scopes()
    code = form.cleaned_data.get("measure")
    usual = next((one for _, one in known if one.kind == Kind.MINUTES), known[0][1])
    measure = next((one for _, one in known if one.code == code), usual)
    form.data["measure"] = measure.code
    readings = [measure.read(before), measure.read(after)]
    shared = bool(form.cleaned_data.get("shared"))
    if shared:
        readings = [safe_outside(reading) for reading in readings]
    return form, Comparison(measure, before, after, compared(measure, *readings), shared)


@allow(P.REPORT_VIEW)
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """One measure over two periods: values, difference, how many each rests on, and a plot."""
    form, found = _compared(request)
    figures = shown_section(Section("Before and after", found.figures()), lambda picks: "")
    course: ShownSection = shown_section(found.course(), lambda picks: "")
    context = {
        "form": form,
        "measure": found.measure,
        "difference": found.difference,
        "change": _change(found),
        "figures": figures,
        "course": course,
        "left_out": found.left_out(),
        "few": FEW,
        "place": _place(found.before),
        "shared": found.shared,
        "export_url": f"{reverse('reports:compare-export')}?{urlencode(_query(form))}",
    }
    return render(request, "reports/compare.html", context)


def _change(found: Comparison) -> str:
    """The difference in large: as a share where there is one, nothing where there is no difference."""
    share = found.difference.share
    if not found.difference.change:
        return ""
    if share is None:
        return shown(found.difference.change, found.measure.kind)
    return f"{'−' if share < 0 else '+'}{abs(share) * 100:.1f}%"


def _place(scope: Scope) -> str:
    """The scope's place and provider without its days."""
    return scope.words().removeprefix(day_range(scope.first, scope.last)).removeprefix(", ")


def _query(form: CompareForm) -> dict[str, str]:
    data = form.cleaned_data
    return {
        name: value.isoformat() if isinstance(value, date) else "on" if value is True else str(value)
        for name in form.fields
        if (value := data.get(name))
    }


@allow(P.REPORT_VIEW)
@require_POST
@limited(EXPORT)
def compare_export(request: HttpRequest) -> HttpResponseBase:
    """The comparison as CSV. Audited `report.exported`."""
    form, found = _compared(request)
    audit.record(
        request.actor, "report.exported", kind=AuditEvent.Kind.SECURITY, report="compare", **_query(form)
    )
    return csv_out.answer(f"before-after-{found.measure.code}", _csv_rows(found))


def _csv_rows(found: Comparison) -> Iterator[list[Any]]:
    yield [f"{found.measure.label}, before and after"]
    yield [_place(found.before)]
    yield [found.difference.sentence]
    yield []
    for table in (found.figures(), found.course().table):
        yield csv_out.heads(table.columns)
        for line in table.lines:
            yield [
                csv_out.plain(value, one.kind) for value, one in zip(line.cells, table.columns, strict=True)
            ]
        yield []
    for words, before, after in found.left_out():
        yield [words, before, after]
    yield [found.measure.label, found.measure.definition]
