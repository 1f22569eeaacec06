"""What is owed, by age."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.queries.ageing import aged_rows
from billing.queries.ageing import ageing as ageing_of
from clinic import audit
from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission


@require_GET
@allow(Permission.LEDGER_VIEW)
def ageing(request):
    """What is owed by age, by payer and by patients; a cell shows the visits behind it."""
    today = time.today(clinic_zone())
    bucket, rows, name = request.GET.get("bucket", ""), None, ""
    page = ageing_of(today)
    if bucket:
        payer = _payer(request.GET.get("payer", ""))
        try:
            rows = aged_rows(today, payer=payer, bucket=bucket)
        except KeyError as error:
            raise Http404 from error
        name = next((row.name for row in page.rows if row.payer_id == payer), "")
        audit.looked_many(request, list(dict.fromkeys(row.patient_id for row in rows)), page="ageing")
    return render(
        request,
        "billing/ageing/detail.html",
        {"page": page, "rows": rows, "bucket": bucket, "name": name, "today": today},
    )


def _payer(text: str):
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
