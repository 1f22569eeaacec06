"""The pages of messages: who may open them, what they show, what their buttons do."""

from datetime import timedelta
from itertools import count

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.time import now
from clinic.messaging.models import ContactConsent, InboundMessage, Message, MessageTemplate, SendSettings
from clinic.messaging.rules.states import State
from clinic.messaging.tasks import send_due
from clinic.staff.roles import Role
from tests.factories.messaging import make_message, make_reachable, number_of
from tests.factories.staff import make_member, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
_refs = count(1)


@pytest.fixture
def desk():
    return signed_in(make_member(Role.FRONT_DESK))


@pytest.fixture
def manager():
    return signed_in(make_member(Role.MANAGER))


def make_reply(patient, body="Can I come earlier?", **fields):
    values = {
        "gateway": "twilio", "ref": f"SM{next(_refs)}", "from_address": number_of(patient), "body": body,
        "received_at": now(), "patient": patient, "meaning": "unclear", "settled_at": now(), "needs_person": True,
    }  # fmt: skip
    return InboundMessage.objects.create(**{**values, **fields})


PAGES = ["messaging:outbox", "messaging:replies", "messaging:home"]
POLICY = [
    "messaging:templates",
    "messaging:send-settings",
    "scheduling:reminder-policy",
    "scheduling:reminder-policy-add",
]


@pytest.mark.parametrize("name", PAGES)
def test_the_desk_reads_messages_and_a_biller_does_not(desk, name):
    assert desk.get(reverse(name)).status_code == 200
    assert signed_in(make_member(Role.BILLER)).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", POLICY)
def test_only_those_who_set_the_policy_see_it(desk, manager, name):
    assert manager.get(reverse(name)).status_code == 200
    assert desk.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("tab", ["attention", "waiting", "left", "failed", "doubt", "void", "nonsense"])
def test_every_tab_opens_empty_and_full(desk, tab):
    url = reverse("messaging:outbox")
    assert desk.get(url, {"tab": tab}).status_code == 200
    for state in State:
        make_message(state=State.PLANNED)
        row = Message.objects.order_by("-created_at").first()
        Message.objects.filter(pk=row.pk).update(state=state, void_reason="x", left_at=now())
    assert desk.get(url, {"tab": tab}).status_code == 200


@pytest.mark.parametrize(("name", "tab"), [("messaging:outbox", "waiting"), ("messaging:replies", "")])
def test_lists_make_the_same_number_of_queries_with_one_and_three_rows(
    desk, django_assert_max_num_queries, name, tab
):
    def queries():
        desk.get(reverse(name), {"tab": tab})
        with django_assert_max_num_queries(60) as counted:
            assert desk.get(reverse(name), {"tab": tab}).status_code == 200
        return len(counted)

    make_message()
    make_reply(make_reachable())
    one = queries()
    for _ in range(2):
        make_message()
        make_reply(make_reachable())
    assert queries() == one


def test_send_now_works_at_night_where_nothing_leaves(noon):
    message = make_message(planned_at=now() + timedelta(hours=27), not_after=now() + timedelta(hours=40))
    noon.shift(timedelta(hours=10))  # 10 PM
    late_shift = signed_in(make_member(Role.FRONT_DESK))
    late_shift.post(reverse("messaging:message-hurry", args=[message.pk]))
    send_due()
    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert AuditEvent.objects.filter(action="message.hurried").count() == 1


def test_send_now_is_refused_where_it_really_leaves(desk, settings):
    settings.MESSAGE_GATEWAYS = {"sms": "twilio"}
    message = make_message(planned_at=now() + timedelta(hours=3))
    before = Message.objects.filter(pk=message.pk).values().get()
    desk.post(reverse("messaging:message-hurry", args=[message.pk]))
    assert Message.objects.filter(pk=message.pk).values().get() == before


def test_a_message_shows_what_the_patient_sees_and_leaves_a_trace(desk):
    message = make_message()
    page = desk.get(reverse("messaging:message", args=[message.pk]))
    assert message.body in page.content.decode()
    assert AuditEvent.objects.filter(action="chart.viewed", patient_id=message.patient_id).count() == 1


@pytest.mark.parametrize(
    ("name", "state", "after"),
    [
        ("messaging:message-retry", State.FAILED, State.DUE),
        ("messaging:message-retry", State.UNCERTAIN, State.DUE),
        ("messaging:message-leave", State.FAILED, State.VOID),
        ("messaging:message-leave", State.UNCERTAIN, State.VOID),
        ("messaging:message-arrived", State.UNCERTAIN, State.SENT),
        ("messaging:message-retry", State.DELIVERED, State.DELIVERED),
        ("messaging:message-arrived", State.FAILED, State.FAILED),
        ("messaging:message-leave", State.PLANNED, State.PLANNED),
    ],
)
def test_people_decide_about_failures_and_doubts_and_nothing_else(desk, name, state, after):
    message = make_message(state=state)
    Message.objects.filter(pk=message.pk).update(attempts=1, gateway="twilio")
    desk.post(reverse(name, args=[message.pk]))
    message.refresh_from_db()
    assert message.state == after


def test_buttons_answer_only_to_post_and_to_those_who_may_send(desk):
    message = make_message(state=State.FAILED)
    url = reverse("messaging:message-retry", args=[message.pk])
    assert desk.get(url).status_code == 405
    assert signed_in(make_member(Role.LEAD_MA)).post(url).status_code == 403
    message.refresh_from_db()
    assert message.state == State.FAILED


def test_calling_off_needs_a_reason(desk):
    message = make_message(planned_at=now() + timedelta(hours=1))
    url = reverse("messaging:message-call-off", args=[message.pk])
    assert desk.post(url, {"reason": ""}).status_code == 422
    message.refresh_from_db()
    assert message.state == State.PLANNED
    assert desk.post(url, {"reason": "The patient called"}).status_code == 302
    message.refresh_from_db()
    assert (message.state, message.void_reason) == (State.VOID, "The patient called")


def test_a_reply_is_handled_once(desk):
    reply = make_reply(make_reachable())
    url = reverse("messaging:reply-handle", args=[reply.pk])
    assert desk.post(url, {"outcome": "Called back, moved to Friday"}).status_code == 302
    reply.refresh_from_db()
    assert reply.outcome == "Called back, moved to Friday"
    assert desk.post(url, {"outcome": "again"}).status_code == 422
    reply.refresh_from_db()
    assert reply.outcome == "Called back, moved to Friday"


def test_markup_in_a_text_stays_text(desk):
    make_reply(make_reachable(), body="<script>alert(1)</script>")
    page = desk.get(reverse("messaging:replies")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_conversation_shows_both_sides_and_takes_consent(desk):
    patient = make_reachable(texts=False)
    make_reply(patient)
    url = reverse("messaging:patient", args=[patient.pk])
    page = desk.get(url).content.decode()
    assert "No consent on file for this number." in page
    assert "Can I come earlier?" in page
    record = reverse("messaging:consent-record", args=[patient.pk, 0])
    assert desk.post(record, {"is_granted": "yes", "purpose": "all", "how": "spoken"}).status_code == 302
    row = ContactConsent.objects.get()
    assert (row.address, row.is_granted, row.patient) == (number_of(patient), True, patient)
    assert desk.get(reverse("messaging:consent-record", args=[patient.pk, 7])).status_code == 404


def test_the_same_form_sent_twice_records_one_decision(desk):
    patient = make_reachable(texts=False)
    record = reverse("messaging:consent-record", args=[patient.pk, 0])
    sent = {"is_granted": "yes", "purpose": "all", "how": "spoken", "form_key": "k1"}
    desk.post(record, sent)
    desk.post(record, sent)
    assert ContactConsent.objects.count() == 1


class TestWording:
    @pytest.fixture
    def row(self):
        return MessageTemplate.objects.get(code="visit_reminder", channel="sms", language="en")

    def test_a_good_wording_is_a_new_version(self, manager, row):
        body = "{clinic}: {first_name}, visit {date} {time}. Call {phone}. STOP to opt out."
        response = manager.post(reverse("messaging:template-edit", args=[row.pk]), {"body": body})
        assert response.status_code == 302
        newest = MessageTemplate.objects.filter(code=row.code, channel="sms", language="en").latest("version")
        assert (newest.version, newest.body) == (2, body)
        row.refresh_from_db()
        assert row.body != body

    def test_a_telling_wording_is_refused_with_the_reason(self, manager, row):
        body = row.body.replace("your visit", "your dermatology visit")
        response = manager.post(reverse("messaging:template-edit", args=[row.pk]), {"body": body})
        assert response.status_code == 422
        assert "tells a specialty" in response.content.decode()
        assert MessageTemplate.objects.filter(code=row.code, channel="sms", language="en").count() == 1

    def test_the_preview_follows_the_typing(self, manager, row):
        url = reverse("messaging:template-preview", args=[row.pk])
        page = manager.post(url, {"body": "{clinic} {last_name}"}).content.decode()
        assert "{last_name} is not one of" in page
        assert MessageTemplate.objects.count() == 40

    def test_the_second_of_two_editors_is_told(self, manager, row):
        url = reverse("messaging:template-edit", args=[row.pk])
        body = "{clinic}: {first_name}, visit {date} {time}. Call {phone}. STOP to opt out."
        assert manager.post(url, {"body": body}).status_code == 302
        assert manager.post(url, {"body": body + " Bye."}).status_code == 409


class TestRules:
    def sent(self, **changes):
        values = {
            "window_opens": "10:00", "window_closes": "19:00", "per_day": "1", "per_week": "2", "is_stop_for_all": "on",
            "limited_purposes": ["reminder"], "consent_channels": ["sms", "voice"], "version": "1", "short_name": "",
        }  # fmt: skip
        return {**values, **changes}

    def test_they_are_data(self, manager):
        assert manager.post(reverse("messaging:send-settings"), self.sent()).status_code == 302
        row = SendSettings.objects.get()
        assert (row.window_opens.hour, row.per_week, row.version) == (10, 2, 2)

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"window_closes": "09:00"}, 422),
            ({"per_week": "0"}, 422),
            ({"version": "7"}, 409),
            ({"per_day": "3"}, 422),
        ],
    )
    def test_what_can_not_be_is_refused(self, manager, changes, status):
        before = SendSettings.objects.values().get()
        response = manager.post(reverse("messaging:send-settings"), self.sent(**changes))
        assert response.status_code == status
        assert SendSettings.objects.values().get() == before


def test_consent_can_not_be_rewritten():
    from django.db import DatabaseError, transaction

    make_reachable()
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactConsent.objects.update(is_granted=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactConsent.objects.all().delete()
    assert ContactConsent.objects.get().is_granted
