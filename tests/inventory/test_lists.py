import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from clinic.core.errors import ClinicError, Refused, Stale
from inventory import services
from inventory.models import Item, ParLevel
from inventory.queries import expiring, low_items, reorder_list, restock_list
from inventory.queries.equipment import bookable_equipment, equipment_rows
from inventory.queries.stock import StockFilter, find_by_barcode, stock_rows
from inventory.rules import gs1
from tests.factories.inventory import SYSTEM, make_equipment, make_item, make_place, make_vaccine, stocked

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 22)


def test_reorder_is_par_less_usable_on_hand_in_whole_packs():
    item, place = make_vaccine(units_per_pack=10, default_cost=Decimal("12.50")), make_place()
    _, lot, _ = stocked(item, place, quantity=8)
    _, held, _ = stocked(item, place, quantity=30)
    services.quarantine_lot(by=SYSTEM, lot=held, reason="Alarm")
    services.set_par(by=SYSTEM, item=item, place=place, par=Decimal(40), reorder_at=Decimal(10))
    [line] = reorder_list()
    assert (line.on_hand, line.par, line.packs, line.units, line.cost) == (8, 40, 4, 40, 500)


def test_an_item_above_its_reorder_point_is_not_on_the_list():
    item, _, place = stocked(quantity=11)
    services.set_par(by=SYSTEM, item=item, place=place, par=Decimal(40), reorder_at=Decimal(10))
    assert reorder_list() == []


@pytest.mark.parametrize(
    ("quantity", "par", "reorder_at", "is_low"),
    [
        (10, 40, 10, True),
        (11, 40, 10, False),
        (39, 40, None, True),
        (40, 40, None, False),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_the_database_counts_as_low_what_the_list_shows_as_low(quantity, par, reorder_at, is_low):
    item, place = make_vaccine(), make_place()
    if quantity:
        stocked(item, place, quantity=quantity)
    stocked(item, place, quantity=50, expires_on=TODAY)
    _, held, _ = stocked(item, place, quantity=50)
    services.quarantine_lot(by=SYSTEM, lot=held, reason="Alarm")
    services.set_par(by=SYSTEM, item=item, place=place, par=Decimal(par), reorder_at=reorder_at)
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        listed = [row.item for row in stock_rows() if row.low]
        assert list(low_items()) == listed == ([item] if is_low else [])


def test_restock_names_the_fullest_place_to_fill_a_room_from():
    item, store, room = make_item(), make_place(), make_place(kind="room")
    stocked(item, store, quantity=50)
    stocked(item, make_place(), quantity=5)
    services.set_par(by=SYSTEM, item=item, place=room, par=Decimal(12))
    [line] = restock_list()
    assert (line.place, line.missing, line.source) == (room, 12, store)


@time_machine.travel(NOON, tick=False)
def test_expiring_within_30_60_90_days_and_expired():
    item = make_vaccine()
    for days in (0, 30, 60, 90, 91):
        stocked(item, expires_on=TODAY + dt.timedelta(days=days))
    assert [row.days for row in expiring(90)] == [0, 30, 60, 90]
    assert [row.band for row in expiring(90)] == ["30", "30", "60", "90"]
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        assert [(row.days, row.band) for row in expiring(30)] == [(-1, "expired"), (29, "30")]


@time_machine.travel(NOON, tick=False)
def test_stock_list_filters():
    place = make_place()
    vaccine, lot, _ = stocked(
        make_vaccine(name="Tdap vaccine", barcode="00358160842119"),
        place,
        expires_on=TODAY + dt.timedelta(days=20),
    )
    pads, _, _ = stocked(make_item(name="Gauze pads"), quantity=3)
    services.set_par(by=SYSTEM, item=pads, place=make_place(), par=Decimal(10))

    def names(**wanted):
        return [row.item.name for row in stock_rows(StockFilter(**wanted))]

    assert names() == ["Gauze pads", "Tdap vaccine"]
    assert names(text="TDAP") == ["Tdap vaccine"]
    assert names(text=lot.number) == ["Tdap vaccine"]
    assert names(kind="supply") == ["Gauze pads"]
    assert names(place=str(place.pk)) == ["Tdap vaccine"]
    assert names(only="low") == ["Gauze pads"]
    assert names(only="expiring") == ["Tdap vaccine"]
    assert names(only="held") == []
    assert names(text="no such thing") == []


def test_a_scanned_carton_finds_its_item_by_barcode_or_ndc():
    body = "0035816084211"
    gtin = body + str(gs1.check_digit(body))
    by_ndc = make_vaccine(ndc="58160-0842-11")
    item, scan = find_by_barcode(f"01{gtin}1728063010LOT7", today=TODAY)
    assert (item, scan.lot, scan.expires_on) == (by_ndc, "LOT7", dt.date(2028, 6, 30))
    by_code = make_vaccine(barcode=gtin)
    assert find_by_barcode(f"(01){gtin}")[0] == by_code
    assert find_by_barcode("99999")[0] is None


def test_item_rules():
    item, _, _ = stocked(quantity=1)
    with pytest.raises(Refused, match="has a ledger"):
        services.save_item(by=SYSTEM, item=item, unit="mL")
    changed = services.save_item(by=SYSTEM, item=item, version=item.version, name="Renamed")
    with pytest.raises(Stale):
        services.save_item(by=SYSTEM, item=item, version=item.version, name="Mine")
    assert Item.objects.get(pk=item.pk).name == changed.name == "Renamed"
    with pytest.raises(ClinicError, match="name exists"):
        services.save_item(by=SYSTEM, name="RENAMED", unit="dose")


def test_a_place_with_stock_is_not_closed():
    _, _, place = stocked(quantity=1)
    with pytest.raises(Refused, match="still holds stock"):
        services.save_place(by=SYSTEM, place=place, is_active=False)


def test_par_can_be_set_changed_and_taken_away():
    item, place = make_item(), make_place()
    services.set_par(by=SYSTEM, item=item, place=place, par=Decimal(5))
    services.set_par(by=SYSTEM, item=item, place=place, par=Decimal(8), reorder_at=Decimal(2))
    assert ParLevel.objects.values_list("par", "reorder_at").get() == (8, 2)
    with pytest.raises(ClinicError, match="between zero and par"):
        services.set_par(by=SYSTEM, item=item, place=place, par=Decimal(8), reorder_at=Decimal(9))
    services.set_par(by=SYSTEM, item=item, place=place, par=None)
    assert not ParLevel.objects.exists()


def test_equipment_is_listed_by_service_day_and_serviced():
    late = make_equipment(service_due_on=TODAY - dt.timedelta(days=1))
    soon = make_equipment(service_due_on=TODAY + dt.timedelta(days=30), kind="spirometer")
    never = make_equipment(status="out_of_service")
    rows = equipment_rows(today=TODAY)
    assert [(row.equipment, row.state) for row in rows] == [(late, "overdue"), (soon, "soon"), (never, "")]
    assert list(bookable_equipment("ecg")) == [late]
    services.service_equipment(
        by=SYSTEM, equipment=never, done_on=TODAY, next_due_on=TODAY + dt.timedelta(days=365)
    )
    assert set(bookable_equipment("ecg")) == {late, never}
    with pytest.raises(Refused, match="comes after"):
        services.service_equipment(by=SYSTEM, equipment=late, done_on=TODAY, next_due_on=TODAY)
