"""Items, places and par levels."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from clinic.ui.paging import page_of
from inventory import services
from inventory.forms import ItemForm, ParForm, PlaceForm
from inventory.queries.catalog import as_uuid, item_rows, par_level, place_or_404, place_rows
from inventory.queries.stock import item_or_404


@require_GET
@allow(Permission.ITEM_EDIT)
def items(request):
    """Every item on file."""
    text = request.GET.get("q", "").strip()[:80]
    return render(
        request, "inventory/item/list.html", {"page": page_of(request, item_rows(text)), "text": text}
    )


@allow(Permission.ITEM_EDIT)
def item_add(request):
    """Put an item on file."""
    return _edit(
        request,
        ItemForm(request.POST or None),
        services.save_item,
        "Add an item",
        lambda pk: reverse("inventory:item", args=[pk]),
        reverse("inventory:items"),
    )


@allow(Permission.ITEM_EDIT)
def item_edit(request, pk):
    """Change an item."""
    item = item_or_404(pk)
    to = reverse("inventory:item", args=[pk])
    return _edit(
        request,
        ItemForm(request.POST or None, instance=item),
        services.save_item,
        f"Edit {item.name}",
        to,
        to,
        item=item_or_404(pk),
    )


@allow(Permission.ITEM_EDIT)
def par_set(request, pk):
    """Set what should stand of an item in a place."""
    item = item_or_404(pk)
    to = reverse("inventory:item", args=[pk])
    place_id = as_uuid(request.GET.get("place", ""))
    level = par_level(item, place_id) if place_id else None

    def do(values):
        services.set_par(by=request.actor, item=item, **values)

    return form_act(
        request,
        ParForm(request.POST or None, level=level),
        verb="par.set",
        do=do,
        to=to,
        message="Par level saved.",
        refresh=("stock",),
        context={"title": f"Par level of {item.name}", "submit_label": "Save", "cancel_url": to},
    )


@require_GET
@allow(Permission.STOCK_VIEW)
def places(request):
    """Where stock stands."""
    return render(request, "inventory/place/list.html", {"page": page_of(request, place_rows())})


@allow(Permission.ITEM_EDIT)
def place_add(request):
    """Put a place on file."""
    to = reverse("inventory:places")
    return _edit(request, PlaceForm(request.POST or None), services.save_place, "Add a place", to, to)


@allow(Permission.ITEM_EDIT)
def place_edit(request, pk):
    """Change a place."""
    to = reverse("inventory:places")
    place = place_or_404(pk)
    return _edit(
        request,
        PlaceForm(request.POST or None, instance=place),
        services.save_place,
        f"Edit {place.name}",
        to,
        to,
        place=place_or_404(pk),
    )


def _edit(request, form, service, title, to, cancel, **row):
    def do(values):
        return str(service(by=request.actor, **row, **values).pk)

    return form_act(
        request,
        form,
        verb=service.__name__,
        do=do,
        to=to,
        message="Saved.",
        context={"title": title, "submit_label": "Save", "cancel_url": cancel},
    )
