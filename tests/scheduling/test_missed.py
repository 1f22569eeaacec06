"""Missed visits: listed once, called, written to, decided; and the triage of who is here."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from clinic.core.errors import NotAllowed, Refused
from clinic.inbox.models import Alert, Task
from clinic.inbox.queries.calls import script_in_force
from clinic.staff.roles import Role
from records.models import Medication, Result
from scheduling.models import ContactAttempt, MissedVisit, TriageAssessment
from scheduling.queries.booking import patient_line
from scheduling.queries.flow import flow_board
from scheduling.queries.letters import missed_letter
from scheduling.queries.missed import missed_line, missed_visits
from scheduling.queries.signatures import flow_signature
from scheduling.queries.triage import triage_queue
from scheduling.queries.visits import unconfirmed
from scheduling.services.attempts import log_attempt
from scheduling.services.booking import cancel_appointment
from scheduling.services.letters import mark_letter_sent
from scheduling.services.missed import decide_missed, follow_missed
from scheduling.services.outreach_settings import save_outreach_settings
from scheduling.services.triage import assess_triage
from scheduling.services.visits import undo_move
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import TUESDAY, Clinic, at, desk, make_patient
from tests.factories.staff import actor_for, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(at("9:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(db, clock):
    return Clinic()


def no_show(clinic, clock, patient=None, start: str = "9:20", day: date = TUESDAY):
    clock.move_to(at("8:00", day))
    visit = clinic.book(start, day=day, patient=patient or make_reachable())
    clock.move_to(at(start, day) + timedelta(minutes=15))
    return clinic.move(visit, "no_show")


def lines(clinic, view: str) -> list:
    return [missed_line(row) for row in missed_visits(clinic.location, view)]


def provider():
    return actor_for(make_member(Role.PROVIDER))


def test_a_no_show_is_listed_once_with_its_call_and_letter(clinic, clock):
    visit = no_show(clinic, clock)
    assert follow_missed() == 1
    assert follow_missed() == 0
    (line,) = lines(clinic, "calls")
    assert (line.appointment_id, line.number, line.letter, line.kind) == (visit.pk, 1, 1, "no_show")
    assert [row.id for row in lines(clinic, "letters")] == [line.id]
    assert lines(clinic, "decisions") == []


def test_an_undone_no_show_leaves_nothing(clinic, clock):
    visit = no_show(clinic, clock)
    follow_missed()
    undo_move(by=clinic.by, appointment=visit)
    follow_missed()
    assert not MissedVisit.objects.exists()


def test_the_call_of_the_same_day(clinic, clock):
    visit = no_show(clinic, clock)
    follow_missed()
    log_attempt(by=clinic.by, appointment=visit, outcome="no_answer")
    (line,) = lines(clinic, "calls")
    assert (line.tries, line.last_try, line.last_by) == (1, "No answer", clinic.by.label)
    with pytest.raises(Refused):
        log_attempt(by=clinic.by, appointment=visit, outcome="confirmed")
    log_attempt(by=clinic.by, appointment=visit, outcome="booked")
    assert lines(clinic, "calls") == []
    assert lines(clinic, "all")[0].call_open is False


def test_late_cancellations_and_who_left_are_called_too(clinic, clock):
    cancel_appointment(by=clinic.by, appointment=clinic.book("9:40"), reason="patient_transport")
    cancel_appointment(
        by=clinic.by, appointment=clinic.book("9:40", day=TUESDAY + timedelta(7)), reason="patient_cost"
    )
    # The clinic's own late cancellation is nobody's fault.
    cancel_appointment(by=clinic.by, appointment=clinic.book("11:00"), reason="provider")
    clinic.move(clinic.book("10:00"), "arrived", "left")
    assert follow_missed() == 2
    assert {line.kind for line in lines(clinic, "calls")} == {"late_cancel", "left"}
    # Who came and left gets no letter.
    assert [(line.kind, line.letter) for line in lines(clinic, "letters")] == [("late_cancel", 1)]


def late_cancel(clinic, clock, patient, day: date, start: str = "10:00"):
    clock.move_to(at("8:00", day))
    visit = clinic.book(start, day=day, patient=patient)
    return cancel_appointment(by=clinic.by, appointment=visit, reason="patient_conflict")


def test_no_shows_and_late_cancellations_count_together(clinic, clock):
    patient = make_reachable(first_name="Ana", last_name="Soto")
    no_show(clinic, clock, patient)
    late_cancel(clinic, clock, patient, TUESDAY + timedelta(weeks=1))
    follow_missed()
    row = MissedVisit.objects.select_related("patient", "appointment__location").get(kind="late_cancel")
    letter = missed_letter(row, TUESDAY)
    assert row.number == 2
    assert letter.heading == "Your missed visits"
    assert "missed or cancelled at short notice, most recently on 03/17/2026" in letter.body
    late_cancel(clinic, clock, patient, TUESDAY + timedelta(weeks=2))
    follow_missed()
    clock.shift(timedelta(minutes=10))
    follow_missed()
    assert Task.objects.get().title == "Decide after 3 missed visits"
    (line,) = lines(clinic, "decisions")
    decide_missed(by=provider(), missed=MissedVisit.objects.get(pk=line.id), decision="call_first")
    assert lines(clinic, "decisions") == []


def test_a_clinic_may_leave_late_cancellations_out(clinic, clock):
    save_outreach_settings(by=clinic.by, version=1, are_late_cancels_counted=False)
    patient = make_reachable()
    late_cancel(clinic, clock, patient, TUESDAY)
    follow_missed()
    no_show(clinic, clock, patient, day=TUESDAY + timedelta(weeks=1))
    follow_missed()
    assert dict(MissedVisit.objects.values_list("kind", "number")) == {"late_cancel": 0, "no_show": 1}
    assert [line.kind for line in lines(clinic, "letters")] == ["no_show"]


def test_letters_after_one_and_two_and_the_provider_after_three(clinic, clock):
    patient = make_reachable()
    for weeks, letters in ((0, [1]), (1, [1, 2]), (2, [1, 2])):
        no_show(clinic, clock, patient, day=TUESDAY + timedelta(weeks=weeks))
        follow_missed()
        assert sorted(line.letter for line in lines(clinic, "letters")) == letters
    assert not Task.objects.exists()
    clock.shift(timedelta(minutes=10))
    follow_missed()
    follow_missed()
    task = Task.objects.get()
    assert (task.title, task.owner_id) == ("Decide after 3 missed visits", clinic.provider.pk)
    (line,) = lines(clinic, "decisions")
    row = MissedVisit.objects.get(pk=line.id)
    with pytest.raises(NotAllowed):
        decide_missed(by=desk(), missed=row, decision="keep")
    with pytest.raises(Refused, match="No letter follows"):
        mark_letter_sent(by=clinic.by, missed=row)
    assert patient_line(patient).decision == ""
    decide_missed(by=provider(), missed=row, decision="same_day")
    # Whoever books the next visit sees it, for as long as missed visits count.
    assert patient_line(patient).decision == "Same-day visits only"
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "Same-day visits only")
    with pytest.raises(Refused, match="decided already"):
        decide_missed(by=provider(), missed=row, decision="keep")
    assert lines(clinic, "decisions") == []
    clock.shift(timedelta(days=366))
    assert patient_line(patient).decision == ""


def test_no_shows_older_than_the_counted_months_do_not_count(clinic, clock):
    patient = make_reachable()
    no_show(clinic, clock, patient, day=TUESDAY)
    no_show(clinic, clock, patient, day=TUESDAY + timedelta(weeks=52))  # one year and a day short of it
    follow_missed()
    assert MissedVisit.objects.latest("missed_at").number == 2
    no_show(clinic, clock, patient, day=TUESDAY + timedelta(weeks=106))
    follow_missed()
    assert MissedVisit.objects.latest("missed_at").number == 1


def test_a_letter_says_when_and_nothing_about_why(clinic, clock):
    patient = make_reachable(first_name="Ana", last_name="Soto", language="es")
    visit = no_show(clinic, clock, patient)
    follow_missed()
    row = MissedVisit.objects.select_related("patient", "appointment__location").get()
    letter = missed_letter(row, TUESDAY)
    assert letter.heading == "Le esperábamos"
    assert "Ana Soto" in letter.body
    assert "03/10/2026" in letter.body
    assert visit.visit_type.name not in letter.body
    assert "{" not in letter.body
    mark_letter_sent(by=clinic.by, missed=row)
    with pytest.raises(Refused, match="sent already"):
        mark_letter_sent(by=clinic.by, missed=row)
    assert ContactAttempt.objects.get().way == "letter"
    assert lines(clinic, "letters") == []


@pytest.mark.parametrize("risk", ["result", "infant", "anticoagulant", ""])
def test_a_high_risk_patient_raises_an_urgent_task_once(clinic, clock, risk):
    patient = make_reachable(**({"birth_date": date(2025, 9, 1)} if risk == "infant" else {}))
    if risk == "result":
        Result.objects.create(
            patient=patient, name="Potassium", flag="HH", observed_at=at("9:00"), recorded_at=at("9:00")
        )
    if risk == "anticoagulant":
        Medication.objects.create(patient=patient, name="Apixaban 5 mg", recorded_at=at("9:00"))
    no_show(clinic, clock, patient)
    follow_missed()
    assert MissedVisit.objects.get().risks == ([risk] if risk else [])
    assert not Task.objects.exists()  # the move may still be undone
    clock.shift(timedelta(minutes=10))
    follow_missed()
    follow_missed()
    tasks = list(Task.objects.values_list("priority", "owner_id"))
    assert tasks == ([("urgent", clinic.provider.pk)] if risk else [])


def test_attempts_cannot_be_rewritten(clinic, clock):
    visit = clinic.book("11:00")
    row = log_attempt(by=clinic.by, appointment=visit, outcome="left_message")
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactAttempt.objects.filter(pk=row.pk).update(outcome="confirmed")
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_tomorrow_s_list_shows_the_last_call_and_confirms(clinic):
    day = TUESDAY + timedelta(days=7)
    visit = clinic.book("10:00", day=day)
    log_attempt(by=clinic.by, appointment=visit, outcome="no_answer")
    log_attempt(by=clinic.by, appointment=visit, outcome="other_time", note="after four")
    (row,) = unconfirmed(clinic.location, day)
    assert (row.last_try, row.tries) == ("Wants another time", 2)
    log_attempt(by=clinic.by, appointment=visit, outcome="confirmed")
    assert unconfirmed(clinic.location, day) == []
    visit.refresh_from_db()
    assert visit.confirmed_at is not None


def test_the_queue_by_flag_level_and_arrival(clinic, clock):
    visits = [
        clinic.move(clinic.book(start, patient=make_patient()), "arrived")
        for start in ("9:00", "9:20", "9:40", "10:00")
    ]
    first, second, third, fourth = visits
    assert [line.id for line in triage_queue(clinic.location).lines] == [row.pk for row in visits]
    ma = actor_for(make_member(Role.MA))
    assess_triage(by=ma, appointment=first, level=4)
    assess_triage(by=ma, appointment=second, level=3)
    assess_triage(by=ma, appointment=fourth, level=5, red_flags=[script_in_force().groups[0]["code"]])
    queue = triage_queue(clinic.location)
    assert [line.id for line in queue.lines] == [fourth.pk, third.pk, second.pk, first.pk]
    assert queue.not_assessed == 1
    assert Alert.objects.get().kind == "triage"
    assess_triage(by=ma, appointment=first, level=1, note="grey, sweating")
    queue = triage_queue(clinic.location)
    assert [line.id for line in queue.lines][:2] == [fourth.pk, first.pk]
    assert (queue.lines[1].note, queue.lines[1].see_within) == ("grey, sweating", 0)
    assert Alert.objects.count() == 2
    assert TriageAssessment.objects.filter(appointment=first).count() == 2


def test_triage_refuses_what_makes_no_sense(clinic):
    waiting = clinic.move(clinic.book("9:00"), "arrived")
    ma = actor_for(make_member(Role.MA))
    with pytest.raises(Refused, match="level"):
        assess_triage(by=ma, appointment=waiting, level=7)
    with pytest.raises(Refused, match="red flag"):
        assess_triage(by=ma, appointment=waiting, level=3, red_flags=["dragons"])
    with pytest.raises(Refused, match="who wait"):
        assess_triage(by=ma, appointment=clinic.book("10:00"), level=3)
    assert not TriageAssessment.objects.exists()


def test_the_flow_board_calls_the_more_urgent_first_and_notices_an_assessment(clinic):
    first = clinic.move(clinic.book("9:00", patient=make_patient()), "arrived")
    second = clinic.move(clinic.book("9:20", patient=make_patient()), "arrived")
    before = flow_signature(clinic.location.pk)
    assert [row.id for row in flow_board(clinic.location).waiting] == [first.pk, second.pk]
    assess_triage(by=actor_for(make_member(Role.MA)), appointment=second, level=2)
    board = flow_board(clinic.location)
    assert [row.id for row in board.waiting] == [second.pk, first.pk]
    assert (board.waiting[0].is_next, board.waiting[0].flags) == (True, ("Triage 2",))
    assert flow_signature(clinic.location.pk) != before
