"""The equipment register."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.staff.access import allow
from clinic.staff.permissions import Permission
from clinic.ui.acts import form_act
from inventory import services
from inventory.forms import EquipmentForm, ServiceForm
from inventory.queries.catalog import equipment_or_404
from inventory.queries.equipment import equipment_rows


@require_GET
@allow(Permission.STOCK_VIEW)
def register(request):
    """Every device with the day its service is due."""
    with_retired = request.GET.get("retired") == "1"
    return render(
        request,
        "inventory/equipment/list.html",
        {"rows": equipment_rows(with_retired=with_retired), "with_retired": with_retired},
    )


@allow(Permission.ITEM_EDIT)
def add(request):
    """Put a device on file."""
    return _edit(request, EquipmentForm(request.POST or None), "Add equipment")


@allow(Permission.ITEM_EDIT)
def edit(request, pk):
    """Change a device."""
    row = equipment_or_404(pk)
    return _edit(
        request,
        EquipmentForm(request.POST or None, instance=row),
        f"Edit {row.name}",
        equipment=equipment_or_404(pk),
    )


@allow(Permission.ITEM_EDIT)
def service(request, pk):
    """Note that a service was done."""
    row = equipment_or_404(pk)
    form = ServiceForm(request.POST or None, initial={"done_on": time.today(clinic_zone())})

    def do(values):
        services.service_equipment(by=request.actor, equipment=row, **values)

    to = reverse("inventory:equipment")
    return form_act(
        request,
        form,
        verb="equipment.service",
        do=do,
        to=to,
        message="Service noted.",
        context={"title": f"Service of {row.name}", "submit_label": "Save", "cancel_url": to},
    )


def _edit(request, form, title, **row):
    def do(values):
        return str(services.save_equipment(by=request.actor, **row, **values).pk)

    to = reverse("inventory:equipment")
    return form_act(
        request,
        form,
        verb="equipment.save",
        do=do,
        to=to,
        message="Saved.",
        context={"title": title, "submit_label": "Save", "cancel_url": to},
    )
