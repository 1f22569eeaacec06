"""The biller's list."""

from collections import Counter

from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.queries.queue import billing_queue
from clinic import audit
from clinic.staff.access import allow
from clinic.staff.permissions import Permission

KINDS = {
    "uncharged": "Visits without charges",
    "approve": "To approve",
    "retracted": "Retracted doses",
    "balance": "Old balances",
}
SHOWN = 100


@require_GET
@allow(Permission.BILLING_QUEUE)
def queue(request):
    """Everything that holds money up, the most money first."""
    kind = request.GET.get("kind", "")
    rows = billing_queue()
    counts = Counter(row.kind for row in rows)
    chosen = [row for row in rows if kind not in KINDS or row.kind == kind]
    audit.looked_many(request, [row.patient.pk for row in chosen[:SHOWN]], page="billing queue")
    return render(
        request,
        "billing/queue/list.html",
        {
            "rows": chosen[:SHOWN],
            "more": max(0, len(chosen) - SHOWN),
            "kind": kind if kind in KINDS else "",
            "tabs": [(value, words, counts[value]) for value, words in KINDS.items()],
            "total": len(rows),
            "money": sum((row.money for row in chosen), 0),
        },
    )
