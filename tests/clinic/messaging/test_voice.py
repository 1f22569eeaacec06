"""Automated calls: placed once, believed by signature only, keys obeyed in whatever order they come."""

from datetime import timedelta

import pytest
from django.test import Client

from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.messaging.models import Attempt, ContactConsent, MessageTemplate, VoiceCall, VoiceStep
from clinic.messaging.queries.consent import may_contact
from clinic.messaging.rules.spoken import LONGEST_SECONDS, readings, seconds_to_say
from clinic.messaging.rules.states import State
from clinic.messaging.rules.texts import longest_example
from clinic.messaging.rules.voice import Outcome
from clinic.messaging.services import sending
from clinic.messaging.services.voice import answer_kept_call, ask_open_calls
from clinic.messaging.tasks import resolve_uncertain, send_due
from tests.factories.messaging import SYSTEM, consent, make_message, make_reachable, number_of
from tests.fakes.voice_provider import Handset, VoiceProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone_company(settings, noon):
    with VoiceProvider() as stub:
        settings.MESSAGE_GATEWAYS = {"voice": "twilio"}
        settings.TWILIO = stub.settings()
        yield stub


def make_call(patient=None, *, agreed=True, **fields):
    patient = patient or make_reachable()
    if agreed:
        consent(patient, number_of(patient), channel="voice", purpose="followup")
    values = {
        "channel": "voice",
        "purpose": "followup",
        "template_code": "follow_up_call",
        "variables": {"first_name": patient.first_name, "clinic": "Maple Street", "phone": "3 1 2, 5 5 5"},
    }
    return make_message(patient, **{**values, **fields})


def placed(phone_company, **fields):
    message = make_call(**fields)
    send_due()
    message.refresh_from_db()
    return message, Handset(phone_company.taken[-1])


def outcome(message) -> str:
    return VoiceCall.objects.get(message=message).outcome


class TestPlacing:
    def test_the_provider_learns_a_number_and_our_addresses_and_nothing_else(self, phone_company):
        message, _ = placed(phone_company)
        call = phone_company.taken[0]
        assert (call.to, call.message_id) == (message.address, str(message.pk))
        assert message.state == State.SENT
        assert message.gateway == "twilio_voice"
        assert "Maria" not in call.url + call.callback

    def test_a_messaging_service_can_t_call_and_a_number_for_calls_can(self, phone_company, settings):
        settings.TWILIO = {**settings.TWILIO, "FROM": "MG123"}
        message = make_call()
        send_due()
        message.refresh_from_db()
        assert (message.state, phone_company.taken) == (State.FAILED, [])
        assert message.error == "No number is set up that calls could come from."
        settings.TWILIO = {**settings.TWILIO, "VOICE_FROM": "+13125550177"}
        make_call()
        send_due()
        assert len(phone_company.taken) == 1

    def test_without_a_yes_to_automated_calls_nothing_leaves(self, phone_company):
        message = make_call(agreed=False)
        send_due()
        message.refresh_from_db()
        assert (message.state, phone_company.taken) == (State.VOID, [])
        assert message.void_reason == "No consent on file for this number."

    def test_who_wants_no_voicemail_is_not_called_by_a_machine(self, phone_company):
        patient = make_reachable(restrictions={"no_voicemail": True})
        make_call(patient)
        send_due()
        assert phone_company.taken == []

    @pytest.mark.parametrize("word", ["lose", "500_taken", "garbage", "slow"])
    def test_a_lost_answer_is_asked_about_and_never_a_second_call(self, phone_company, noon, word):
        phone_company.script.append(word)
        message = make_call()
        send_due()
        noon.shift(timedelta(minutes=2))
        for _ in range(3):
            resolve_uncertain()
            send_due()
        message.refresh_from_db()
        assert phone_company.accepted_ids() == {str(message.pk): 1}
        assert message.state == State.SENT
        assert message.gateway_ref == phone_company.taken[0].sid

    def test_a_call_that_never_arrived_is_placed_again(self, phone_company, noon):
        phone_company.script.append("lose_before")
        message = make_call()
        send_due()
        noon.shift(timedelta(minutes=2))
        resolve_uncertain()
        send_due()
        message.refresh_from_db()
        assert len(phone_company.taken) == 1
        assert message.state == State.SENT

    def test_killed_between_attempt_and_answer_there_is_one_call(self, phone_company, noon, monkeypatch):
        def dies(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(sending, "_record", dies)
        message = make_call()
        with pytest.raises(KeyboardInterrupt):
            send_due()
        monkeypatch.undo()
        assert Attempt.objects.get(message=message).outcome == ""
        noon.shift(timedelta(minutes=2))
        for _ in range(3):
            send_due()
            resolve_uncertain()
        message.refresh_from_db()
        assert phone_company.accepted_ids() == {str(message.pk): 1}
        assert message.state == State.SENT

    def test_the_status_callback_settles_a_doubt_too(self, phone_company):
        phone_company.script.append("lose")
        phone_company.is_deaf_to_questions = True
        message = make_call()
        send_due()
        message.refresh_from_db()
        assert message.state == State.UNCERTAIN
        assert Handset(phone_company.taken[0]).reports("ringing") == 204
        message.refresh_from_db()
        assert message.state == State.SENT


class TestSignature:
    def test_nothing_is_believed_without_it(self, phone_company):
        message, phone = placed(phone_company)
        for url in (phone.call.url, phone.call.callback):
            assert phone.post(url, token="another", CallStatus="completed").status_code == 403
            assert Client().post(url.removeprefix("http://testserver"), {"CallSid": "CA1"}).status_code == 403
        forged = phone.call.url.replace(str(message.pk), "0190c0de-0000-7000-8000-000000000000")
        assert phone.post(forged, AnsweredBy="human").status_code == 403
        assert not VoiceStep.objects.exists()

    def test_a_text_s_address_is_none_of_a_call(self, phone_company):
        from clinic.messaging.gateways.twilio.callbacks import status_callback_url

        message, phone = placed(phone_company)
        other = status_callback_url(message.pk).replace("/sms/status", "/voice/status")
        assert phone.post(other, CallStatus="completed").status_code == 403

    def test_only_a_post_with_a_call_s_id_is_answered(self, phone_company):
        _, phone = placed(phone_company)
        assert phone.client.get(phone.call.url).status_code == 405
        assert phone.post(phone.call.callback, CallStatus="").status_code == 400


class TestTree:
    def test_one_is_well(self, phone_company):
        message, phone = placed(phone_company)
        first = phone.picks_up()
        assert first.words.startswith("Hello, this is Maple Street with an automated call for Maria")
        assert "glad to hear it" in phone.presses("1").words
        assert phone.reports("completed") == 204
        assert outcome(message) == Outcome.WELL

    def test_two_wants_a_call(self, phone_company):
        message, phone = placed(phone_company)
        phone.picks_up()
        assert "will call you" in phone.presses("2").words
        assert outcome(message) == Outcome.CALL_ME

    def test_nine_opts_the_number_out_of_calls_and_texts_at_once(self, phone_company):
        patient = make_reachable()
        message, phone = placed(phone_company, patient=patient)
        waiting = make_call(patient, planned_at=now() + timedelta(hours=1))
        phone.picks_up()
        assert "no more automated calls" in phone.presses("9").words
        waiting.refresh_from_db()
        assert (outcome(message), waiting.state) == (Outcome.STOP, State.VOID)
        for channel in ("voice", "sms"):
            assert not may_contact(patient, channel, message.address, "followup").is_allowed
        assert set(ContactConsent.objects.filter(is_granted=False).values_list("how", "patient")) == {
            ("key", None)
        }

    def test_a_wrong_key_is_asked_once_more_and_then_let_go(self, phone_company):
        message, phone = placed(phone_company)
        phone.picks_up()
        again = phone.presses("7")
        assert again.action
        assert "press 1" in again.words
        last = phone.presses("#")
        assert last.action == ""
        phone.reports("completed")
        assert outcome(message) == Outcome.NO_KEY

    def test_a_machine_hears_who_called_and_the_number_and_no_more(self, phone_company):
        message, phone = placed(phone_company)
        words = phone.picks_up("machine_end_beep").words
        assert words.startswith("Hello Maria. This is Maple Street. Please call us when you can, at 3 1 2")
        assert "press" not in words
        phone.reports("completed")
        assert outcome(message) == Outcome.VOICEMAIL

    def test_spanish_is_spoken_in_spanish(self, phone_company):
        patient = make_reachable(language="es")
        _, phone = placed(phone_company, patient=patient)
        answer = phone.post(phone.call.url, CallStatus="in-progress", AnsweredBy="human")
        assert b'language="es-US"' in answer.content
        assert b"oprima 1" in answer.content

    def test_a_name_is_data_and_never_markup(self, phone_company):
        patient = make_reachable(first_name="<Hangup/>&")
        _, phone = placed(phone_company, patient=patient)
        assert "<Hangup/>&" in phone.picks_up().words

    def test_repeats_and_the_wrong_order_change_nothing(self, phone_company):
        message, phone = placed(phone_company)
        phone.picks_up()
        action = phone.action
        phone.reports("completed")
        for _ in range(3):
            phone.action = action
            phone.presses("2")
            phone.reports("ringing")
            phone.reports("completed")
            phone.picks_up()
        assert outcome(message) == Outcome.CALL_ME
        assert message.voice_steps.count() == 4
        message.refresh_from_db()
        assert message.state == State.DELIVERED

    def test_an_end_that_nobody_reported_is_asked_for(self, phone_company, noon):
        message, phone = placed(phone_company)
        phone_company.taken[0].status = "no-answer"
        assert ask_open_calls() == 0
        noon.shift(timedelta(minutes=11))
        assert ask_open_calls() == 1
        assert outcome(message) == Outcome.NO_ANSWER
        noon.shift(timedelta(minutes=11))
        assert ask_open_calls() == 0


class TestKeptInside:
    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ("1", Outcome.WELL),
            ("2", Outcome.CALL_ME),
            ("9", Outcome.STOP),
            ("nothing", Outcome.NO_KEY),
            ("voicemail", Outcome.VOICEMAIL),
            ("no-answer", Outcome.NO_ANSWER),
        ],
    )
    def test_the_demo_plays_the_patient(self, noon, answer, expected):
        message = make_call()
        send_due()
        answer_kept_call(by=SYSTEM, message=message, answer=answer)
        assert outcome(message) == expected
        with pytest.raises(Refused):
            answer_kept_call(by=SYSTEM, message=message, answer="1")

    def test_what_nobody_plays_was_not_answered(self, noon):
        message = make_call()
        send_due()
        noon.shift(timedelta(minutes=11))
        ask_open_calls()
        assert outcome(message) == Outcome.NO_ANSWER


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_whole_call_fits_a_minute_with_the_longest_names(language):
    rows = MessageTemplate.objects.filter(channel="voice", language=language)
    longest = {row.code: longest_example(row.body, public_url="", channel="voice") for row in rows}
    question, goodbye = longest["follow_up_call"], longest["call_goodbye"]
    times = readings(question, goodbye)
    assert times * seconds_to_say(question) + seconds_to_say(goodbye) <= LONGEST_SECONDS
    assert seconds_to_say(longest["follow_up_call_voicemail"]) <= LONGEST_SECONDS


def test_a_long_question_is_read_once_and_a_short_one_twice():
    assert (readings("word " * 100, "Bye."), readings("word " * 20, "Bye."), readings("", "")) == (1, 2, 1)
