"""The stock ledger: what the services do, and what the database refuses whoever asks."""

import contextlib
import datetime as dt
from decimal import Decimal

import psycopg
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.audit.models import AuditEvent
from clinic.core.errors import ClinicError, Refused
from inventory import services
from inventory.models import Lot, Movement, StockLevel
from inventory.queries import lot_places, on_hand, pickable_lots
from inventory.queries.stock import ledger_sum
from inventory.queries.verify import verify_stock
from tests.factories.inventory import SYSTEM, make_item, make_lot, make_place, make_vaccine, stocked

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC)  # noon in the clinic's zone
TODAY = dt.date(2026, 11, 22)


def test_receive_converts_packs_and_puts_the_lot_on_file():
    item, place = make_vaccine(units_per_pack=10), make_place()
    movement = services.receive_stock(
        by=SYSTEM,
        item=item,
        place=place,
        packs=Decimal(2),
        quantity=Decimal(3),
        lot_number=" ab 12 ",
        expires_on=dt.date(2030, 1, 31),
    )
    assert movement.quantity == 23
    assert (movement.lot.number, movement.lot.manufacturer, movement.lot.funding) == (
        "AB 12",
        "SKB",
        "private",
    )
    assert on_hand(item, place=place) == 23
    assert AuditEvent.objects.filter(action="stock.receive").count() == 1


def test_receive_again_adds_to_the_same_lot():
    item, lot, place = stocked(quantity=5)
    again = services.receive_stock(
        by=SYSTEM,
        item=item,
        place=place,
        quantity=2,
        lot_number=lot.number.lower(),
        expires_on=lot.expires_on,
    )
    assert again.lot_id == lot.pk
    assert on_hand(item) == 7


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lot_number": ""}, "lot number"),
        ({"expires_on": None}, "expiry"),
        ({"expires_on": dt.date(2020, 1, 31)}, "expired"),
        ({"quantity": 0}, "more than zero"),
        ({"quantity": Decimal("-1")}, "negative"),
    ],
)
def test_receive_refuses(change, words):
    item, place = make_vaccine(), make_place()
    fields = {"quantity": 1, "lot_number": "A1", "expires_on": dt.date(2030, 1, 31)} | change
    with pytest.raises(Refused, match=words):
        services.receive_stock(by=SYSTEM, item=item, place=place, **fields)
    assert not Movement.objects.exists()
    assert not Lot.objects.exists()


def test_receive_refuses_another_expiry_for_a_lot_on_file():
    item, lot, place = stocked(quantity=5)
    with pytest.raises(Refused, match="is on file with expiry 12/31/2030"):
        services.receive_stock(
            by=SYSTEM,
            item=item,
            place=place,
            quantity=1,
            lot_number=lot.number,
            expires_on=dt.date(2030, 11, 30),
        )
    assert on_hand(item) == 5


def test_transfer_is_one_act_with_two_legs():
    item, lot, place = stocked(quantity=5)
    room = make_place(kind="room")
    out, into = services.transfer_stock(by=SYSTEM, item=item, lot=lot, place=place, to_place=room, quantity=2)
    assert (out.quantity, into.quantity, out.act) == (-2, 2, into.act)
    assert (on_hand(item, place=place), on_hand(item, place=room)) == (3, 2)
    assert [(row.place, row.on_hand) for row in lot_places(lot)] == [(place, 3), (room, 2)]


def test_transfer_refuses_the_same_place():
    item, lot, place = stocked(quantity=5)
    with pytest.raises(Refused, match="another place"):
        services.transfer_stock(by=SYSTEM, item=item, lot=lot, place=place, to_place=place, quantity=2)
    assert on_hand(item) == 5


@pytest.mark.parametrize(
    ("day", "is_usable"), [(dt.date(2026, 11, 22), True), (dt.date(2026, 11, 23), False)]
)
def test_a_lot_is_issued_through_its_expiry_day_in_the_clinics_zone(day, is_usable):
    # 23:30 in Chicago is already the next day in UTC.
    late = dt.datetime.combine(day, dt.time(5, 30), tzinfo=dt.UTC) + dt.timedelta(days=1)
    with time_machine.travel(NOON, tick=False):
        item, lot, place = stocked(quantity=1, expires_on=TODAY)
    with time_machine.travel(late, tick=False):
        if is_usable:
            services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
            assert on_hand(item) == 0
        else:
            with pytest.raises(Refused, match="expired on 11/22/2026"):
                services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
            assert on_hand(item) == 1


@pytest.mark.parametrize("hold", [services.quarantine_lot, services.recall_lot])
def test_a_held_lot_is_not_issued_but_can_be_moved_wasted_and_returned(hold):
    item, lot, place = stocked(quantity=5)
    assert [row.on_hand for row in hold(by=SYSTEM, lot=lot, reason="Fridge alarm")] == [5]
    with pytest.raises(Refused, match="Do not use it"):
        services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
    assert pickable_lots(item) == []
    services.transfer_stock(by=SYSTEM, item=item, lot=lot, place=place, to_place=make_place(), quantity=1)
    services.waste_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1, reason="Out of temperature")
    services.return_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1, reason="Recall")
    assert on_hand(item, place=place) == 2


def test_a_recalled_lot_is_not_released_a_quarantined_one_is():
    item, lot, place = stocked(quantity=1)
    services.quarantine_lot(by=SYSTEM, lot=lot, reason="Fridge alarm")
    services.release_lot(by=SYSTEM, lot=lot, reason="Maker says it is good")
    services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
    services.recall_lot(by=SYSTEM, lot=lot, reason="Letter")
    with pytest.raises(Refused, match="not released"):
        services.release_lot(by=SYSTEM, lot=lot, reason="Please")
    assert Lot.objects.get().status == "recalled"


def test_issue_refuses_more_than_there_is_in_that_place():
    item, lot, place = stocked(quantity=3)
    services.transfer_stock(by=SYSTEM, item=item, lot=lot, place=place, to_place=make_place(), quantity=2)
    with pytest.raises(Refused, match="1 left"):
        services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=2)
    assert on_hand(item) == 3
    assert Movement.objects.filter(kind="issue").count() == 0


def test_a_tracked_item_needs_its_own_lot():
    item, lot, place = stocked(quantity=3)
    other = make_vaccine()
    with pytest.raises(Refused, match="Choose the lot"):
        services.issue_stock(by=SYSTEM, item=item, place=place, quantity=1)
    with pytest.raises(Refused, match="not a lot of"):
        services.issue_stock(by=SYSTEM, item=other, lot=lot, place=place, quantity=1)


def test_pickable_lots_are_offered_first_expiry_first():
    item = make_vaccine()
    _, late, _ = stocked(item, expires_on=dt.date(2031, 1, 31))
    _, early, _ = stocked(item, expires_on=dt.date(2030, 1, 31))
    _, gone, place = stocked(item, expires_on=dt.date(2029, 1, 31))
    services.issue_stock(by=SYSTEM, item=item, lot=gone, place=place, quantity=1)
    assert [(row.lot, row.is_first) for row in pickable_lots(item)] == [(early, True), (late, False)]
    assert [row.lot for row in pickable_lots(item, on=dt.date(2030, 2, 1))] == [late]


def test_reversal_takes_a_movement_back_once():
    item, lot, place = stocked(quantity=3)
    issued = services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=2)
    [back] = services.reverse_movement(by=SYSTEM, movement=issued, reason="Not given")
    assert (back.quantity, back.reverses_id, back.kind) == (2, issued.pk, "issue")
    assert on_hand(item) == 3
    with pytest.raises(Refused, match="already"):
        services.reverse_movement(by=SYSTEM, movement=issued, reason="Again")
    with pytest.raises(Refused, match="not itself reversed"):
        services.reverse_movement(by=SYSTEM, movement=back, reason="Again")
    with pytest.raises(Refused, match="Say why"):
        services.reverse_movement(by=SYSTEM, movement=issued, reason=" ")
    assert on_hand(item) == 3


def test_reversal_of_a_transfer_takes_both_halves_back():
    item, lot, place = stocked(quantity=3)
    room = make_place()
    out, _ = services.transfer_stock(by=SYSTEM, item=item, lot=lot, place=place, to_place=room, quantity=2)
    assert len(services.reverse_movement(by=SYSTEM, movement=out, reason="Wrong room")) == 2
    assert (on_hand(item, place=place), on_hand(item, place=room)) == (3, 0)


def test_reversal_of_a_delivery_refuses_when_it_was_used():
    item, lot, place = stocked(quantity=3)
    received = Movement.objects.get()
    services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
    with pytest.raises(Refused, match="2 left"):
        services.reverse_movement(by=SYSTEM, movement=received, reason="Wrong delivery")
    assert on_hand(item) == 2


def test_a_dose_goes_back_even_into_a_lot_that_is_held():
    item, lot, place = stocked(quantity=1)
    issued = services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
    services.quarantine_lot(by=SYSTEM, lot=lot, reason="Alarm")
    services.reverse_movement(by=SYSTEM, movement=issued, reason="Entered in error")
    assert on_hand(item) == 1


def test_waste_needs_a_reason():
    item, lot, place = stocked(quantity=1)
    with pytest.raises(Refused, match="Say why"):
        services.waste_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1, reason="  ")
    assert on_hand(item) == 1


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "issue", "waste", "transfer", "reverse", "count", "hold", "release"]),
        st.integers(0, 1),
        st.integers(0, 1),
        st.integers(1, 6),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_on_hand_is_the_sum_of_movements_whatever_happens(acts):
    item = make_vaccine()
    lots = [make_lot(item), make_lot(item)]
    places = [make_place(), make_place()]
    for act, lot, place, number in acts:
        with contextlib.suppress(ClinicError):
            _perform(act, item, lots[lot], places[place], places[1 - place], number)
    for lot in lots:
        for place in places:
            left = on_hand(item, lot=lot, place=place)
            assert left >= 0
            assert left == ledger_sum(item, lot=lot, place=place)
    assert verify_stock()[1] == []


def _perform(act, item, lot, place, other, number):
    shelf = {"by": SYSTEM, "item": item, "lot": lot, "place": place, "quantity": number}
    if act == "receive":
        services.receive_stock(
            by=SYSTEM,
            item=item,
            place=place,
            quantity=number,
            lot_number=lot.number,
            expires_on=lot.expires_on,
        )
    elif act == "issue":
        services.issue_stock(**shelf)
    elif act == "waste":
        services.waste_stock(**shelf, reason="Broken")
    elif act == "transfer":
        services.transfer_stock(**shelf, to_place=other)
    elif act == "reverse":
        movement = Movement.objects.filter(item=item).order_by("?").first()
        if movement:
            services.reverse_movement(by=SYSTEM, movement=movement, reason="Mistake")
    elif act == "count":
        services.record_count(
            by=SYSTEM, place=place, found={(item, lot): Decimal(number)}, reason="Miscounted"
        )
    elif act == "hold":
        services.quarantine_lot(by=SYSTEM, lot=lot, reason="Alarm")
    else:
        services.release_lot(by=SYSTEM, lot=lot, reason="Good")


# What the database refuses, asked past every service as the application's own role.


def _row(item, lot, place, quantity, kind="issue", reverses=None, day=TODAY):
    return (
        "INSERT INTO inventory_movement (id, created_at, updated_at, item_id, lot_id, place_id, quantity, kind, "
        "reason, reference, act, at, on_day, by_label, reverses_id) VALUES (gen_random_uuid(), now(), now(), "
        "%s, %s, %s, %s, %s, 'x', '', gen_random_uuid(), now(), %s, 'raw', %s)",
        [item.pk, lot and lot.pk, place.pk, quantity, kind, day, reverses],
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_movement SET quantity = 99",
        "DELETE FROM inventory_movement",
        "TRUNCATE inventory_movement CASCADE",
        "UPDATE inventory_stocklevel SET on_hand = 99",
        "DELETE FROM inventory_stocklevel",
        "INSERT INTO inventory_stocklevel (item_id, lot_id, place_id, on_hand) SELECT item_id, lot_id, place_id, 9 "
        "FROM inventory_movement",
        "TRUNCATE inventory_stocklevel",
        "ALTER TABLE inventory_movement DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_rewrite_the_ledger(raw_connections, statement):
    item, _, _ = stocked(quantity=3)
    [connection] = raw_connections(1)
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(statement)
    assert caught.value.sqlstate in {"42501", "23001"}
    connection.rollback()
    assert on_hand(item) == 3 == ledger_sum(item)


@pytest.mark.django_db(transaction=True)
def test_even_the_owner_is_stopped_by_the_triggers(owner_connection):
    item, _, _ = stocked(quantity=3)
    for statement in (
        "UPDATE inventory_movement SET quantity = 99",
        "DELETE FROM inventory_movement",
        "TRUNCATE inventory_movement CASCADE",
        "UPDATE inventory_stocklevel SET on_hand = 99",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner_connection.execute(statement)
    assert on_hand(item) == 3


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_wrong_movements(raw_connections):
    item, lot, place = stocked(quantity=3)
    held, expired = (
        make_lot(item, status="quarantined"),
        make_lot(item, expires_on=TODAY - dt.timedelta(days=1)),
    )
    loose, empty = make_item(), make_place()
    received = Movement.objects.get()
    wrong = {
        "inventory_stocklevel_not_negative": [_row(item, lot, place, -4), _row(item, lot, empty, -1)],
        "inventory_movement_lot_usable": [_row(item, held, place, -1), _row(item, expired, place, -1)],
        "inventory_movement_lot_as_tracked": [_row(item, None, place, -1), _row(loose, lot, place, -1)],
        "inventory_movement_lot_of_item": [_row(make_vaccine(), lot, place, -1)],
        "inventory_movement_sign_fits_kind": [
            _row(item, lot, place, 1),
            _row(item, lot, place, -1, "receive"),
        ],
        "inventory_movement_mirrors_original": [
            _row(item, lot, place, -2, "receive", received.pk),
            _row(item, lot, empty, -3, "receive", received.pk),
        ],
    }
    [connection] = raw_connections(1)
    for constraint, rows in wrong.items():
        for statement, values in rows:
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                connection.execute(statement, values)
            assert caught.value.diag.constraint_name == constraint
            connection.rollback()
    assert StockLevel.objects.get().on_hand == 3
