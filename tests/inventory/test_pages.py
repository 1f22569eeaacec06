"""Stock pages over HTTP: who may, what they do, and how many queries they make."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.core.ids import uuid7
from clinic.staff.roles import Role
from inventory import services
from inventory.models import Count, Item, Lot, Movement, ParLevel
from inventory.queries import on_hand
from tests.factories.inventory import SYSTEM, make_equipment, make_item, make_place, make_vaccine, stocked
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return signed_in(make_member(Role.LEAD_MA))


def grow():
    """One more of everything that lists show."""
    item, lot, place = stocked(
        make_vaccine(default_cost=Decimal(4)),
        make_place(kind="room"),
        quantity=3,
        expires_on=dt.date.today() + dt.timedelta(days=20),
    )
    services.set_par(by=SYSTEM, item=item, place=place, par=Decimal(9))
    services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
    make_equipment(place=place, service_due_on=dt.date.today())
    return item, lot, place


LISTS = [
    "inventory:stock",
    "inventory:items",
    "inventory:places",
    "inventory:counts",
    "inventory:equipment",
    "inventory:reorder",
    "inventory:reorder-csv",
    "inventory:expiring",
    "inventory:day-panel",
]


@pytest.mark.parametrize("name", LISTS)
def test_list_pages_make_as_many_queries_with_3_rows_as_with_1(lead, name):
    def rows(number):
        for _ in range(number):
            _, _, place = grow()
            services.start_count(by=SYSTEM, place=place)

    def queries():
        lead.get(reverse(name))
        with CaptureQueriesContext(
            connection,
        ) as made:
            response = lead.get(reverse(name))
        assert response.status_code == 200
        return len(made)

    rows(1)
    one = queries()
    rows(2)
    assert queries() == one


def test_item_and_lot_pages_make_as_many_queries_with_3_rows_as_with_1(lead):
    item, lot, place = grow()

    def queries(name, pk):
        with CaptureQueriesContext(connection) as made:
            assert lead.get(reverse(name, args=[pk])).status_code == 200
        return len(made)

    lead.get(reverse("inventory:item", args=[item.pk]))
    before = [queries("inventory:item", item.pk), queries("inventory:lot", lot.pk)]
    for _ in range(2):
        stocked(item, quantity=1)
        services.transfer_stock(
            by=SYSTEM, item=item, lot=lot, place=place, to_place=make_place(), quantity=Decimal("0.5")
        )
        services.set_par(by=SYSTEM, item=item, place=make_place(), par=Decimal(2))
    assert [queries("inventory:item", item.pk), queries("inventory:lot", lot.pk)] == before


def test_receive_by_scan_fields_and_a_repeat_of_the_form_receives_once(lead):
    item, place = make_vaccine(units_per_pack=10), make_place()
    form = {
        "form_key": str(uuid7()),
        "item": item.pk,
        "place": place.pk,
        "packs": "2",
        "lot_number": "ab12",
        "expires_on": "03/2031",
        "funding": "vfc",
    }
    for _ in range(2):
        response = lead.post(reverse("inventory:receive"), form)
        assert response.status_code == 302
        assert response.url == reverse("inventory:item", args=[item.pk])
    assert on_hand(item) == 20
    assert Lot.objects.values_list("number", "expires_on", "funding").get() == (
        "AB12",
        dt.date(2031, 3, 31),
        "vfc",
    )


def test_receive_says_what_is_wrong_and_keeps_what_was_typed(lead):
    item, place = make_vaccine(), make_place()
    response = lead.post(
        reverse("inventory:receive"),
        {"item": item.pk, "place": place.pk, "packs": "1", "lot_number": "KEEPME", "expires_on": "03/2019"},
    )
    assert response.status_code == 422
    assert b"expired on 03/31/2019" in response.content
    assert b"KEEPME" in response.content
    assert not Movement.objects.exists()


def test_issue_transfer_waste_and_take_back(lead):
    item, lot, place = stocked(quantity=10)
    room = make_place()
    shelf = f"{lot.pk}:{place.pk}"
    assert lead.get(reverse("inventory:issue", args=[item.pk])).status_code == 200
    lead.post(reverse("inventory:issue", args=[item.pk]), {"shelf": shelf, "quantity": "1"})
    lead.post(
        reverse("inventory:transfer", args=[item.pk]), {"shelf": shelf, "quantity": "3", "to_place": room.pk}
    )
    lead.post(
        reverse("inventory:waste", args=[item.pk]),
        {"shelf": shelf, "quantity": "2", "kind": "return", "reason": "Recall"},
    )
    assert (on_hand(item, place=place), on_hand(item, place=room)) == (4, 3)
    returned = Movement.objects.get(kind="return")
    lead.post(reverse("inventory:movement-reverse", args=[returned.pk]), {"reason": "Kept after all"})
    assert on_hand(item, place=place) == 6


def test_a_scan_of_another_carton_stops_the_act(lead):
    item, lot, place = stocked(make_vaccine(barcode="00358160842115"), quantity=10)
    other = make_vaccine(barcode="00358160843112")
    assert other.name != item.name
    response = lead.post(
        reverse("inventory:issue", args=[item.pk]),
        {"shelf": f"{lot.pk}:{place.pk}", "quantity": "1", "scan": "(01)00358160842115(10)OTHERLOT"},
    )
    assert response.status_code == 422
    assert b"The carton says lot OTHERLOT" in response.content
    assert on_hand(item) == 10


def test_scan_says_what_a_carton_is(lead):
    item, lot, _ = stocked(make_vaccine(barcode="00358160842115"), quantity=1, lot_number="AB12")
    answer = lead.post(reverse("inventory:scan"), {"text": "(01)00358160842115(17)310300(10)ab12"}).json()
    assert answer == {
        "item": str(item.pk),
        "item_name": item.name,
        "lot": str(lot.pk),
        "lot_number": "ab12",
        "expires_on": "03/31/2031",
        "url": reverse("inventory:item", args=[item.pk]),
    }
    assert lead.post(reverse("inventory:scan"), {"text": "(01)00358160842116"}).status_code == 422
    listed = lead.get(reverse("inventory:stock"), {"q": "(01)00358160842115(10)AB12"})
    assert listed.url == reverse("inventory:item", args=[item.pk])


def test_a_count_is_blind_then_compared_then_posted(lead):
    item, lot, place = stocked(quantity=987654)
    response = lead.post(reverse("inventory:count-start"), {"place": place.pk})
    count = Count.objects.get()
    assert response.url == reverse("inventory:count", args=[count.pk])
    sheet = lead.get(response.url).content.decode()
    assert lot.number in sheet
    assert "987" not in sheet.split("<table")[1].split("</table>")[0]
    line = count.lines.get()
    response = lead.post(reverse("inventory:count", args=[count.pk]), {f"n-{line.pk}": "987652"})
    assert response.url == reverse("inventory:count-review", args=[count.pk])
    assert "−2" in lead.get(response.url).content.decode()
    assert lead.post(response.url, {}).status_code == 422
    lead.post(response.url, {f"reason-{line.pk}": "Damaged"})
    assert on_hand(item) == 987652
    assert lead.get(reverse("inventory:count", args=[count.pk])).status_code == 200
    assert lead.get(reverse("inventory:count-print", args=[count.pk])).status_code == 200


def test_quarantine_names_the_places(lead):
    item, lot, place = stocked(quantity=4)
    response = lead.post(
        reverse("inventory:lot-quarantine", args=[lot.pk]), {"reason": "Fridge alarm"}, follow=True
    )
    assert f"4 in {place.name}" in response.content.decode()
    assert Lot.objects.get().status == "quarantined"


def test_items_places_par_and_equipment_are_edited(lead):
    lead.post(
        reverse("inventory:item-add"),
        {
            "name": "Tongue depressor",
            "kind": "supply",
            "unit": "piece",
            "pack_unit": "box",
            "units_per_pack": "500",
            "is_active": "on",
        },
    )
    item = Item.objects.get()
    response = lead.post(
        reverse("inventory:item-edit", args=[item.pk]),
        {
            "name": "Tongue depressor, wood",
            "kind": "supply",
            "unit": "piece",
            "pack_unit": "box",
            "units_per_pack": "500",
            "is_active": "on",
            "version": item.version,
        },
    )
    assert response.status_code == 302
    assert Item.objects.get().name == "Tongue depressor, wood"
    stale = lead.post(
        reverse("inventory:item-edit", args=[item.pk]),
        {
            "name": "Mine",
            "kind": "supply",
            "unit": "piece",
            "pack_unit": "box",
            "units_per_pack": "500",
            "is_active": "on",
            "version": item.version,
        },
    )
    assert stale.status_code == 409
    assert Item.objects.get().name == "Tongue depressor, wood"
    lead.post(reverse("inventory:place-add"), {"name": "Room 9", "kind": "room", "is_active": "on"})
    place = Item.objects.get() and make_place()
    lead.post(
        reverse("inventory:par-set", args=[item.pk]), {"place": place.pk, "par": "20", "reorder_at": "5"}
    )
    assert ParLevel.objects.get().par == 20
    assert lead.get(reverse("inventory:par-set", args=[item.pk]), {"place": "nonsense"}).status_code == 200
    lead.post(reverse("inventory:equipment-add"), {"name": "ECG 1", "kind": "ecg", "status": "in_service"})
    device = make_equipment()
    lead.post(
        reverse("inventory:equipment-service", args=[device.pk]),
        {"done_on": "2026-11-20", "next_due_on": "2027-11-20", "note": "Calibrated"},
    )
    device.refresh_from_db()
    assert device.service_due_on == dt.date(2027, 11, 20)


@pytest.mark.parametrize(
    ("role", "may_see", "may_use", "may_receive"),
    [
        (Role.FRONT_DESK, 403, 403, 403),
        (Role.BILLER, 403, 403, 403),
        (Role.MA, 200, 200, 403),
        (Role.PROVIDER, 200, 200, 403),
        (Role.LEAD_MA, 200, 200, 200),
        (Role.MANAGER, 200, 200, 200),
    ],
)
def test_who_may(role, may_see, may_use, may_receive):
    item, _, _ = stocked(make_item(), quantity=4)
    client = signed_in(make_member(role))
    assert client.get(reverse("inventory:stock")).status_code == may_see
    assert client.get(reverse("inventory:issue", args=[item.pk])).status_code == may_use
    assert client.get(reverse("inventory:receive")).status_code == may_receive
    if may_use == 403:
        client.post(reverse("inventory:issue", args=[item.pk]), {"shelf": "x", "quantity": "1"})
    assert on_hand(item) == 4


def test_csv_cells_that_look_like_formulas_are_defused(lead):
    item = make_item(name="=1+1")
    services.set_par(by=SYSTEM, item=item, place=make_place(), par=Decimal(2))
    text = lead.get(reverse("inventory:reorder-csv")).content.decode()
    assert "'=1+1," in text
    assert text.splitlines()[0].startswith("item,ndc,barcode,on_hand,par,order_packs")
