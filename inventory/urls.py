from django.urls import path

from inventory.views import catalog, counting, equipment, lists, lots, moving

app_name = "inventory"

urlpatterns = [
    path("", lists.stock, name="stock"),
    path("scan/", moving.scan, name="scan"),
    path("receive/", moving.receive, name="receive"),
    path("items/", catalog.items, name="items"),
    path("items/add/", catalog.item_add, name="item-add"),
    path("items/<uuid:pk>/", lists.item, name="item"),
    path("items/<uuid:pk>/edit/", catalog.item_edit, name="item-edit"),
    path("items/<uuid:pk>/par/", catalog.par_set, name="par-set"),
    path("items/<uuid:pk>/issue/", moving.issue, name="issue"),
    path("items/<uuid:pk>/transfer/", moving.transfer, name="transfer"),
    path("items/<uuid:pk>/waste/", moving.waste, name="waste"),
    path("movements/<uuid:pk>/reverse/", moving.reverse_movement, name="movement-reverse"),
    path("lots/<uuid:pk>/", lots.lot, name="lot"),
    path("lots/<uuid:pk>/quarantine/", lots.quarantine, name="lot-quarantine"),
    path("lots/<uuid:pk>/recall/", lots.recall, name="lot-recall"),
    path("lots/<uuid:pk>/release/", lots.release, name="lot-release"),
    path("reorder/", lists.reorder, name="reorder"),
    path("reorder.csv", lists.reorder_csv, name="reorder-csv"),
    path("expiring/", lists.expiring, name="expiring"),
    path("places/", catalog.places, name="places"),
    path("places/add/", catalog.place_add, name="place-add"),
    path("places/<uuid:pk>/edit/", catalog.place_edit, name="place-edit"),
    path("counts/", counting.counts, name="counts"),
    path("counts/start/", counting.start, name="count-start"),
    path("counts/<uuid:pk>/", counting.sheet, name="count"),
    path("counts/<uuid:pk>/review/", counting.review, name="count-review"),
    path("counts/<uuid:pk>/void/", counting.void, name="count-void"),
    path("counts/<uuid:pk>/print/", counting.paper, name="count-print"),
    path("equipment/", equipment.register, name="equipment"),
    path("equipment/add/", equipment.add, name="equipment-add"),
    path("equipment/<uuid:pk>/edit/", equipment.edit, name="equipment-edit"),
    path("equipment/<uuid:pk>/service/", equipment.service, name="equipment-service"),
    path("panels/day/", lists.day_panel, name="day-panel"),
]
