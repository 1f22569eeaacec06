"""The biller's list."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.queries.queue import KINDS, billing_queue
from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission


@require_GET
@allow(Permission.BILLING_QUEUE)
def queue(request):
    """Everything that holds money up, the most money first."""
    kind = request.GET.get("kind", "")
    work = billing_queue(kind)
    audit.looked_many(request, work.patient_ids, page="billing queue")
    return render(
        request,
        "billing/queue/list.html",
        {
            "work": work,
            "kind": kind if kind in KINDS else "",
            "piles": work.named_piles,
        },
    )
