"""Numbers and addresses that do not work, and what messages came to day by day."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.core.errors import ClinicError
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.inbox.views._shared import press
from clinic.messaging.models import ContactConsent
from clinic.messaging.models.choices import REACHES
from clinic.messaging.queries.attention import attention
from clinic.messaging.queries.figures import by_day, delivery, last_days
from clinic.messaging.queries.numbers import bad_numbers, lately_fixed
from clinic.messaging.services.reach import note_fixed, undo_fixed
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.responses import refused, saved

REFRESH = ("numbers",)
SPANS = {"7": 7, "14": 14, "30": 30, "90": 90}


@allow(Permission.MESSAGE_VIEW)
@require_GET
def number_list(request):
    """Numbers and addresses that do not work, with whose they are."""
    rows, fixed = bad_numbers(), lately_fixed()
    audit.looked_many(request, [one.pk for row in rows + fixed for one in row.patients], page="bad numbers")
    context = {"rows": rows, "fixed": fixed, "attention": attention()}
    return render(request, "messaging/numbers.html", context)


@allow(Permission.MESSAGE_SEND)
@require_POST
def number_fixed(request, pk):
    """A number or address works again, or was wrongly on the list."""
    row = get_object_or_404(ContactConsent, pk=pk, purpose=REACHES)
    try:
        fixed = note_fixed(
            by=request.actor, channel=row.channel, address=row.address, why="Looked at by staff."
        )
    except ClinicError as error:
        return refused(request, error, to="messaging:numbers", refresh=REFRESH)
    undo = reverse("messaging:number-back", args=[fixed.pk])
    return saved(request, "It is used again.", to="messaging:numbers", refresh=REFRESH, undo=undo)


@allow(Permission.MESSAGE_SEND)
@require_POST
def number_back(request, pk):
    """“Fixed” was pressed by mistake: the number stands on the list again, for the reason it stood there before."""
    fixed = get_object_or_404(ContactConsent, pk=pk, purpose=REACHES)
    return press(
        request,
        lambda: undo_fixed(by=request.actor, fixed=fixed),
        message="It is on the list again; nothing leaves for it.",
        to="messaging:numbers",
        refresh=REFRESH,
    )


@allow(Permission.MESSAGE_VIEW)
@require_GET
def figures(request):
    """What left and what arrived, by day and channel, over the last days."""
    chosen = request.GET.get("days", "14")
    days = SPANS.get(chosen, 14)
    span = last_days(days, today(clinic_zone()))
    lines = by_day(span)
    context = {
        "total": delivery(span),
        "lines": lines,
        "most": max((line.sent + line.failed for line in lines), default=0),
        "days": days,
        "spans": [(n, f"?days={n}", n == days) for n in SPANS.values()],
        "attention": attention(),
    }
    return render(request, "messaging/figures.html", context)
