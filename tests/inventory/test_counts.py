from decimal import Decimal

import pytest

from clinic.core.errors import ClinicError, Refused
from inventory import services
from inventory.models import Count, Movement
from inventory.queries import on_hand
from inventory.queries.counts import count_lines
from tests.factories.inventory import SYSTEM, make_item, make_place, stocked

pytestmark = pytest.mark.django_db


def test_a_blind_count_posts_the_differences_with_reasons():
    place = make_place()
    item, lot, _ = stocked(place=place, quantity=5)
    pads, _, _ = stocked(make_item(), place, quantity=40)
    count = services.start_count(by=SYSTEM, place=place)
    lines = {line.item_id: line for line in count_lines(count)}
    assert [line.expected for line in lines.values()] == [None, None]
    services.enter_count(
        by=SYSTEM, count=count, found={lines[item.pk].pk: Decimal(4), lines[pads.pk].pk: Decimal(40)}
    )
    [movement] = services.post_count(by=SYSTEM, count=count, reasons={lines[item.pk].pk: "Damaged"})
    assert (movement.kind, movement.quantity, movement.reason, movement.lot) == ("count", -1, "Damaged", lot)
    assert (on_hand(item), on_hand(pads)) == (4, 40)
    assert Count.objects.get().state == "posted"


def test_what_moves_between_counting_and_posting_stays_right():
    item, lot, place = stocked(quantity=10)
    count = services.start_count(by=SYSTEM, place=place)
    [line] = count_lines(count)
    services.enter_count(by=SYSTEM, count=count, found={line.pk: Decimal(9)})
    services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=3)
    services.post_count(by=SYSTEM, count=count, reasons={line.pk: "Cannot be found"})
    assert on_hand(item) == 6


def test_a_difference_needs_a_reason_and_nothing_moves_without_one():
    item, _, place = stocked(quantity=10)
    count = services.start_count(by=SYSTEM, place=place)
    [line] = count_lines(count)
    with pytest.raises(Refused, match="Enter what you found first"):
        services.post_count(by=SYSTEM, count=count, reasons={})
    services.enter_count(by=SYSTEM, count=count, found={line.pk: Decimal(9)})
    with pytest.raises(Refused, match="Give a reason"):
        services.post_count(by=SYSTEM, count=count, reasons={})
    assert on_hand(item) == 10
    assert Count.objects.get().state == "review"


def test_a_place_is_counted_once_at_a_time():
    _, _, place = stocked(quantity=1)
    services.start_count(by=SYSTEM, place=place)
    with pytest.raises(ClinicError, match="being counted already"):
        services.start_count(by=SYSTEM, place=place)
    assert Count.objects.count() == 1


def test_a_posted_count_is_closed_and_a_given_up_one_moves_nothing():
    item, _, place = stocked(quantity=1)
    services.record_count(by=SYSTEM, place=place, found={(item, Movement.objects.get().lot): Decimal(1)})
    posted = Count.objects.get()
    with pytest.raises(Refused, match="finished"):
        services.void_count(by=SYSTEM, count=posted)
    other = services.start_count(by=SYSTEM, place=place)
    services.void_count(by=SYSTEM, count=other)
    assert Movement.objects.count() == 1


def test_an_empty_place_has_nothing_to_count():
    with pytest.raises(Refused, match="nothing to count"):
        services.start_count(by=SYSTEM, place=make_place())
    assert not Count.objects.exists()
