"""Time kept for callers and series against bookings, over real connections: never two holds, never a lost answer."""

from collections import Counter
from datetime import time, timedelta

import pytest

from clinic.core.errors import Conflict
from clinic.core.ids import uuid7
from clinic.staff.roles import Role
from scheduling.models import Appointment, AppointmentSeries, ResourceHold, SoftHold
from scheduling.rules.recurrence import Every, Rule
from scheduling.services.booking import book_appointment
from scheduling.services.series import book_series, change_series
from scheduling.services.series_plan import Scope
from scheduling.services.soft_holds import keep_time
from tests.factories.scheduling import TUESDAY, Clinic, at, make_patient, make_provider, visit_type
from tests.factories.staff import actor_for, make_member
from tests.scheduling.test_races import deadlocks, race

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(7)
WEEKLY = Rule(Every.WEEK, 1, 4)


def overlaps() -> int:
    """Pairs of live holds of one resource that overlap, overbooks left out; the database refuses them, we count all the same."""
    rows = list(ResourceHold.objects.filter(is_live=True, is_overbook=False))
    return sum(
        a.resource_id == b.resource_id and a.during.lower < b.during.upper and b.during.lower < a.during.upper
        for i, a in enumerate(rows)
        for b in rows[:i]
    )


def keeper(clinic, clock="9:00"):
    by = actor_for(make_member(Role.FRONT_DESK))
    return lambda: keep_time(
        by=by, call=uuid7(), visit_type=visit_type(), location=clinic.location, starts_at=at(clock),
        provider=clinic.provider,
    )  # fmt: skip


def booker(clinic, clock="9:00", day=TUESDAY, **options):
    values = {
        "by": clinic.by, "patient": make_patient(), "visit_type": visit_type(), "starts_at": at(clock, day),
        "location": clinic.location, "provider": clinic.provider, **options,
    }  # fmt: skip
    return lambda: book_appointment(**values)


def test_twenty_keep_and_twenty_book_one_time_and_one_gets_it(early):
    clinic = Clinic()
    before = deadlocks()
    jobs = [job for _ in range(20) for job in (keeper(clinic), booker(clinic))]
    outcomes, errors, _ = race(jobs)
    assert outcomes == {"won": 1, "Conflict": 39}
    assert Appointment.objects.count() + SoftHold.objects.values("call").distinct().count() == 1
    assert deadlocks() == before
    assert all(error.message.endswith(".") for error in errors)


def test_the_keeper_books_while_others_try_and_always_wins(early):
    clinic = Clinic()
    by = actor_for(make_member(Role.FRONT_DESK, first_name="Dana"))
    keep_time(
        by=by, call=uuid7(), visit_type=visit_type(), location=clinic.location, starts_at=at("9:00"),
        provider=clinic.provider,
    )  # fmt: skip
    jobs = [booker(clinic, by=by)] + [booker(clinic) for _ in range(15)]
    outcomes, _, _ = race(jobs)
    assert outcomes == {"won": 1, "Conflict": 15}
    assert Appointment.objects.get().booked_by_id == by.member_id
    assert SoftHold.objects.count() == 0


def test_one_member_with_two_dialogs_keeps_one_time(early):
    clinic = Clinic()
    by = actor_for(make_member(Role.FRONT_DESK))
    call = {"by": by, "visit_type": visit_type(), "location": clinic.location, "provider": clinic.provider}
    jobs = [
        lambda clock=clock: keep_time(call=uuid7(), starts_at=at(clock), **call)
        for clock in ("8:00", "9:00", "10:00", "11:00")
    ]
    outcomes, _, _ = race(jobs)
    assert outcomes == {"won": 4}
    assert SoftHold.objects.values("call").distinct().count() == 1


def series(clinic, patient=None, **options):
    values = {
        "by": clinic.by, "patient": patient or make_patient(), "visit_type": visit_type(), "location": clinic.location,
        "rule": WEEKLY, "first_day": TUESDAY, "clock": time(9), "provider": clinic.provider, **options,
    }  # fmt: skip
    return lambda: book_series(**values)


def test_ten_series_over_the_same_weeks_leave_one_whole(early):
    clinic = Clinic()
    before = deadlocks()
    outcomes, errors, _ = race([series(clinic) for _ in range(10)])
    assert outcomes == {"won": 1, "Conflict": 9}
    assert Appointment.objects.count() == 4
    assert AppointmentSeries.objects.count() == 1
    assert deadlocks() == before
    for error in errors:
        assert [one.status for one in error.plan] == ["conflict"] * 4
        assert all(one.alternatives for one in error.plan)


def test_series_against_single_bookings_is_all_or_nothing(early):
    clinic = Clinic()
    second = make_provider(clinic.location)
    before = deadlocks()
    jobs = [series(clinic), series(clinic, provider=second), series(clinic, provider=None)]
    jobs += [booker(clinic, day=TUESDAY + n * WEEK) for n in range(4)]
    jobs += [booker(clinic, day=TUESDAY + n * WEEK, provider=second) for n in range(4)]
    jobs += [booker(clinic, day=TUESDAY + n * WEEK, provider=None) for n in range(4)]
    outcomes, errors, _ = race(jobs)
    assert set(outcomes) <= {"won", "Conflict"}
    assert sum(outcomes.values()) == len(jobs)
    assert len(errors) == outcomes["Conflict"]
    assert all(isinstance(error, Conflict) for error in errors)
    counts = Counter(Appointment.objects.exclude(series=None).values_list("series", flat=True))
    assert set(counts.values()) <= {4}
    assert len(counts) == AppointmentSeries.objects.count()
    # Two people, four weeks, one time: every place is taken once.
    assert Appointment.objects.count() == 8
    assert overlaps() == 0
    assert deadlocks() == before


def test_a_series_that_moves_meets_bookings_that_come(early):
    clinic = Clinic()
    made = series(clinic)()
    first = Appointment.objects.get(series=made, series_number=1)
    jobs = [lambda: change_series(by=clinic.by, appointment=first, scope=Scope.ALL, clock=time(10))]
    jobs += [booker(clinic, "10:00", TUESDAY + 2 * WEEK), keeper(clinic, "10:00")]
    before = deadlocks()
    outcomes, _, _ = race(jobs)
    assert sum(outcomes.values()) == 3
    assert set(outcomes) <= {"won", "Conflict"}
    hours = set(
        Appointment.objects.filter(series=made, state="scheduled").values_list("local_time__hour", flat=True)
    )
    assert hours in ({9}, {10})
    assert Appointment.objects.filter(series=made, state="scheduled").count() == 4
    assert overlaps() == 0
    assert deadlocks() == before
