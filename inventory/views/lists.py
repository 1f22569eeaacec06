"""Pages that show stock."""

import csv

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.core.spreadsheet import cell
from clinic.staff.access import allow
from clinic.staff.limits import EXPORT, limited
from clinic.staff.permissions import Permission
from inventory.models import Item
from inventory.queries.catalog import as_uuid, par_levels, place_choices
from inventory.queries.reorder import expiring as expiring_lots
from inventory.queries.reorder import reorder_list, restock_list
from inventory.queries.stock import (
    StockFilter,
    find_by_barcode,
    item_ledger,
    item_levels,
    item_or_404,
    stock_rows,
)
from inventory.rules import gs1

DAYS = (30, 60, 90)


@require_GET
@allow(Permission.STOCK_VIEW)
def stock(request):
    """What there is, narrowed by words, place, kind and need; a scanned carton goes to its item."""
    wanted = StockFilter(
        text=request.GET.get("q", "").strip()[:120],
        place=as_uuid(request.GET.get("place", "")),
        kind=request.GET.get("kind", ""),
        only=request.GET.get("only", ""),
    )
    if gs1.looks_like_gs1(wanted.text):
        found = _scanned(wanted.text)
        if found is not None:
            return redirect("inventory:item", found.pk)
    return render(
        request,
        "inventory/stock/list.html",
        {
            "rows": stock_rows(wanted),
            "wanted": wanted,
            "places": place_choices(),
            "kinds": Item.Kind.choices,
            "today": time.today(clinic_zone()),
            "is_filtered": wanted != StockFilter(),
        },
    )


@require_GET
@allow(Permission.STOCK_VIEW)
def item(request, pk):
    """One item: where it stands, its par levels and its ledger."""
    row = item_or_404(pk)
    levels = item_levels(row)
    return render(
        request,
        "inventory/item/detail.html",
        {
            "item": row,
            "levels": levels,
            "on_hand": sum(level.on_hand for level in levels),
            "pars": par_levels(row),
            "ledger": item_ledger(row),
            "today": time.today(clinic_zone()),
        },
    )


@require_GET
@allow(Permission.STOCK_VIEW)
def reorder(request):
    """What to buy and what to carry to the rooms; prints as an order list."""
    lines = reorder_list()
    return render(
        request,
        "inventory/reorder/list.html",
        {
            "lines": lines,
            "restock": restock_list(),
            "today": time.today(clinic_zone()),
            "cost": sum((line.cost for line in lines if line.cost is not None), 0),
        },
    )


@require_GET
@allow(Permission.STOCK_VIEW)
@limited(EXPORT)
def reorder_csv(request):
    """The order list for a vendor or a spreadsheet."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="reorder-{time.today(clinic_zone()):%Y-%m-%d}.csv"'
    )
    writer = csv.writer(response)
    writer.writerow(
        ["item", "ndc", "barcode", "on_hand", "par", "order_packs", "pack", "units", "estimated_cost"]
    )
    for line in reorder_list():
        writer.writerow(
            [
                cell(value)
                for value in (
                    line.item.name,
                    line.item.ndc,
                    line.item.barcode,
                    _plain(line.on_hand),
                    _plain(line.par),
                    line.packs,
                    line.item.pack_unit or line.item.unit,
                    _plain(line.units),
                    "" if line.cost is None else line.cost,
                )
            ]
        )
    return response


@require_GET
@allow(Permission.STOCK_VIEW)
def expiring(request):
    """Lots that expire within 30, 60 or 90 days, and those that have."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(n) for n in DAYS} else DAYS[-1]
    rows = expiring_lots(DAYS[-1])
    return render(
        request,
        "inventory/expiring/list.html",
        {
            "rows": [row for row in rows if row.days <= days],
            "days": days,
            "tabs": [(n, sum(row.days <= n for row in rows)) for n in DAYS],
            "expired": sum(row.days < 0 for row in rows),
        },
    )


@require_GET
@allow(Permission.STOCK_VIEW)
def day_panel(request):
    """Low and expiring stock, for the manager's day."""
    rows = expiring_lots(30)
    return render(
        request,
        "inventory/panels/day.html",
        {
            "low": [row for row in stock_rows() if row.low],
            "expired": [row for row in rows if row.days < 0],
            "soon": [row for row in rows if row.days >= 0],
        },
    )


def _scanned(text: str):
    try:
        return find_by_barcode(text)[0]
    except gs1.NotGs1:
        return None


def _plain(number) -> str:
    return f"{number.normalize():f}" if number else "0"
