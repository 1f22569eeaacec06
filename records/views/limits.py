"""The limits of vital signs: what holds, what will, what held; and a new version of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from records.forms.limits import ChangeLimitForm
from records.models import VitalLimit
from records.queries.limits import limit_lines, limit_title, unit_of
from records.rules.vitals.limits import plain
from records.services.limits import Bounds, change_vital_limit

INTRO = "What was measured before keeps the limits of its day. Leave a bound empty where that side has none; bounds are in {}."


@require_GET
@allow(P.VITAL_LIMIT_EDIT, P.VITALS_RECORD)
def limit_list(request: HttpRequest) -> HttpResponse:
    """Every limit in force or to come; `?past=1` adds the versions that ended."""
    with_past = request.GET.get("past") == "1"
    context = {
        "lines": limit_lines(today(clinic_zone()), with_past=with_past),
        "with_past": with_past,
        "may_change": request.actor.can(P.VITAL_LIMIT_EDIT),
    }
    return render(request, "records/limit/list.html", context)


@require_http_methods(["GET", "POST"])
@allow(P.VITAL_LIMIT_EDIT)
def limit_change(request: HttpRequest, pk) -> HttpResponse:
    """A new version of one limit from a day on."""
    row = get_object_or_404(VitalLimit, pk=pk, effective_to__isnull=True)
    initial = {name: getattr(row, name) for name in ("low_counts", "high_counts", "source")}
    initial |= {name: plain(value) for name in ("low", "high") if (value := getattr(row, name)) is not None}
    form = ChangeLimitForm(request.POST or None, initial=initial)

    def do(data: dict) -> str:
        bounds = Bounds(data["low"], data["low_counts"], data["high"], data["high_counts"])
        changed = change_vital_limit(
            by=request.actor,
            limit=row,
            bounds=bounds,
            effective_from=data["effective_from"],
            approved_by=data["approved_by"],
            source=data["source"],
        )
        return str(changed.pk)

    context = {
        "title": limit_title(row),
        "intro": INTRO.format(unit_of(row.vital) or "the unit shown"),
        "submit_label": "Save the new version",
        "cancel_url": reverse("records:vital-limits"),
    }
    return form_act(
        request, form, verb="vital-limit.change", do=do, to=reverse("records:vital-limits"),
        message="Saved. The old version ends the day before.", context=context,
    )  # fmt: skip
