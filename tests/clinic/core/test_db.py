"""Services: one transaction, the database's refusals in words, and forms that act once."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.core.actor import Actor
from clinic.core.db import register_constraint_message, service
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_keys
from clinic.core.models import ClinicProfile, Preference, Submission
from clinic.core.rates import allow
from clinic.core.submissions import once

DESK = Actor.outside("front desk")


@pytest.mark.django_db
def test_unique_violation_becomes_words_and_leaves_nothing():
    register_constraint_message("core_preference_once", "This preference exists.")
    member = "00000000-0000-0000-0000-000000000001"

    @service
    def twice():
        Preference.objects.create(member_id=member, name="theme", value="dark")
        Preference.objects.create(member_id=member, name="theme", value="light")

    with pytest.raises(Conflict, match="This preference exists."):
        twice()
    assert Preference.objects.count() == 0


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
                    do=lambda: (
                        Preference.objects.create(
                            member_id="00000000-0000-0000-0000-000000000001", name="n", value=1
                        ).pk
                    ),
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
    assert Preference.objects.count() == 1


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
