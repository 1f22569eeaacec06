"""Services: one transaction, the database's refusals in words, and forms that act once."""

import threading
from contextlib import nullcontext

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.core.actor import Actor
from clinic.core.db import attempt, counts, insert_together, register_constraint_message, service
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_keys
from clinic.core.models import ClinicProfile, Heartbeat, RateWindow, Submission
from clinic.core.rates import allow
from clinic.core.submissions import once
from clinic.core.time import now
from scheduling.models import Location, Room

DESK = Actor.outside("front desk")


@pytest.mark.django_db
def test_unique_violation_becomes_words_and_leaves_nothing():
    register_constraint_message("core_ratewindow_key", "This window exists.")

    @service
    def twice():
        RateWindow.objects.create(key="k", window_no=1, seconds=60, used=1)
        RateWindow.objects.create(key="k", window_no=1, seconds=60, used=2)

    with pytest.raises(Conflict, match="This window exists."):
        twice()
    assert RateWindow.objects.count() == 0


@pytest.mark.django_db
def test_unknown_violation_is_not_hidden():
    @service
    def impossible():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO core_heartbeat (name, at) VALUES ('x', NULL)")

    with pytest.raises(IntegrityError):
        impossible()


@pytest.mark.django_db
def test_lock_keys_needs_a_transaction(django_db_blocker):
    with transaction.atomic():
        lock_keys("b", "a", "a")


@pytest.mark.django_db
def test_once_returns_the_first_result():
    made = []

    def act():
        made.append(1)
        return f"receipt-{len(made)}"

    assert once(by=DESK, verb="pay", form_key="k1", do=act) == ("receipt-1", False)
    assert once(by=DESK, verb="pay", form_key="k1", do=act) == ("receipt-1", True)
    assert once(by=DESK, verb="refund", form_key="k1", do=act) == ("receipt-2", False)
    assert once(by=Actor.outside("other"), verb="pay", form_key="k1", do=act) == ("receipt-3", False)


@pytest.mark.django_db
def test_once_forgets_a_refused_form():
    def refuse():
        raise Refused("No.")

    with pytest.raises(Refused):
        once(by=DESK, verb="pay", form_key="k1", do=refuse)
    assert Submission.objects.count() == 0
    assert once(by=DESK, verb="pay", form_key="k1", do=lambda: "ok") == ("ok", False)


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_of_one_form_act_once():
    results, barrier = [], threading.Barrier(20)

    def submit():
        barrier.wait()
        try:
            results.append(
                once(
                    by=DESK,
                    verb="pay",
                    form_key="k1",
                    do=lambda: RateWindow.objects.create(key="k", window_no=1, seconds=60, used=1).pk,
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 20
    assert sum(not repeated for _, repeated in results) == 1
    assert len({value for value, _ in results}) == 1
    assert RateWindow.objects.count() == 1


@pytest.mark.django_db
def test_rate_limit_counts_in_the_database(time_machine):
    time_machine.move_to("2026-03-03 15:00:00+00:00", tick=False)
    assert [allow("sign-in:x", limit=3, seconds=60) for _ in range(4)] == [True, True, True, False]
    assert allow("sign-in:y", limit=3, seconds=60) is True
    time_machine.shift(60)
    assert allow("sign-in:x", limit=3, seconds=60) is True


@pytest.mark.django_db
def test_there_is_one_clinic():
    ClinicProfile.objects.create(name="A", zone="America/Chicago")
    with pytest.raises(IntegrityError), transaction.atomic():
        ClinicProfile.objects.create(name="B", zone="America/Chicago")


@pytest.mark.django_db
def test_a_result_known_beforehand_is_what_a_repeat_gets():
    acts = []
    first = once(by=DESK, verb="act", form_key="k", do=lambda: acts.append(1), known="row 7")
    again = once(by=DESK, verb="act", form_key="k", do=lambda: acts.append(2), known="row 8")
    assert (first, again, acts) == (("row 7", False), ("row 7", True), [1])


@pytest.mark.django_db
def test_one_service_inside_another_costs_no_savepoint(django_assert_num_queries):
    @service
    def inner():
        RateWindow.objects.create(key="inner", window_no=1, seconds=60, used=1)

    @service
    def outer():
        inner()
        RateWindow.objects.create(key="outer", window_no=1, seconds=60, used=1)

    with django_assert_num_queries(
        4
    ):  # two rows, and the savepoint that the test's transaction makes of the outer
        outer()


@pytest.mark.django_db
def test_what_fails_inside_takes_the_whole_with_it_unless_it_was_an_attempt():
    @service
    def inner():
        RateWindow.objects.create(key="inner", window_no=1, seconds=60, used=1)
        raise Refused("no")

    @service
    def goes_on_after(guard):
        RateWindow.objects.create(key="outer", window_no=1, seconds=60, used=1)
        with pytest.raises(Refused), guard():
            inner()
        RateWindow.objects.create(key="after", window_no=1, seconds=60, used=1)

    with pytest.raises(transaction.TransactionManagementError):
        goes_on_after(nullcontext)
    assert RateWindow.objects.count() == 0
    goes_on_after(attempt)
    assert sorted(RateWindow.objects.values_list("key", flat=True)) == ["after", "outer"]


@pytest.mark.django_db
def test_rows_that_belong_together_go_in_one_statement(django_assert_num_queries):
    place = Location(name="Maple Street", zone="America/Chicago")
    rooms = [Room(location=place, name=f"Exam {n}", label=str(n)) for n in (1, 2)]
    beat = Heartbeat(name="beat", at=now())
    with django_assert_num_queries(1):
        insert_together(rooms[0], beat, place, rooms[1])
    assert [room.name for room in Room.objects.filter(location__name="Maple Street")] == ["Exam 1", "Exam 2"]
    assert Heartbeat.objects.get().at == beat.at
    with django_assert_num_queries(0):
        insert_together()


@pytest.mark.django_db
def test_one_bad_row_leaves_none_of_them():
    place = Location(name="Maple Street", zone="America/Chicago")
    twins = [Room(location=place, name="Exam 1", label="1") for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together(place, *twins)
    assert (Location.objects.count(), Room.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_many_counts_are_one_statement(django_assert_num_queries):
    for number in (1, 2):
        RateWindow.objects.create(key="k", window_no=number, seconds=60, used=number)
    with django_assert_num_queries(1):
        found = counts(
            all=RateWindow.objects.order_by("key"),
            some=RateWindow.objects.filter(used=2),
            none=Submission.objects.filter(actor="nobody"),
        )
    assert found == {"all": 2, "some": 1, "none": 0}
