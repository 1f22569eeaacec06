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
    audit.looked_many(request, [row.patient_id for row in work.rows], page="billing queue")
    return render(
        request,
        "billing/queue/list.html",
        {
            "work": work,
            "kind": kind if kind in KINDS else "",
            "tabs": [(pile.kind, KINDS[pile.kind], pile.count) for pile in work.piles],
        },
    )
