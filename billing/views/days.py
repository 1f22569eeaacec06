"""Money of a day per drawer."""

import datetime as dt

from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.queries.days import collected, drawer_totals
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission


@require_GET
@allow(Permission.PAYMENT_TAKE, Permission.DRAWER_MANAGE)
def day(request):
    """Totals per drawer, method and user. Who may not manage drawers sees what they took themselves."""
    today = time.today(clinic_zone())
    chosen = _day(request.GET.get("day", ""), today)
    sees_all = request.actor.can(Permission.DRAWER_MANAGE)
    rows = drawer_totals(chosen, None if sees_all else request.actor.member_id)
    return render(
        request,
        "billing/day/detail.html",
        {
            "day": chosen,
            "rows": rows,
            "sees_all": sees_all,
            "collected": collected(chosen) if sees_all else None,
            "total": sum((row.net for row in rows), 0),
            "before": chosen - dt.timedelta(days=1),
            "after": chosen + dt.timedelta(days=1) if chosen < today else None,
        },
    )


def _day(text: str, today: dt.date) -> dt.date:
    try:
        return min(dt.date.fromisoformat(text), today)
    except ValueError:
        return today
