"""A follow-up call by staff: what each answer sets off, what is refused, and that nothing closes by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused
from clinic.core.time import now
from clinic.inbox.models import Alert, PhoneCall, Task
from clinic.inbox.services import acknowledge_alert
from clinic.messaging.models import Message
from clinic.messaging.queries.consent import may_contact
from clinic.staff.roles import Role
from records.models import ContactPoint
from scheduling.models import FollowUp, FollowUpAttempt, ReleasedWords
from scheduling.queries.follow_up_numbers import phones_of
from scheduling.queries.follow_ups import alerts_of, follow_ups_in
from scheduling.rules.follow_ups import State
from scheduling.services.follow_up_calls import Emergency, alert_provider_now, record_follow_up_call
from scheduling.services.follow_ups import decide_follow_up, plan_follow_up, release_words
from scheduling.services.letters import send_follow_up_letter
from tests.factories.follow_ups import EMERGENCY, WELL, at_noon, make_follow_up, no_flags, told
from tests.factories.messaging import make_reachable, number_of, phone
from tests.factories.scheduling import make_location
from tests.factories.staff import actor_for, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(at_noon(10), tick=False) as traveller:
        yield traveller


@pytest.fixture
def row(clock):
    make_location()
    return make_follow_up()


@pytest.fixture
def dana(db):
    return actor_for(make_member(Role.MA, first_name="Dana"))


@pytest.fixture
def shah(db):
    return actor_for(make_member(Role.PROVIDER, last_name="Shah"))


def call(by, row, result="reached", **fields):
    attempt = record_follow_up_call(by=by, follow_up=row, told=told(row, result, **fields))
    row.refresh_from_db()
    return attempt


def nothing_kept() -> bool:
    return not (FollowUpAttempt.objects.exists() or PhoneCall.objects.exists() or Task.objects.exists())


class TestReached:
    def test_doing_well_closes_it_with_the_caller_s_name(self, row, dana):
        attempt = call(dana, row)
        assert (row.state, row.closed_by_label, attempt.outcome) == (State.CLOSED, dana.label, "well")
        assert attempt.answers == WELL
        assert (attempt.call.direction, attempt.call.outcome) == ("out", "done")
        assert attempt.call.protocol == "After a procedure, version 1"
        assert Task.objects.count() == Alert.objects.count() == 0

    def test_a_concern_is_a_task_for_the_provider_today(self, row, dana):
        attempt = call(dana, row, answers=WELL | {"instructions": "questions"}, note="May I shower?")
        task = Task.objects.get()
        assert (task.pool, task.priority, task.due_at) == ("provider", "high", now() + timedelta(hours=2))
        assert (row.state, attempt.level, attempt.findings) == (
            State.PROVIDER,
            "concern",
            "Instructions: has questions",
        )
        assert attempt.call.task == task

    def test_the_provider_of_the_visit_gets_the_concern(self, clock, dana, shah):
        make_location()
        patient = make_reachable(primary_provider_id=shah.member_id)
        row = make_follow_up(patient)
        call(dana, row, answers=WELL | {"pain": "5"})
        assert Task.objects.get().owner_id == shah.member_id

    def test_clinical_answers_stay_out_of_the_phone_record(self, row, dana):
        attempt = call(dana, row, answers=WELL | {"pain": "5", "bleeding": "stopped"}, note="soaked once")
        told_of_call = f"{attempt.call.reason} {attempt.call.outcome_note} {attempt.call.task.detail}"
        assert "soaked" not in told_of_call
        assert "bleeding" not in told_of_call.lower()

    def test_who_wants_a_visit_is_given_to_the_front_desk(self, row, dana):
        call(dana, row, answers=WELL | {"next_visit": "wants_one"})
        assert Task.objects.get().pool == "front_desk"
        assert row.state == State.CLOSED

    @pytest.mark.parametrize("code", sorted(WELL))
    def test_every_question_is_asked(self, row, dana, code):
        with pytest.raises(Refused) as error:
            call(dana, row, answers={key: value for key, value in WELL.items() if key != code})
        assert error.value.field == code
        assert nothing_kept()

    def test_two_identifiers_come_first(self, row, dana):
        with pytest.raises(Refused) as error:
            call(dana, row, identifiers="none")
        assert error.value.field == "identifiers"
        assert nothing_kept()


class TestRedFlag:
    def red(self, by, row, **fields):
        values = {"answers": WELL | {"bleeding": "does_not_stop"}, "emergency": EMERGENCY}
        return call(by, row, **{**values, **fields})

    def test_it_alerts_the_providers_and_is_followed_up_the_same_day(self, row, dana):
        attempt = self.red(dana, row)
        alert = Alert.objects.get()
        assert (alert.severity, alert.pool, alert.owner_id) == ("danger", "provider", None)
        assert "Bleeding: does not stop" in alert.text
        loop = Task.objects.get()
        assert (loop.priority, loop.due_at) == ("urgent", now() + timedelta(hours=4))
        assert row.state == State.PROVIDER
        record = attempt.call
        assert (record.outcome, record.call_class, record.agreement) == ("emergency", "emergent", "agreed")
        assert (record.caller_location, record.words_used) == (
            EMERGENCY.location,
            EMERGENCY.words_used,
        )

    def test_the_provider_acknowledges_and_it_is_shown(self, row, dana, shah):
        self.red(dana, row)
        acknowledge_alert(by=shah, alert=Alert.objects.get(), action="Spoke with the ED")
        assert [alert.action for alert in alerts_of(row)] == ["Spoke with the ED"]

    def test_told_while_on_the_line_it_is_one_alert(self, row, dana):
        alert_provider_now(by=dana, follow_up=row)
        alert_provider_now(by=dana, follow_up=row)
        self.red(dana, row)
        assert Alert.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"outcome": ""}, "emergency_outcome"),
            ({"outcome": "done"}, "emergency_outcome"),
            ({"location": " "}, "location"),
            ({"words_used": ""}, "words_used"),
            ({"agreement": ""}, "agreement"),
        ],
    )
    def test_without_the_whole_emergency_script_nothing_is_saved(self, row, dana, change, field):
        with pytest.raises(Refused) as error:
            self.red(dana, row, emergency=Emergency(**{**EMERGENCY.__dict__, **change}))
        assert error.value.field == field
        assert nothing_kept()
        assert Alert.objects.count() == 0

    @pytest.mark.parametrize(
        "fields",
        [
            {"answers": WELL | {"pain": "9"}},
            {"answers": WELL | {"fever": "from_104"}},
            {"answers": WELL | {"fever": "unmeasured", "wound": "open_or_pus"}},
            {"answers": WELL, "flags": no_flags},
        ],
    )
    def test_each_red_answer_asks_for_it(self, row, dana, fields):
        if callable(fields.get("flags")):
            fields = fields | {"flags": no_flags(heart_lungs=True)}
        with pytest.raises(Refused) as error:
            call(dana, row, **fields)
        assert error.value.field == "emergency_outcome"

    def test_an_emergency_waits_for_no_identifier_and_no_other_question(self, row, dana):
        attempt = self.red(dana, row, identifiers="none", answers={"bleeding": "does_not_stop"})
        assert attempt.outcome == "red_flag"


class TestNotReached:
    def test_three_attempts_then_a_letter_then_the_provider(self, row, dana, shah, clock):
        for day, outcome in ((10, "no_answer"), (11, "left_message"), (12, "no_answer")):
            clock.move_to(at_noon(day))
            call(dana, row, outcome)
        assert (row.state, row.counted) == (State.LETTER, 3)
        with pytest.raises(Refused):
            call(dana, row, "no_answer")
        letter = send_follow_up_letter(by=dana, follow_up=row)
        row.refresh_from_db()
        assert (letter.kind, letter.letter.language, row.state) == ("letter", "en", State.PROVIDER)
        assert Task.objects.get().title == "Not reached by phone or letter: decide"
        decide_follow_up(by=shah, follow_up=row, decision="certified")
        row.refresh_from_db()
        assert send_follow_up_letter(by=dana, follow_up=row).kind == "certified"
        row.refresh_from_db()
        assert (row.state, row.closed_at) == (State.PROVIDER, None)

    def test_the_next_attempt_is_another_day_and_another_part_of_it(self, row, dana):
        call(dana, row, "no_answer")  # noon counts as afternoon
        assert row.next_at == at_noon(11) - timedelta(hours=1, minutes=45)
        assert list(follow_ups_in("now")) == []
        assert list(follow_ups_in("later")) == [row]

    def test_a_year_later_it_is_still_open(self, row, dana, clock):
        for day in (10, 11, 12):
            clock.move_to(at_noon(day))
            call(dana, row, "no_answer")
        clock.shift(timedelta(days=365))
        from scheduling.services import follow_up_sweep

        follow_up_sweep.plan_due()
        follow_up_sweep.settle_calls()
        row.refresh_from_db()
        assert (row.state, row.closed_at) == (State.LETTER, None)

    def test_a_wrong_number_goes_to_the_desk_and_is_not_called_again(self, row, dana):
        ContactPoint.objects.create(patient=row.patient, kind="home", value=phone(), rank=2)
        call(dana, row, "wrong_number")
        assert (Task.objects.get().pool, row.state) == ("front_desk", State.QUEUE)
        first, second = phones_of(row.patient)
        assert (first.is_callable, second.is_callable) == (False, True)
        # A stranger answers there: no reminder goes there any more either.
        reason = may_contact(row.patient, "sms", first.address, "reminder").reason
        assert reason == "This number or address does not work."
        with pytest.raises(Refused) as error:
            call(dana, row, "no_answer")
        assert error.value.field == "number"

    def test_only_the_number_that_the_patient_named_is_called(self, row, dana):
        other = phone()
        ContactPoint.objects.create(patient=row.patient, kind="work", value=other, rank=2)
        row.patient.restrictions = {"only_phone": other}
        row.patient.save()
        assert [(one.address, one.is_callable) for one in phones_of(row.patient)] == [
            (number_of(row.patient), False),
            (other, True),
        ]
        with pytest.raises(Refused) as error:
            call(dana, row, "no_answer")
        assert error.value.field == "number"
        call(dana, row, "no_answer", address=other)
        assert row.attempts.get().address == other

    def test_with_no_number_left_a_letter_is_due(self, row, dana):
        call(dana, row, "wrong_number")
        assert row.state == State.LETTER

    def test_who_wants_no_voicemail_gets_none(self, row, dana):
        row.patient.restrictions = {"no_voicemail": True}
        row.patient.save()
        with pytest.raises(Refused) as error:
            call(dana, row, "left_message")
        assert error.value.field == "result"
        assert nothing_kept()


class TestWords:
    def test_only_released_words_are_told_and_once(self, row, dana, shah):
        words = release_words(by=shah, follow_up=row, text="The biopsy is normal.", kind="result")
        with pytest.raises(Refused):
            call(dana, row, words=["0190c0de-0000-7000-8000-000000000000"])
        call(dana, row, words=[str(words.pk)])
        words.refresh_from_db()
        assert (words.told_by_id, row.state) == (dana.member_id, State.CLOSED)
        assert AuditEvent.objects.filter(action="follow_up.words_told").count() == 1

    def test_what_is_released_is_not_forgotten(self, row, dana, shah):
        release_words(by=shah, follow_up=row, text="The biopsy is normal.", kind="result")
        with pytest.raises(Refused) as error:
            call(dana, row)
        assert error.value.field == "words"
        call(dana, row, note="Wants to hear it from the doctor")
        assert row.state == State.CLOSED

    def test_the_provider_s_answer_comes_back_into_the_queue_and_ends_with_being_told(self, row, dana, shah):
        call(dana, row, answers=WELL | {"instructions": "questions"})
        decide_follow_up(by=shah, follow_up=row, decision="call_back", words="Yes, after two days.")
        row.refresh_from_db()
        assert (row.state, row.counted) == (State.QUEUE, 0)
        assert [line.words_to_tell for line in follow_ups_in("now")] == [True]
        with pytest.raises(Refused):
            call(dana, row, "told")
        attempt = call(dana, row, "told", words=[str(ReleasedWords.objects.get().pk)])
        assert (attempt.outcome, row.state) == ("well", State.CLOSED)

    def test_words_can_t_be_changed_and_told_only_once(self, row, shah):
        words = release_words(by=shah, follow_up=row, text="Normal.")
        for change in ({"text": "Abnormal."}, {"kind": "result"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                ReleasedWords.objects.filter(pk=words.pk).update(**change)


class TestDecisions:
    def test_an_end_needs_a_reason(self, row, shah):
        with pytest.raises(Refused) as error:
            decide_follow_up(by=shah, follow_up=row, decision="close")
        assert error.value.field == "note"
        decide_follow_up(by=shah, follow_up=row, decision="close", note="Seen in the ED, cared for there")
        row.refresh_from_db()
        assert (row.state, row.closed_by_label) == (State.CLOSED, shah.label)

    @pytest.mark.parametrize(
        "act",
        [
            lambda by, row: decide_follow_up(by=by, follow_up=row, decision="call_back"),
            lambda by, row: release_words(by=by, follow_up=row, text="x"),
            lambda by, row: call(by, row),
        ],
    )
    def test_what_is_closed_stays_closed(self, row, dana, act):
        call(dana, row)
        with pytest.raises(Conflict):
            act(dana, row)
        assert FollowUpAttempt.objects.count() == 1

    def test_the_same_one_is_not_put_on_the_list_twice(self, row, dana):
        again = {"by": dana, "patient": row.patient, "rule": row.rule, "source_key": "visit:1:x"}
        first = plan_follow_up(**again)
        assert plan_follow_up(**again).pk == first.pk
        assert FollowUp.objects.count() == 2


def test_an_attempt_can_t_be_rewritten(row, dana):
    attempt = call(dana, row, "no_answer")
    with pytest.raises(DatabaseError), transaction.atomic():
        FollowUpAttempt.objects.filter(pk=attempt.pk).update(outcome="well")
    with pytest.raises(DatabaseError), transaction.atomic():
        attempt.delete()


def test_a_person_s_call_takes_the_machine_s_out_of_the_queue(clock, dana):
    from scheduling.services import follow_up_sweep
    from tests.factories.follow_ups import agreeing

    make_location()
    row = make_follow_up(agreeing(), is_due=False)
    clock.shift(timedelta(hours=1))
    follow_up_sweep.plan_due()
    row.refresh_from_db()
    assert row.state == State.CALLING
    call(dana, row, "no_answer")
    assert Message.objects.get().state == "void"
    assert number_of(row.patient) == row.attempts.get().address
