"""The last good backup on the manager's page, and in /readyz."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.backup.models import BackupRun
from clinic.backup.queries import backup_problem, backup_state
from clinic.backup.services.runs import record_failed, record_good
from clinic.core.actor import Actor
from clinic.core.time import now
from clinic.staff.roles import Role
from tests.factories.scheduling import EARLY, Clinic
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db
BY = Actor.system("tests.backup")


@pytest.fixture
def today(time_machine, settings):
    time_machine.move_to(EARLY, tick=False)
    settings.BACKUP_DIR = "/srv/backups"
    Clinic()
    manager = signed_in(make_member(Role.MANAGER))
    return lambda: manager.get(reverse("desk:manager")).content.decode()


def good(age: timedelta, size: int = 3_400_000) -> BackupRun:
    return record_good(
        by=BY,
        how="nightly",
        began_at=now() - age,
        folder="/srv/backups/x",
        size=size,
        rows=9,
        key_id="0" * 16,
    )


def test_a_fresh_backup_is_shown_and_asks_for_nothing(today):
    good(timedelta(hours=7))
    text = today()
    assert "Last good backup" in text
    assert "7 hours ago" in text
    assert "3.4 MB, encrypted and read back" in text
    assert "The last good backup is" not in text
    assert backup_problem() == ""


def test_an_old_one_is_raised_first_with_the_reason(today):
    good(timedelta(hours=27))
    record_failed(
        by=BY, how="nightly", began_at=now() - timedelta(hours=3), folder="/srv/backups", error="Full."
    )
    assert "The last good backup is 27 hours old. The last try failed: Full." in today()


@pytest.mark.parametrize(("hours", "is_raised"), [(26, False), (26.1, True)])
def test_twenty_six_hours_is_the_limit(today, hours, is_raised):
    good(timedelta(hours=hours))
    assert bool(backup_problem()) is is_raised


def test_a_good_one_after_a_failure_is_good(today):
    record_failed(
        by=BY, how="nightly", began_at=now() - timedelta(hours=3), folder="/srv/backups", error="Full."
    )
    good(timedelta(hours=2))
    assert backup_problem() == ""


def test_none_at_all_is_raised(today):
    text = today()
    assert "No good backup has been made yet. See that worker and beat run." in text


def test_without_a_folder_the_manager_is_told_what_to_do(today, settings):
    settings.BACKUP_DIR = ""
    text = today()
    assert "No nightly backup is set up: give the server a folder (BACKUP_DIR) and a key (BACKUP_KEY)" in text
    assert "Last good backup" not in text


def test_the_state_takes_two_looks(today, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        backup_state()
    good(timedelta(hours=30))
    good(timedelta(hours=31))
    with django_assert_max_num_queries(2):
        backup_state()


def test_the_record_cannot_be_changed(today):
    from django.db import DatabaseError, transaction

    run = good(timedelta(hours=1))
    for act in (lambda: BackupRun.objects.update(outcome="failed"), run.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
