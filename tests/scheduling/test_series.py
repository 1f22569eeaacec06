"""Series: expanded in wall time, booked all or nothing, changed and cancelled from one visit on or as a whole."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused, Stale
from clinic.messaging.models import Message
from records.models import ContactPoint
from scheduling.models import Appointment, AppointmentSeries, Closure, ResourceHold, SessionException
from scheduling.rules.recurrence import Every, Rule
from scheduling.services.booking import cancel_appointment, reschedule_appointment
from scheduling.services.contact import set_text_consent
from scheduling.services.series import SeriesConflict, book_series, cancel_series, change_series
from scheduling.services.series_plan import Answer, Scope, Status, plan_series
from tests.factories.scheduling import TUESDAY, at, make_patient, make_provider, make_session, visit_type

WEEK = timedelta(7)
WEEKLY = Rule(every=Every.WEEK, interval=1, count=4)


def wish(clinic, **options) -> dict:
    values = {
        "by": clinic.by, "patient": None, "visit_type": visit_type(), "location": clinic.location, "rule": WEEKLY,
        "first_day": TUESDAY, "clock": time(9), "provider": clinic.provider, "answers": {},
    }  # fmt: skip
    values.update(options)
    values["patient"] = values["patient"] or make_patient()
    return values


def booked(series) -> list[tuple[int, datetime]]:
    rows = Appointment.objects.filter(series=series, state="scheduled").order_by("starts_at")
    return list(rows.values_list("series_number", "starts_at"))


def nothing_changed() -> bool:
    return not (
        Appointment.objects.exists() or AppointmentSeries.objects.exists() or ResourceHold.objects.exists()
    )


def test_a_series_keeps_its_wall_time_over_the_change_of_clocks(clinic, early):
    early.move_to(datetime(2026, 3, 2, 12, tzinfo=UTC))
    series = book_series(**wish(clinic, first_day=date(2026, 3, 3), reason="allergy shots"))
    assert booked(series) == [
        (1, datetime(2026, 3, 3, 15, tzinfo=UTC)),
        (2, datetime(2026, 3, 10, 14, tzinfo=UTC)),
        (3, datetime(2026, 3, 17, 14, tzinfo=UTC)),
        (4, datetime(2026, 3, 24, 14, tzinfo=UTC)),
    ]
    assert set(Appointment.objects.values_list("local_time", "reason")) == {(time(9), "allergy shots")}
    assert AuditEvent.objects.filter(action="appointment.booked").count() == 4
    assert AuditEvent.objects.get(action="series.booked").detail["rule"] == "every week, 4 times"


def test_a_time_that_does_not_exist_moves_one_hour_on_and_the_plan_says_so(clinic, early):
    early.move_to(datetime(2026, 2, 27, 12, tzinfo=UTC))
    make_session(clinic.provider, clinic.location, "01:00", "05:00", weekday=6)
    plan = plan_series(
        **wish(clinic, first_day=date(2026, 3, 1), clock=time(2, 30), rule=Rule(Every.WEEK, 1, 2))
    )
    assert [(one.when, one.is_shifted) for one in plan] == [
        ("Sun, Mar 1, 2026, 2:30 AM", False), ("Sun, Mar 8, 2026, 3:30 AM", True),
    ]  # fmt: skip


def test_conflicts_are_all_listed_with_times_to_choose_and_nothing_is_saved(clinic):
    clinic.book("9:00", day=TUESDAY + WEEK)
    SessionException.objects.create(
        provider=clinic.provider,
        starts_at=at("8:00", TUESDAY + 2 * WEEK),
        ends_at=at("10:00", TUESDAY + 2 * WEEK),
    )
    before = Appointment.objects.count()
    with pytest.raises(SeriesConflict, match="2 days want another time") as error:
        book_series(**wish(clinic))
    assert Appointment.objects.count() == before
    assert not AppointmentSeries.objects.exists()
    plan = error.value.plan
    assert [one.status for one in plan] == [Status.FREE, Status.CONFLICT, Status.CONFLICT, Status.FREE]
    assert "is taken on Tue, Mar 17" in plan[1].words
    assert "away then" in plan[2].words
    assert [slot.clock for slot in plan[1].alternatives] == ["8:20 AM", "8:40 AM", "9:20 AM", "9:40 AM"]
    assert [slot.clock for slot in plan[2].alternatives] == ["10:00 AM", "10:20 AM", "10:40 AM", "11:00 AM"]


def test_answers_settle_conflicts_by_another_time_or_by_leaving_a_day_out(clinic):
    clinic.book("9:00", day=TUESDAY + WEEK)
    clinic.book("9:00", day=TUESDAY + 2 * WEEK)
    answers = {
        TUESDAY + WEEK: Answer(at("9:20", TUESDAY + WEEK), clinic.provider.pk),
        TUESDAY + 2 * WEEK: Answer(),
    }
    series = book_series(**wish(clinic, answers=answers))
    assert [(number, start) for number, start in booked(series)] == [
        (1, at("9:00")), (2, at("9:20", TUESDAY + WEEK)), (4, at("9:00", TUESDAY + 3 * WEEK)),
    ]  # fmt: skip
    assert series.left_out == [{"day": "2026-03-24", "why": "left out"}]


def test_an_answer_that_was_taken_meanwhile_is_a_conflict_again(clinic):
    clinic.book("9:00", day=TUESDAY + WEEK)
    clinic.book("9:20", day=TUESDAY + WEEK)
    answers = {TUESDAY + WEEK: Answer(at("9:20", TUESDAY + WEEK), clinic.provider.pk)}
    with pytest.raises(SeriesConflict) as error:
        book_series(**wish(clinic, answers=answers))
    assert [one.status for one in error.value.plan].count(Status.CONFLICT) == 1


def test_holidays_are_skipped_and_written_down(clinic):
    Closure.objects.create(location=clinic.location, day=TUESDAY + WEEK, reason="Clinic picnic")
    series = book_series(**wish(clinic))
    assert [number for number, _ in booked(series)] == [1, 3, 4]
    assert series.left_out == [{"day": "2026-03-17", "why": "closed: Clinic picnic"}]


def test_a_series_of_less_than_two_visits_is_refused(clinic):
    for week in (1, 2, 3):
        Closure.objects.create(location=clinic.location, day=TUESDAY + week * WEEK, reason="Moving")
    with pytest.raises(Refused, match="Fewer than two visits are left"):
        book_series(**wish(clinic))
    assert nothing_changed()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(Every.WEEK, 1), "Say either how many visits, or the last day"),
        (Rule(Every.WEEK, 0, 3), "after at least one day, week or month"),
        (Rule(Every.WEEK, 1, 61), "2 to 60 visits"),
        (Rule(Every.WEEK, 1, None, TUESDAY), "leaves no second visit"),
        (Rule(Every.DAY, 1, None, date(2027, 1, 1)), "more than 60 visits"),
    ],
)
def test_a_rule_without_a_sound_end_is_refused(clinic, rule, words):
    with pytest.raises(Refused, match=words):
        book_series(**wish(clinic, rule=rule))
    assert nothing_changed()


def test_a_series_is_confirmed_once_and_reminded_each_time(clinic):
    patient = make_patient()
    ContactPoint.objects.create(patient=patient, kind="mobile", value="+13125550142", is_preferred=True)
    set_text_consent(by=clinic.by, patient=patient, wants=True)
    series = book_series(**wish(clinic, patient=patient))
    messages = Message.objects.exclude(subject__startswith="consent")
    by_visit = {
        row.series_number: {one.purpose for one in messages.filter(subject=f"appointment:{row.pk}")}
        for row in Appointment.objects.filter(series=series)
    }
    assert by_visit == {
        1: {"confirmation", "reminder"}, 2: {"reminder"}, 3: {"reminder"}, 4: {"reminder"},
    }  # fmt: skip


def test_one_visit_is_moved_like_any_and_stays_in_the_series(clinic):
    series = book_series(**wish(clinic))
    second = Appointment.objects.get(series=series, series_number=2)
    reschedule_appointment(by=clinic.by, appointment=second, starts_at=at("10:00", TUESDAY + WEEK))
    assert booked(series)[1] == (2, at("10:00", TUESDAY + WEEK))


def test_this_and_later_take_a_new_wall_time(clinic):
    series = book_series(**wish(clinic))
    third = Appointment.objects.get(series=series, series_number=3)
    made = change_series(by=clinic.by, appointment=third, scope=Scope.LATER, clock=time(10, 30))
    assert len(made) == 2
    assert booked(series) == [
        (1, at("9:00")), (2, at("9:00", TUESDAY + WEEK)), (3, at("10:30", TUESDAY + 2 * WEEK)),
        (4, at("10:30", TUESDAY + 3 * WEEK)),
    ]  # fmt: skip
    assert ResourceHold.objects.filter(is_live=True, resource_kind="provider").count() == 4


def test_all_move_a_week_on_over_their_own_places(clinic):
    series = book_series(**wish(clinic))
    first = Appointment.objects.get(series=series, series_number=1)
    change_series(by=clinic.by, appointment=first, scope=Scope.ALL, shift_days=7)
    assert booked(series) == [(n, at("9:00", TUESDAY + n * WEEK)) for n in (1, 2, 3, 4)]


def test_a_change_lists_conflicts_and_leaves_everything_until_they_are_answered(clinic):
    series = book_series(**wish(clinic))
    clinic.book("10:30", day=TUESDAY + WEEK)
    Closure.objects.create(location=clinic.location, day=TUESDAY + 2 * WEEK, reason="Picnic")
    first = Appointment.objects.get(series=series, series_number=1)
    call = {"by": clinic.by, "appointment": first, "scope": Scope.ALL, "clock": time(10, 30)}
    with pytest.raises(SeriesConflict, match="2 days want another time") as error:
        change_series(**call)
    assert [start.minute for _, start in booked(series)] == [0, 0, 0, 0]
    plan = {one.number: one for one in error.value.plan}
    assert "closed that day (Picnic)" in plan[3].words
    assert plan[2].alternatives
    answers = {TUESDAY + WEEK: Answer(at("11:00", TUESDAY + WEEK)), TUESDAY + 2 * WEEK: Answer()}
    change_series(**call, answers=answers)
    assert booked(series) == [
        (1, at("10:30")), (2, at("11:00", TUESDAY + WEEK)), (3, at("9:00", TUESDAY + 2 * WEEK)),
        (4, at("10:30", TUESDAY + 3 * WEEK)),
    ]  # fmt: skip


def test_another_provider_takes_over(clinic):
    second = make_provider(clinic.location, last_name="Abel")
    series = book_series(**wish(clinic))
    first = Appointment.objects.get(series=series, series_number=1)
    change_series(by=clinic.by, appointment=first, scope=Scope.ALL, provider=second)
    assert set(Appointment.objects.filter(state="scheduled").values_list("provider", flat=True)) == {
        second.pk
    }
    series.refresh_from_db()
    assert series.provider_id == second.pk


def test_a_change_of_nothing_and_an_older_form_are_refused(clinic):
    series = book_series(**wish(clinic))
    first = Appointment.objects.get(series=series, series_number=1)
    with pytest.raises(Refused, match="That changes nothing"):
        change_series(by=clinic.by, appointment=first, scope=Scope.ALL, clock=time(9))
    with pytest.raises(Stale):
        change_series(
            by=clinic.by, appointment=first, scope=Scope.ALL, clock=time(10), version=first.version + 1
        )
    with pytest.raises(Refused, match="not part of a series"):
        change_series(by=clinic.by, appointment=clinic.book("11:00"), scope=Scope.ALL, clock=time(10))


@pytest.mark.parametrize(("scope", "left"), [(Scope.LATER, [1]), (Scope.ALL, [])])
def test_cancelling_from_one_visit_on_or_all(clinic, scope, left):
    series = book_series(**wish(clinic))
    second = Appointment.objects.get(series=series, series_number=2)
    gone = cancel_series(by=clinic.by, appointment=second, scope=scope, reason="patient_better")
    assert [number for number, _ in booked(series)] == left
    assert len(gone) == 4 - len(left)
    assert ResourceHold.objects.filter(is_live=True, resource_kind="provider").count() == len(left)
    assert AuditEvent.objects.get(action="series.cancelled").detail["visits"] == len(gone)


def test_what_has_begun_or_is_over_stays(clinic, early):
    series = book_series(**wish(clinic))
    second = Appointment.objects.get(series=series, series_number=2)
    cancel_appointment(by=clinic.by, appointment=second, reason="patient_conflict")
    early.move_to(at("12:00", TUESDAY + WEEK))
    third = Appointment.objects.get(series=series, series_number=3)
    change_series(by=clinic.by, appointment=third, scope=Scope.ALL, clock=time(10))
    assert booked(series) == [
        (1, at("9:00")), (3, at("10:00", TUESDAY + 2 * WEEK)), (4, at("10:00", TUESDAY + 3 * WEEK)),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [3, 12])
def test_looking_at_a_free_series_takes_the_same_statements_however_long(clinic, count):
    from tests.support.statements import counted

    call = wish(clinic, rule=Rule(Every.WEEK, 1, count))
    plan_series(**call)
    with counted() as log:
        assert {one.status for one in plan_series(**call)} == {Status.FREE}
    assert len(log) == 1
