"""The end of a business day."""

import datetime as dt

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing import services
from billing.forms import CloseDayForm
from billing.queries.day_close import closed_days, day_page
from clinic import audit
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act


@require_GET
@allow(Permission.DRAWER_MANAGE)
def day_close(request):
    """What a day held and what is still missing, before it is closed."""
    day, today = _day(request)
    page = day_page(day)
    seen = [row.appointment.patient_id for row in page.copays]
    seen += [row.patient_id for row in (*page.uncharged, *page.voids)]
    seen += [
        side.patient_id for entry in (*page.reversals, *page.adjustments) for side in entry.postings.all()
    ]
    audit.looked_many(request, list(dict.fromkeys(seen)), page="day close")
    return render(
        request,
        "billing/day/close.html",
        {
            "page": page,
            "before": page.from_day - dt.timedelta(days=1),
            "after": page.day + dt.timedelta(days=1) if page.day < today else None,
            "closed": closed_days(),
        },
    )


@allow(Permission.DRAWER_MANAGE)
def close_day(request):
    """Close a day for good."""
    day, _ = _day(request)
    to = reverse("billing:day-close") + f"?day={day:%Y-%m-%d}"

    def do(values):
        services.close_day(by=request.actor, day=day, **values)

    return form_act(
        request,
        CloseDayForm(request.POST or None),
        verb=f"day.close:{day}",
        do=do,
        to=to,
        message=f"{day:%m/%d/%Y} is closed.",
        context={
            "title": f"Close {day:%A, %m/%d/%Y}",
            "submit_label": "Close the day",
            "cancel_url": to,
            "intro": "Nothing is posted on a closed day any more. Corrections count on the next day.",
        },
    )


# No clinic keeps books before this day, and the calendar has an end.
EARLIEST = dt.date(1990, 1, 1)


def _day(request) -> tuple[dt.date, dt.date]:
    today = time.today(clinic_zone())
    try:
        day = dt.date.fromisoformat(request.GET.get("day", ""))
        return max(min(day, today), EARLIEST), today
    except ValueError:
        return today, today
