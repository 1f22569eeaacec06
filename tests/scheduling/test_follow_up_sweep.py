"""What happens by itself: follow-ups after visits, automated calls, what they come to - each once."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import F

from billing.models import Charge
from billing.services import propose_charge
from clinic.core.models import FailedWork
from clinic.core.time import now
from clinic.inbox.models import PhoneCall
from clinic.messaging.models import Message
from clinic.messaging.rules.states import State as MessageState
from clinic.messaging.services.voice import answer_kept_call, ask_open_calls
from clinic.messaging.tasks import send_due
from scheduling.models import FollowUp, FollowUpAttempt, FollowUpRule
from scheduling.queries.follow_ups import figures, follow_ups_in
from scheduling.rules.follow_ups import State
from scheduling.services.follow_up_setup import save_follow_up_rule
from scheduling.tasks.follow_ups import plan_follow_ups, settle_follow_ups
from tests.factories.billing import make_fee
from tests.factories.follow_ups import SYSTEM, agreeing, at_noon, completed, make_follow_up
from tests.factories.messaging import consent, make_reachable, number_of
from tests.factories.scheduling import Clinic, at, make_location, make_patient, make_room, visit_type
from tests.support.statements import counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(at_noon(10), tick=False) as traveller:
        yield traveller


@pytest.fixture
def place(clock):
    return make_location()


def only() -> FollowUp:
    return FollowUp.objects.get()


def charged(clinic, fee, *, clock: str, code: str = "follow-up", room=None):
    """A completed visit in which something of the fee list was done."""
    visit = completed(clinic, make_reachable(), clock=clock, code=code, room=room)
    visit.refresh_from_db()
    propose_charge(by=SYSTEM, encounter=visit.encounter, code=fee.code)
    return visit


def planned(patient=None) -> FollowUp:
    """A follow-up by hand whose automated call is planned for tomorrow noon."""
    row = make_follow_up(patient or agreeing(), is_due=False)
    plan_follow_ups()
    row.refresh_from_db()
    return row


def play(row: FollowUp, answer: str) -> None:
    """The clock stands at the call; it leaves, the patient answers, the outcome is acted on."""
    send_due()
    message = Message.objects.filter(subject=f"follow-up:{row.pk}").order_by("-planned_at").first()
    answer_kept_call(by=SYSTEM, message=message, answer=answer)
    settle_follow_ups()
    row.refresh_from_db()


class TestDue:
    def test_a_completed_visit_of_a_type_with_a_rule_makes_one_due(self, clock):
        clock.move_to(at("9:00"))
        clinic = Clinic()
        visit = completed(clinic, make_reachable(), clock="9:30")
        for _ in range(3):
            plan_follow_ups()
        row = only()
        assert (row.appointment_id, row.provider_id) == (visit.pk, clinic.provider.pk)
        assert (row.opens_at, row.closes_at) == (now() + timedelta(hours=24), now() + timedelta(hours=72))
        assert (row.reason, row.state) == ("After a minor procedure", State.PLANNED)

    def test_other_visits_and_the_dead_are_left_alone(self, clock):
        clock.move_to(at("9:00"))
        clinic = Clinic()
        completed(clinic, make_reachable(), clock="9:30", code="follow-up")
        patient = make_reachable()
        completed(clinic, patient, clock="10:30", room=clinic.rooms[1])
        patient.deceased_on = now().date()
        patient.save()
        plan_follow_ups()
        assert FollowUp.objects.count() == 0

    def test_a_rule_switched_off_makes_nothing_due(self, clock):
        clock.move_to(at("9:00"))
        clinic = Clinic()
        rule = FollowUpRule.objects.get(code="after-procedure")
        save_follow_up_rule(by=SYSTEM, rule=rule, name=rule.name, visit_type=rule.visit_type, is_active=False)
        completed(clinic, make_reachable(), clock="9:30")
        plan_follow_ups()
        assert FollowUp.objects.count() == 0

    def test_what_was_charged_in_the_visit_makes_one_due_once(self, clock):
        clock.move_to(at("9:00"))
        clinic, fee = Clinic(), make_fee("LOC-312", words="Joint injection", kind="procedure")
        rule = FollowUpRule.objects.get(code="after-injection")
        save_follow_up_rule(by=SYSTEM, rule=rule, name=rule.name, procedure_codes=[fee.code])
        injected = charged(clinic, fee, clock="9:30")
        charged(clinic, make_fee("LOC-321", kind="procedure"), clock="10:30", room=clinic.rooms[1])
        taken_back = charged(clinic, fee, clock="11:00", room=make_room(clinic.location))
        Charge.objects.filter(appointment=taken_back).update(state="void", voided_at=now())
        for _ in range(3):
            plan_follow_ups()
        row = only()
        assert (row.appointment_id, row.rule.code) == (injected.pk, "after-injection")
        assert row.reason == "After a joint injection: Joint injection"

    def test_what_was_done_goes_before_the_type_and_one_visit_gets_one(self, clock):
        clock.move_to(at("9:00"))
        clinic, fee = Clinic(), make_fee("LOC-312", words="Joint injection", kind="procedure")
        rule = FollowUpRule.objects.get(code="after-injection")
        save_follow_up_rule(by=SYSTEM, rule=rule, name=rule.name, procedure_codes=[fee.code])
        charged(clinic, fee, clock="9:30", code="procedure")
        plan_follow_ups()
        plan_follow_ups()
        assert only().rule.code == "after-injection"

    def test_a_rule_reaches_back_to_no_visit_before_its_first_day(self, clock):
        """And a visit for which none held then is no failed work."""
        clock.move_to(at("9:00"))
        clinic = Clinic()
        completed(clinic, make_reachable(), clock="9:30", code="follow-up")
        clock.shift(timedelta(days=1))
        save_follow_up_rule(by=SYSTEM, name="After a visit", visit_type=visit_type("follow-up"))
        plan_follow_ups()
        assert (FollowUp.objects.count(), FailedWork.objects.count()) == (0, 0)

    def test_staff_call_who_did_not_agree_to_a_machine_once_it_is_due(self, place, clock):
        row = make_follow_up(make_reachable(), is_due=False)
        plan_follow_ups()
        row.refresh_from_db()
        assert (row.state, Message.objects.count()) == (State.PLANNED, 0)
        clock.shift(timedelta(hours=24))
        plan_follow_ups()
        assert list(follow_ups_in("now")) == [row]

    def test_who_has_no_number_is_in_the_queue_too(self, place, clock):
        row = make_follow_up(make_patient(), is_due=False)
        clock.shift(timedelta(hours=24))
        plan_follow_ups()
        assert list(follow_ups_in("now")) == [row]


class TestAutomatedCall:
    def test_it_is_planned_once_inside_window_and_hours(self, place):
        row = planned()
        for _ in range(3):
            plan_follow_ups()
        message = Message.objects.get()
        assert (row.state, row.next_at) == (State.CALLING, at_noon(11))
        assert (message.channel, message.purpose, message.planned_at) == ("voice", "followup", at_noon(11))
        assert message.not_after == at_noon(11) + timedelta(hours=3)
        assert "procedure" not in message.body.lower()

    def test_a_wording_that_can_t_be_filled_leaves_the_call_to_staff(self, place, clock):
        place.phone = ""
        place.save()
        row = planned()
        assert (row.state, Message.objects.count()) == (State.PLANNED, 0)
        clock.shift(timedelta(hours=24))
        plan_follow_ups()
        assert list(follow_ups_in("now")) == [row]
        assert FailedWork.objects.count() == 0

    def test_the_hours_are_the_patient_s_own(self, place):
        row = make_follow_up(agreeing(zone="Pacific/Honolulu"), is_due=False)
        FollowUp.objects.filter(pk=row.pk).update(opens_at=F("opens_at") - timedelta(hours=6))
        plan_follow_ups()
        # Six in the morning in Chicago is one in Honolulu: nine o'clock there is two in the afternoon.
        assert Message.objects.get().planned_at == at_noon(11) + timedelta(hours=2)

    @pytest.mark.parametrize(
        ("answer", "state", "outcome", "wanted"),
        [
            ("1", State.CLOSED, "well", False),
            ("2", State.QUEUE, "call_me", True),
            ("9", State.QUEUE, "stop", False),
            ("nothing", State.QUEUE, "no_key", False),
        ],
    )
    def test_what_a_key_does(self, place, clock, answer, state, outcome, wanted):
        row = planned()
        clock.move_to(at_noon(11))
        play(row, answer)
        settle_follow_ups()
        assert (row.state, row.last_outcome, row.is_call_wanted) == (state, outcome, wanted)
        attempt = FollowUpAttempt.objects.get()
        assert (attempt.kind, attempt.at, attempt.by_id) == ("automated", at_noon(11), None)
        assert (attempt.call.by_words, attempt.call.direction) == ("Automated call", "out")
        assert row.closed_by_label == ("the patient, by key" if answer == "1" else None)

    def test_who_asks_for_a_call_stands_on_top(self, place, clock):
        first = make_follow_up()
        row = planned()
        clock.move_to(at_noon(11))
        play(row, "2")
        assert list(follow_ups_in("now")) == [row, first]

    @pytest.mark.parametrize("answer", ["no-answer", "voicemail"])
    def test_not_reached_it_is_tried_another_day_and_time_and_then_by_staff(self, place, clock, answer):
        row = planned()
        clock.move_to(at_noon(11))
        play(row, answer)
        second = Message.objects.order_by("-planned_at").first()
        assert (row.state, row.counted, Message.objects.count()) == (State.CALLING, 1, 2)
        assert second.planned_at == at_noon(12) - timedelta(hours=1, minutes=45)  # a morning, the day after
        clock.move_to(second.planned_at)
        play(row, answer)
        # The last attempt of three is a person's.
        assert (row.state, row.counted, Message.objects.count()) == (State.QUEUE, 2, 2)
        assert row.next_at == at_noon(13) - timedelta(hours=1, minutes=45)

    def test_nobody_at_the_outbox_has_to_look_at_an_unanswered_call(self, place, clock):
        row = planned()
        clock.move_to(at_noon(11))
        play(row, "no-answer")
        message = row.attempts.get().message
        assert (message.state, message.is_staff_needed) == (MessageState.FAILED, False)

    def test_a_yes_taken_back_puts_it_into_staff_s_queue(self, place, clock):
        row = planned()
        consent(row.patient, number_of(row.patient), channel="voice", is_granted=False)
        clock.move_to(at_noon(11))
        send_due()
        settle_follow_ups()
        row.refresh_from_db()
        assert (row.state, row.counted, row.attempts.count()) == (State.QUEUE, 0, 0)

    def test_a_number_taken_off_the_file_is_not_called(self, place, clock):
        row = planned()
        row.patient.contacts.update(is_active=False)
        clock.move_to(at_noon(11))
        send_due()
        settle_follow_ups()
        assert Message.objects.get().void_reason == "The patient no longer has this number."
        row.refresh_from_db()
        assert row.state == State.QUEUE

    def test_a_key_that_comes_after_the_end_is_not_lost(self, place, clock):
        row = planned()
        clock.move_to(at_noon(11))
        play(row, "nothing")
        from clinic.messaging.services.voice import hear

        message = row.attempts.get().message
        hear(gateway="capture", message_id=message.pk, ref=message.gateway_ref, kind="key", value="2")
        for _ in range(2):
            settle_follow_ups()
        row.refresh_from_db()
        assert (row.is_call_wanted, row.state, row.attempts.count()) == (True, State.QUEUE, 1)

    def test_what_is_in_doubt_when_the_window_ends_goes_to_staff(self, place, clock):
        row = planned()
        Message.objects.update(state=MessageState.UNCERTAIN)
        clock.move_to(row.closes_at + timedelta(hours=4))
        settle_follow_ups()
        row.refresh_from_db()
        assert row.state == State.QUEUE

    def test_a_call_nobody_ends_counts_as_unanswered(self, place, clock):
        row = planned()
        clock.move_to(at_noon(11))
        send_due()
        clock.shift(timedelta(minutes=11))
        ask_open_calls()
        settle_follow_ups()
        row.refresh_from_db()
        assert (row.last_outcome, row.counted) == ("no_answer", 1)

    def test_the_chart_has_every_automated_call(self, place, clock):
        row = planned()
        clock.move_to(at_noon(11))
        play(row, "1")
        call = PhoneCall.objects.get(patient=row.patient)
        assert call.reason == "Automated follow-up call: As the provider asked"
        assert call.outcome_note == "Pressed 1: doing well"


def test_figures_count_what_opened_in_the_period(place, clock):
    from scheduling.services.follow_up_calls import record_follow_up_call
    from tests.factories.follow_ups import EMERGENCY, WELL, told
    from tests.factories.staff import actor_for, make_member

    by = actor_for(make_member("ma"))
    rows = [make_follow_up() for _ in range(4)]
    record_follow_up_call(by=by, follow_up=rows[0], told=told(rows[0]))
    record_follow_up_call(by=by, follow_up=rows[1], told=told(rows[1], "no_answer"))
    record_follow_up_call(
        by=by,
        follow_up=rows[2],
        told=told(rows[2], answers=WELL | {"bleeding": "does_not_stop"}, emergency=EMERGENCY),
    )
    day = (at_noon(10) - timedelta(hours=2), at_noon(10))
    with counted() as log:
        found = figures(day)
    assert len(log) == 1
    assert (found.due, found.attempted, found.reached, found.red_flags, found.escalated) == (4, 3, 2, 1, 1)
    later = figures((at_noon(10), at_noon(20)))
    assert (later.due, later.attempted) == (0, 0)
