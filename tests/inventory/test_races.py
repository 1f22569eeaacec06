"""Fifty at once want the last dose. Real connections, started together."""

import datetime as dt
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import psycopg
import pytest
from django.db import connections
from django.urls import reverse

from clinic.core.errors import ClinicError, Refused
from clinic.core.ids import uuid7
from clinic.staff.roles import Role
from inventory import services
from inventory.models import Lot, Movement
from inventory.queries import on_hand
from tests.factories.inventory import SYSTEM, make_place, stocked
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50


def together(count, act):
    """Run `act(number)` in so many threads, each with its own open connection; (result, seconds) of each."""
    start = threading.Barrier(count)

    def run(number):
        try:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT 1")
            start.wait(timeout=30)
            began = time.monotonic()
            try:
                result = act(number)
            except ClinicError as error:
                result = error
            return result, time.monotonic() - began
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def limit() -> float:
    """One second; on a machine that is busy with other work, as many times that as it is overloaded."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def deadlocks() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_fifty_people_use_the_last_dose_over_http_and_one_does():
    """The whole way of a request: session, permission, form, service, page."""
    item, lot, place = stocked(quantity=1)
    url = reverse("inventory:issue", args=[item.pk])
    browsers = [signed_in(make_member(Role.MA)) for _ in range(MANY)]
    before = deadlocks()
    answers = [
        answer
        for answer, _ in together(
            MANY,
            lambda number: browsers[number].post(
                url, {"form_key": str(uuid7()), "shelf": f"{lot.pk}:{place.pk}", "quantity": "1"}
            ),
        )
    ]
    assert Counter(answer.status_code for answer in answers) == {302: 1, 422: MANY - 1}
    words = ("There is not enough", "None of that is left", "Nothing usable stands on any shelf")
    assert all(
        any(word in answer.content.decode() for word in words)
        for answer in answers
        if answer.status_code == 422
    )
    assert Movement.objects.filter(kind="issue").count() == 1
    assert on_hand(item) == 0
    assert deadlocks() == before


def test_fifty_issues_of_the_last_dose_leave_one_movement():
    item, lot, place = stocked(quantity=1)
    before = deadlocks()
    answers = together(
        MANY,
        lambda number: services.issue_stock(
            by=SYSTEM, item=item, lot=lot, place=place, quantity=1, reference=f"test:{number}"
        ),
    )
    results = [result for result, _ in answers]
    assert sum(isinstance(result, Movement) for result in results) == 1
    losers = [result for result in results if not isinstance(result, Movement)]
    assert {type(loser) for loser in losers} == {Refused}
    assert {loser.message for loser in losers} == {
        f"There is not enough {item.name} lot {lot.number} in {place.name}: none left."
    }
    assert Movement.objects.filter(kind="issue").count() == 1
    assert on_hand(item) == 0
    assert deadlocks() == before
    assert max(seconds for _, seconds in answers) < limit()


def test_fifty_raw_connections_cannot_take_the_last_dose_twice(raw_connections):
    item, lot, place = stocked(quantity=1)
    opened = raw_connections(MANY)
    start = threading.Barrier(MANY)

    def take(connection):
        start.wait(timeout=30)
        try:
            connection.execute(
                "INSERT INTO inventory_movement (id, created_at, updated_at, item_id, lot_id, place_id, quantity, kind, "
                "reason, reference, act, at, on_day, by_label) VALUES (gen_random_uuid(), now(), now(), %s, %s, %s, "
                "-1, 'issue', '', '', gen_random_uuid(), now(), %s, 'raw')",
                [item.pk, lot.pk, place.pk, dt.date(2026, 11, 22)],
            )
            connection.commit()
            return "taken"
        except psycopg.Error as error:
            connection.rollback()
            return error.diag.constraint_name or error.sqlstate

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(take, opened))
    assert sorted(answers) == ["inventory_stocklevel_not_negative"] * (MANY - 1) + ["taken"]
    assert on_hand(item) == 0


def test_movements_across_two_lots_in_both_directions_never_deadlock():
    item, first, place = stocked(quantity=100)
    other = make_place()
    _, second, _ = stocked(item, place, quantity=100)

    def move(number):
        lot = (first, second)[number % 2]
        source, target = ((place, other), (other, place))[number // 2 % 2]
        return services.transfer_stock(
            by=SYSTEM, item=item, lot=lot, place=source, to_place=target, quantity=1
        )

    answers = [result for result, _ in together(20, move)]
    assert all(isinstance(answer, tuple | Refused) for answer in answers)
    assert on_hand(item) == 200


def test_a_quarantine_and_an_issue_at_once_never_leave_a_dose_of_a_held_lot_issued_afterwards():
    item, lot, place = stocked(quantity=20)

    def act(number):
        if number == 0:
            return services.quarantine_lot(by=SYSTEM, lot=Lot.objects.get(pk=lot.pk), reason="Fridge alarm")
        return services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)

    (places, _), *answers = together(20, act)
    issued = [result for result, _ in answers if isinstance(result, Movement)]
    # What the quarantine saw on the shelf is what is still there: nobody issued after it.
    assert on_hand(item) == 20 - len(issued) == sum(row.on_hand for row in places)


def test_one_reversal_of_many():
    item, lot, place = stocked(quantity=1)
    issued = services.issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
    answers = [
        result
        for result, _ in together(
            12, lambda _: services.reverse_movement(by=SYSTEM, movement=issued, reason="Not given")
        )
    ]
    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert on_hand(item) == 1


def test_two_people_put_one_new_lot_on_file_once():
    item, _, place = stocked(quantity=1)
    answers = [
        result
        for result, _ in together(
            8,
            lambda _: services.receive_stock(
                by=SYSTEM,
                item=item,
                place=place,
                packs=Decimal(1),
                lot_number="NEW1",
                expires_on=dt.date(2030, 1, 31),
            ),
        )
    ]
    assert all(isinstance(answer, Movement) for answer in answers)
    assert Lot.objects.filter(number="NEW1").count() == 1
    assert on_hand(item) == 81
