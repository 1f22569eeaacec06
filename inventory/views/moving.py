"""Dialogs that move stock. All of them work with a scanner and the Enter key."""

from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from inventory import services
from inventory.forms import IssueForm, ReceiveForm, ReverseForm, ScanForm, TransferForm, WasteForm
from inventory.forms.moving import WASTE_REASONS
from inventory.models import Lot
from inventory.queries.catalog import movement_or_404
from inventory.queries.stock import find_by_barcode, item_or_404
from inventory.rules import gs1

FORM = "inventory/movement/form.html"


@require_POST
@allow(Permission.STOCK_VIEW)
def scan(request):
    """Say what a scanned carton is: item, lot, expiry. Changes nothing."""
    form = ScanForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": "Nothing was scanned."}, status=422)
    try:
        item, found = find_by_barcode(form.cleaned_data["text"])
    except gs1.NotGs1 as error:
        return JsonResponse({"error": str(error)}, status=422)
    if item is None:
        return JsonResponse({"error": "No item carries this barcode. Add it on the item's page."}, status=422)
    lot = Lot.objects.filter(item=item, number__iexact=found.lot).first() if found.lot else None
    return JsonResponse(
        {
            "item": str(item.pk),
            "item_name": item.name,
            "lot": str(lot.pk) if lot else "",
            "lot_number": found.lot,
            "expires_on": f"{found.expires_on:%m/%d/%Y}" if found.expires_on else "",
            "url": reverse("inventory:item", args=[item.pk]),
        }
    )


@allow(Permission.STOCK_RECEIVE)
def receive(request):
    """Put a delivery on the shelf."""
    form = ReceiveForm(request.POST or None, initial={"item": request.GET.get("item", "")})

    def do(values):
        values.pop("scan")
        return str(services.receive_stock(by=request.actor, **values).item_id)

    return form_act(
        request,
        form,
        verb="stock.receive",
        do=do,
        to=lambda pk: reverse("inventory:item", args=[pk]),
        message="Received.",
        refresh=("stock",),
        template=FORM,
        context={
            "title": "Receive stock",
            "submit_label": "Receive",
            "cancel_url": reverse("inventory:stock"),
        },
    )


@allow(Permission.STOCK_MOVE)
def issue(request, pk):
    """Take something off the shelf to use it."""
    return _shelf_act(request, pk, IssueForm, "issue", "Use {}", "Use", services.issue_stock)


@allow(Permission.STOCK_MOVE)
def transfer(request, pk):
    """Carry something to another place."""
    return _shelf_act(request, pk, TransferForm, "transfer", "Move {}", "Move", services.transfer_stock)


@allow(Permission.STOCK_MOVE)
def waste(request, pk):
    """Throw something away or send it back."""

    def take_off(*, kind, **values):
        verb = services.return_stock if kind == "return" else services.waste_stock
        return verb(**values)

    return _shelf_act(
        request,
        pk,
        WasteForm,
        "waste",
        "Waste or return {}",
        "Take off the shelf",
        take_off,
        reasons=WASTE_REASONS,
        tone="danger",
    )


@allow(Permission.STOCK_RECEIVE, Permission.ITEM_EDIT)
def reverse_movement(request, pk):
    """Take a movement back, with a reason."""
    movement = movement_or_404(pk)
    to = reverse("inventory:item", args=[movement.item_id])

    def do(values):
        services.reverse_movement(by=request.actor, movement=movement, **values)

    return form_act(
        request,
        ReverseForm(request.POST or None),
        verb=f"stock.reverse:{pk}",
        do=do,
        to=to,
        message="Taken back.",
        refresh=("stock",),
        template=FORM,
        context={
            "title": "Take a movement back",
            "submit_label": "Take back",
            "cancel_url": to,
            "movement": movement,
            "tone": "danger",
        },
    )


def _shelf_act(request, pk, form_class, verb, title, label, service, **extra):
    item = item_or_404(pk)
    form = form_class(
        request.POST or None,
        item=item,
        suggested={
            "from": request.GET.get("from", ""),
            "to": request.GET.get("to", ""),
            "lot": request.GET.get("lot", ""),
            "quantity": request.GET.get("quantity", "")[:9].replace(",", ""),
        },
    )
    to = reverse("inventory:item", args=[pk])

    def do(values):
        service(by=request.actor, **values)

    return form_act(
        request,
        form,
        verb=f"stock.{verb}",
        do=do,
        to=to,
        message="Saved.",
        refresh=("stock",),
        template=FORM,
        context={
            "title": title.format(item.name),
            "submit_label": label,
            "cancel_url": to,
            "item": item,
            "has_shelf": bool(form.levels),
            **extra,
        },
    )
