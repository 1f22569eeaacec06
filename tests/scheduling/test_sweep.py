"""Forgotten visits come onto a list, once, and stay what they are."""

from datetime import timedelta

from clinic.inbox.models import Task
from scheduling.models import Appointment
from scheduling.tasks.visits import sweep_visits
from tests.factories.scheduling import TUESDAY, at


def test_open_visits_of_yesterday_are_listed_once_and_never_marked(clinic, early):
    came = clinic.move(clinic.book("9:00"), "arrived")
    never = clinic.book("9:20")
    clinic.move(clinic.book("9:40"), "arrived", "checkout", "completed")
    early.move_to(at("23:50"))
    sweep_visits()
    assert Task.objects.count() == 0
    early.move_to(at("0:10", TUESDAY + timedelta(1)))
    sweep_visits()
    sweep_visits()
    found = dict(Task.objects.values_list("source_key", "detail"))
    assert found == {
        f"visit-open:{came.pk}": "Established follow-up: was never checked out. Complete it, or mark a no-show.",
        f"visit-open:{never.pk}": (
            "Established follow-up: was never checked in or marked. Complete it, or mark a no-show."
        ),
    }
    assert list(Appointment.objects.order_by("starts_at").values_list("state", flat=True)) == [
        "arrived",
        "scheduled",
        "completed",
    ]
