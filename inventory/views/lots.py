"""One lot, and holding it back."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from inventory import services
from inventory.forms import StatusForm
from inventory.queries.catalog import lot_ledger, lot_or_404
from inventory.queries.lots import lot_places


@require_GET
@allow(Permission.STOCK_VIEW)
def lot(request, pk):
    """Where a lot stands and what became of it."""
    row = lot_or_404(pk)
    return render(
        request,
        "inventory/lot/detail.html",
        {
            "lot": row,
            "places": lot_places(row),
            "ledger": lot_ledger(row),
            "today": time.today(clinic_zone()),
        },
    )


@allow(Permission.STOCK_MOVE)
def quarantine(request, pk):
    """Hold a lot back at once: anybody who moves stock may."""
    return _status(request, pk, "Quarantine", services.quarantine_lot, "Held. Set these aside:")


@allow(Permission.STOCK_RECEIVE, Permission.ITEM_EDIT)
def recall(request, pk):
    """Mark a lot as recalled by its maker."""
    return _status(request, pk, "Recall", services.recall_lot, "Recalled. Set these aside:")


@allow(Permission.STOCK_RECEIVE, Permission.ITEM_EDIT)
def release(request, pk):
    """Let a quarantined lot be used again."""
    return _status(request, pk, "Release", services.release_lot, "Released:")


def _status(request, pk, word, service, message):
    row = lot_or_404(pk)
    to = reverse("inventory:lot", args=[pk])

    def do(values):
        return [
            f"{place.on_hand.normalize():f} in {place.place.name}"
            for place in service(by=request.actor, lot=row, **values)
        ]

    def said(places):
        return f"{message} {', '.join(places) if places else 'none on any shelf'}."

    return form_act(
        request,
        StatusForm(request.POST or None),
        verb=f"lot.{word.lower()}",
        do=do,
        to=to,
        message=said,
        template="inventory/lot/status.html",
        context={
            "title": f"{word} lot {row.number}",
            "submit_label": word,
            "cancel_url": to,
            "lot": row,
            "places": lot_places(row),
            "tone": "primary" if word == "Release" else "danger",
        },
    )
