"""The provider's callbacks: believed by signature only, in any order, any number of times."""

from datetime import timedelta
from itertools import permutations
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from twilio.request_validator import RequestValidator

from clinic.core.time import now
from clinic.messaging.models import ContactConsent, DeliveryEvent, InboundMessage, Message
from clinic.messaging.rules.replies import Meaning
from clinic.messaging.rules.states import State
from clinic.messaging.tasks import resolve_uncertain, send_due
from tests.factories.messaging import consent, make_message, make_reachable, number_of
from tests.fakes.sms_provider import TOKEN

pytestmark = pytest.mark.django_db
PUBLIC = "http://testserver"


def signed_post(path, params, *, token=TOKEN, url=None):
    signature = RequestValidator(token).compute_signature((url or PUBLIC) + path, params)
    return Client().post(path, params, headers={"X-Twilio-Signature": signature})


def text(body, patient=None, *, sid="SMin1", sender="", **more):
    sender = sender or number_of(patient)
    return signed_post(
        reverse("hooks:sms-inbound"),
        {"MessageSid": sid, "From": sender, "To": "+13125550100", "Body": body, **more},
    )


def report(taken, status, **more):
    parts = urlsplit(taken.callback)
    return signed_post(
        f"{parts.path}?{parts.query}", {"MessageSid": taken.sid, "MessageStatus": status, **more}
    )


def sent_message(patient=None, **fields):
    message = make_message(patient, **fields)
    send_due()
    message.refresh_from_db()
    return message


class TestSignature:
    def test_unsigned_wrong_and_foreign_signatures_get_the_same_403(self, provider):
        path = reverse("hooks:sms-inbound")
        params = {"MessageSid": "SM1", "From": "+13125550199", "Body": "STOP"}
        answers = [
            Client().post(path, params),
            Client().post(path, params, headers={"X-Twilio-Signature": "nonsense"}),
            signed_post(path, params, token="another token"),
            signed_post(path, params, url="https://elsewhere.example"),
        ]
        assert [a.status_code for a in answers] == [403] * 4
        assert {a.content for a in answers} == {b""}
        assert InboundMessage.objects.count() == 0
        assert ContactConsent.objects.count() == 0

    def test_a_signature_covers_every_parameter(self, provider):
        path = reverse("hooks:sms-inbound")
        params = {"MessageSid": "SM1", "From": "+13125550199", "Body": "yes"}
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, params)
        tampered = Client().post(path, {**params, "Body": "STOP"}, headers={"X-Twilio-Signature": signature})
        assert tampered.status_code == 403

    def test_without_a_token_nothing_is_believed(self, provider, settings):
        settings.TWILIO = {**settings.TWILIO, "AUTH_TOKEN": ""}
        params = {"MessageSid": "SM1", "From": "+13125550199", "Body": "yes"}
        assert signed_post(reverse("hooks:sms-inbound"), params, token="").status_code == 403

    def test_a_callback_needs_our_own_signature_too(self, provider):
        sent_message()
        path = reverse("hooks:sms-status")
        params = {"MessageSid": provider.taken[0].sid, "MessageStatus": "failed"}
        assert signed_post(path, params).status_code == 403
        assert signed_post(f"{path}?m=0190c0de.forged", params).status_code == 403
        assert DeliveryEvent.objects.count() == 0

    def test_too_much_is_refused_and_only_post_is_answered(self, provider):
        path = reverse("hooks:sms-inbound")
        assert signed_post(path, {"Body": "x" * 70_000, "MessageSid": "SM1", "From": "+1"}).status_code == 413
        assert Client().get(path).status_code == 405
        assert InboundMessage.objects.count() == 0


class TestReports:
    @pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "queued"])))
    def test_any_order_ends_delivered(self, provider, order):
        message = sent_message()
        for status in order:
            assert report(provider.taken[0], status).status_code == 204
        message.refresh_from_db()
        assert message.state == State.DELIVERED

    def test_repeats_change_nothing(self, provider):
        message = sent_message()
        for _ in range(3):
            report(provider.taken[0], "delivered")
        assert message.events.count() == 1

    def test_a_late_failure_does_not_undo_a_delivery(self, provider):
        message = sent_message()
        report(provider.taken[0], "delivered")
        report(provider.taken[0], "failed", ErrorCode="30003")
        message.refresh_from_db()
        assert message.state == State.DELIVERED
        assert not message.is_staff_needed

    def test_a_failure_is_told_to_people_with_its_reason(self, provider):
        message = sent_message()
        report(provider.taken[0], "undelivered", ErrorCode="30005")
        message.refresh_from_db()
        assert message.state == State.FAILED
        assert message.error == "This number is not in service."
        assert message.is_staff_needed

    def test_a_callback_settles_a_doubt_before_anybody_asks(self, provider):
        provider.script.append("lose")
        message = sent_message()
        assert message.state == State.UNCERTAIN
        report(provider.taken[0], "sent")
        message.refresh_from_db()
        assert message.state == State.SENT
        assert message.gateway_ref == provider.taken[0].sid
        resolve_uncertain()
        send_due()
        assert len(provider.taken) == 1

    def test_a_very_late_callback_stops_the_second_try(self, provider, noon):
        """The provider denied having it, then reports that it went out after all."""
        provider.script.append("lose_before")
        message = sent_message()
        noon.shift(timedelta(seconds=90))
        resolve_uncertain()
        message.refresh_from_db()
        assert message.state == State.DUE
        from clinic.messaging.gateways.twilio.callbacks import status_callback_url

        parts = urlsplit(status_callback_url(str(message.pk)))
        assert "m" in parse_qs(parts.query)
        signed_post(f"{parts.path}?{parts.query}", {"MessageSid": "SMlate", "MessageStatus": "delivered"})
        send_due()
        message.refresh_from_db()
        assert message.state == State.DELIVERED
        assert provider.taken == []

    def test_the_address_carries_no_personal_data(self, provider):
        message = sent_message()
        callback = provider.taken[0].callback
        assert number_of(message.patient) not in callback
        assert message.patient.last_name not in callback


class TestTexts:
    def test_stop_opts_out_voids_the_queue_and_confirms_once(self, provider):
        patient = make_reachable()
        sent_message(patient)
        waiting = make_message(patient, planned_at=now() + timedelta(hours=3))
        text("Stop please", patient)
        waiting.refresh_from_db()
        assert waiting.state == State.VOID
        kept = ContactConsent.objects.filter(address=number_of(patient), is_granted=False)
        assert sorted(kept.values_list("channel", "purpose", "patient")) == [
            ("sms", "all", None),
            ("voice", "all", None),
        ]
        send_due()
        assert len(provider.taken) == 2
        assert "no more automated messages" in provider.taken[1].body
        text("STOP", patient, sid="SMin2")
        send_due()
        assert len(provider.taken) == 2
        make_message(patient)
        send_due()
        assert len(provider.taken) == 2

    def test_stop_works_even_when_its_receipt_can_not_be_written(self, provider, monkeypatch):
        from clinic.core.errors import Refused
        from clinic.messaging.services import replies

        def refuse(**kwargs):
            raise Refused("no wording")

        monkeypatch.setattr(replies, "plan_message", refuse)
        patient = make_reachable()
        sent_message(patient)
        assert text("STOP", patient).status_code == 200
        assert ContactConsent.objects.filter(address=number_of(patient), is_granted=False).count() == 2

    def test_a_repeated_webhook_acts_once(self, provider):
        patient = make_reachable()
        sent_message(patient)
        for _ in range(3):
            assert text("STOP", patient).status_code == 200
        assert InboundMessage.objects.count() == 1
        assert ContactConsent.objects.filter(is_granted=False).count() == 2

    def test_the_phone_company_may_have_confirmed_already(self, provider):
        patient = make_reachable()
        sent_message(patient)
        text("STOP", patient, OptOutType="STOP")
        send_due()
        assert len(provider.taken) == 1

    def test_stop_holds_for_everybody_who_shares_the_number(self, provider):
        mother = make_reachable()
        child = make_reachable(number=number_of(mother))
        sent_message(mother)
        text("no más", mother)
        message = make_message(child)
        send_due()
        message.refresh_from_db()
        assert message.state == State.VOID

    def test_a_quiet_stop_is_confirmed_at_once_even_at_night(self, provider, noon):
        patient = make_reachable()
        sent_message(patient)
        noon.shift(timedelta(hours=10))  # 10 PM
        text("STOP", patient)
        send_due()
        assert len(provider.taken) == 2

    def test_start_takes_it_back(self, provider, noon):
        patient = make_reachable()
        sent_message(patient)
        text("STOP", patient)
        noon.shift(timedelta(days=1))
        text("START", patient, sid="SMin2")
        message = make_message(patient)
        send_due()
        message.refresh_from_db()
        assert message.state == State.SENT

    def test_a_bare_cancel_is_asked_back_once_and_holds_the_rest(self, provider, noon):
        patient = make_reachable()
        sent_message(patient)
        text("cancel", patient)
        send_due()
        assert len(provider.taken) == 2
        assert "cancel what?" in provider.taken[1].body
        noon.shift(timedelta(days=1))
        waiting = make_message(patient)
        send_due()
        assert len(provider.taken) == 2
        waiting.refresh_from_db()
        assert waiting.state == State.HELD
        text("2", patient, sid="SMin2")
        noon.shift(timedelta(minutes=11))
        send_due()
        waiting.refresh_from_db()
        assert waiting.state == State.SENT

    def test_an_unclear_text_goes_to_a_person(self, provider):
        patient = make_reachable()
        message = sent_message(patient)
        text("can my husband come along?", patient)
        from clinic.messaging.tasks import settle_replies

        settle_replies()
        settle_replies()
        reply = InboundMessage.objects.get()
        assert reply.meaning == Meaning.UNCLEAR
        assert reply.needs_person
        assert (reply.patient, reply.message) == (patient, message)
        send_due()
        assert len(provider.taken) == 1

    def test_a_text_from_a_stranger_is_kept_for_a_person(self, provider):
        from clinic.messaging.tasks import settle_replies

        text("who is this", sender="+13125559999")
        settle_replies()
        reply = InboundMessage.objects.get()
        assert (reply.patient, reply.needs_person) == (None, True)

    def test_new_consent_at_the_desk_is_the_newest_word(self, provider, noon):
        patient = make_reachable()
        sent_message(patient)
        text("STOP", patient)
        noon.shift(timedelta(days=1))
        consent(patient, number_of(patient))
        message = make_message(patient)
        send_due()
        assert Message.objects.get(pk=message.pk).state == State.SENT
