"""A text that needs a person: its task, one press, and what that does to the visit, the text and the patient."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.inbox.models import Task
from clinic.inbox.services import act_on_text, complete_task, keep_text_tasks
from clinic.messaging.models import ContactConsent, InboundMessage, Message
from clinic.messaging.queries.answers import suggestions
from clinic.messaging.rules.states import State
from clinic.messaging.services.answers import write_to_patient
from clinic.messaging.services.replies import receive_text
from clinic.messaging.tasks import send_due, settle_replies
from clinic.staff.models import PermissionException
from clinic.staff.roles import Role
from tests.factories.messaging import consent, make_reachable, number_of
from tests.factories.scheduling import at
from tests.factories.staff import make_member, signed_in
from tests.scheduling.test_reminders import clinic, friday  # noqa: F401 - fixtures
from tests.support.statements import counted

pytestmark = pytest.mark.django_db
SWEEP = Actor.system("inbox.keep_text_tasks")


def told(patient, body, ref="SM1") -> InboundMessage:
    receive_text(
        gateway="twilio", ref=ref, from_address=number_of(patient), to_address="+13125550100", body=body,
        received_at=now(),
    )  # fmt: skip
    settle_replies()
    return InboundMessage.objects.get(ref=ref)


@pytest.fixture
def visit(clinic):  # noqa: F811
    made = clinic.book("10:00", patient=make_reachable())
    send_due()
    return made


def offered(reply) -> list[str]:
    return [one.value for one in suggestions(reply, may_change_visits=True)]


def test_one_press_confirms_and_tells_the_patient(clinic, visit):  # noqa: F811
    reply = told(visit.patient, "We will be there")
    keep_text_tasks(by=SWEEP)
    act_on_text(by=clinic.by, reply=reply, act="confirm", reference=f"appointment:{visit.pk}")
    visit.refresh_from_db()
    reply.refresh_from_db()
    assert visit.state == "confirmed"
    assert (reply.outcome, reply.handled_by_id) == ("Visit confirmed.", clinic.by.member_id)
    assert "is confirmed" in Message.objects.get(purpose="receipt").body
    assert Message.objects.get(answer="confirmed").purpose == "confirmation"
    assert Task.objects.get().state == "done"


def test_one_press_cancels_the_visit(clinic, visit):  # noqa: F811
    reply = told(visit.patient, "no puedo ir")
    act_on_text(by=clinic.by, reply=reply, act="cancel", reference=f"appointment:{visit.pk}")
    visit.refresh_from_db()
    assert visit.state == "cancelled"
    assert Message.objects.filter(purpose="reminder").exclude(state=State.VOID).count() == 0


@pytest.mark.parametrize(
    ("act", "words", "outcome"),
    [
        ("late", "thank you for telling us", "Thanked for telling that they are late."),
        ("call", "Please call us", "Asked to call."),
        ("noted", "we have noted it", "Told that it is noted."),
    ],
)
def test_an_answer_leaves_at_once_and_counts_nothing(clinic, visit, act, words, outcome):  # noqa: F811
    reply = told(visit.patient, "hm")
    act_on_text(by=clinic.by, reply=reply, act=act)
    send_due()
    answer = Message.objects.get(purpose="answer")
    assert answer.state == State.DELIVERED
    assert words in answer.body
    reply.refresh_from_db()
    assert reply.outcome == outcome


def test_opting_out_by_hand_is_what_stop_does(clinic, visit):  # noqa: F811
    reply = told(visit.patient, "why do you keep writing, leave me")
    act_on_text(by=clinic.by, reply=reply, act="stop")
    assert ContactConsent.objects.filter(is_granted=False, how="text").count() == 2
    assert Message.objects.filter(purpose="reminder").exclude(state=State.VOID).count() == 0
    send_due()
    assert Message.objects.get(purpose="receipt").state == State.DELIVERED
    with pytest.raises(Refused, match="Opted out"):
        write_to_patient(by=clinic.by, patient=visit.patient, address=number_of(visit.patient), text="Hello")


def test_each_visit_that_could_be_meant_has_its_own_press(clinic, visit):  # noqa: F811
    child = make_reachable(number=number_of(visit.patient))
    other = clinic.book("11:00", patient=child)
    send_due()
    reply = told(visit.patient, "yes")
    assert reply.outcome == "Several visits could be meant."
    both = {f"confirm|appointment:{one.pk}" for one in (visit, other)}
    assert both <= set(offered(reply))
    labels = [one.words for one in suggestions(reply, may_change_visits=True) if one.act == "confirm"]
    assert labels == ["Confirm the visit: Tue, Mar 10 11:00 AM", "Confirm the visit: Tue, Mar 10 10:00 AM"]
    act_on_text(by=clinic.by, reply=reply, act="confirm", reference=f"appointment:{other.pk}")
    visit.refresh_from_db()
    other.refresh_from_db()
    assert (visit.state, other.state) == ("scheduled", "confirmed")


def test_a_visit_it_can_not_be_about_and_a_second_press_are_refused(clinic, visit):  # noqa: F811
    stranger = clinic.book("11:00", patient=make_reachable())
    reply = told(visit.patient, "ok see you")
    for act, reference in (("confirm", f"appointment:{stranger.pk}"), ("confirm", ""), ("dance", "")):
        with pytest.raises(Refused):
            act_on_text(by=clinic.by, reply=reply, act=act, reference=reference)
    act_on_text(by=clinic.by, reply=reply, act="noted")
    with pytest.raises(Refused, match="already handled"):
        act_on_text(by=clinic.by, reply=reply, act="late")
    assert Message.objects.filter(purpose="answer").count() == 1
    stranger.refresh_from_db()
    assert stranger.state == "scheduled"


class TestTasks:
    def test_a_text_becomes_one_task_with_its_suggestion(self, clinic, visit):  # noqa: F811
        told(visit.patient, "Running 10 min late")
        assert keep_text_tasks(by=SWEEP) == 1
        assert keep_text_tasks(by=SWEEP) == 0
        task = Task.objects.get()
        assert task.title == "Text to answer. Suggested: thank them for telling that they are late"
        assert (task.pool, task.patient_id, task.priority) == ("front_desk", visit.patient_id, "normal")

    def test_what_sounds_like_health_is_pressing(self, clinic, visit):  # noqa: F811
        told(visit.patient, "my chest hurts")
        keep_text_tasks(by=SWEEP)
        task = Task.objects.get()
        assert (task.priority, task.due_at) == ("high", now() + timedelta(hours=2))

    def test_a_task_closed_in_the_inbox_handles_the_text(self, clinic, visit):  # noqa: F811
        reply = told(visit.patient, "hm")
        keep_text_tasks(by=SWEEP)
        complete_task(by=clinic.by, task=Task.objects.get(), outcome="Called back")
        assert keep_text_tasks(by=SWEEP) == 1
        reply.refresh_from_db()
        assert (reply.outcome, reply.handled_by_id) == ("Called back", clinic.by.member_id)

    def test_what_the_program_settled_is_no_task(self, clinic, visit):  # noqa: F811
        told(visit.patient, "C")
        assert keep_text_tasks(by=SWEEP) == 0
        assert Task.objects.count() == 0


class TestWriting:
    def write(self, clinic, patient, text, **more):  # noqa: F811
        return write_to_patient(by=clinic.by, patient=patient, address=number_of(patient), text=text, **more)

    def test_own_words_carry_the_practice_s_name_and_wait_for_the_window(self, clinic, friday):  # noqa: F811
        friday.move_to(at("22:00"))
        message = self.write(clinic, make_reachable(), "We found your umbrella – it is at the desk.")
        assert message.body.endswith(": We found your umbrella - it is at the desk.")
        assert message.planned_at == at("9:00") + timedelta(days=1)
        assert message.template is None

    def test_who_has_just_written_is_answered_at_night(self, clinic, friday, visit):  # noqa: F811
        friday.move_to(at("22:00"))
        told(visit.patient, "what is your address?")
        message = self.write(clinic, visit.patient, "14 Maple Street")
        send_due()
        message.refresh_from_db()
        assert message.state == State.DELIVERED

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Your lab results are in", "tells why they come"),
            ("You owe a balance", "tells money"),
            ("Hello {first_name}", "no variables"),
            ("x" * 400, "Too long"),
            ("", "Write the message"),
        ],
    )
    def test_what_may_not_be_said_is_refused_and_nothing_is_planned(self, clinic, text, words):  # noqa: F811
        with pytest.raises(Refused, match=words):
            self.write(clinic, make_reachable(), text)
        assert Message.objects.count() == 0

    def test_without_consent_only_who_wrote_lately_is_answered(self, clinic, friday):  # noqa: F811
        patient = make_reachable(texts=False)
        with pytest.raises(Refused, match="No consent on file"):
            self.write(clinic, patient, "Hello")
        told(patient, "do you have parking?")
        assert self.write(clinic, patient, "Yes, behind the house.").state == State.PLANNED
        friday.shift(timedelta(days=8))
        with pytest.raises(Refused, match="No consent on file"):
            self.write(clinic, patient, "Hello again")

    def test_an_opt_out_between_writing_and_leaving_keeps_it_inside(self, clinic, friday):  # noqa: F811
        patient = make_reachable()
        message = self.write(clinic, patient, "Hello")
        Message.objects.filter(pk=message.pk).update(state=State.PLANNED)
        consent(patient, number_of(patient), is_granted=False)
        Message.objects.filter(pk=message.pk).update(state=State.DUE, void_reason="")
        send_due()
        message.refresh_from_db()
        assert (message.state, message.void_reason) == (State.VOID, "Opted out.")


class TestPages:
    @pytest.fixture
    def desk(self):
        return signed_in(make_member(Role.FRONT_DESK))

    def test_the_dialog_offers_acts_and_one_press_does_it(self, desk, visit):
        reply = told(visit.patient, "We will be there")
        page = desk.get(reverse("messaging:reply-handle", args=[reply.pk])).content.decode()
        assert page.index("Confirm the visit") < page.index("Say that it is noted")
        url = reverse("messaging:reply-act", args=[reply.pk])
        answer = desk.post(url, {"act": f"confirm|appointment:{visit.pk}"})
        assert answer.status_code == 302
        visit.refresh_from_db()
        assert visit.state == "confirmed"
        assert AuditEvent.objects.filter(action="reply.handled").count() == 1

    def test_who_may_not_cancel_visits_is_not_offered_it(self, visit):
        member = make_member(Role.FRONT_DESK)
        PermissionException.objects.create(
            member=member, permission="appointment_cancel", effect="revoke", reason="x"
        )
        client, reply = signed_in(member), told(visit.patient, "no puedo ir")
        page = client.get(reverse("messaging:reply-handle", args=[reply.pk])).content.decode()
        assert "Cancel the visit" not in page
        client.post(
            reverse("messaging:reply-act", args=[reply.pk]), {"act": f"cancel|appointment:{visit.pk}"}
        )
        visit.refresh_from_db()
        assert visit.state == "scheduled"

    def test_own_words_from_the_dialog(self, desk, visit):
        reply = told(visit.patient, "where are you?")
        url = reverse("messaging:reply-answer", args=[reply.pk])
        assert desk.post(url, {"text": "Your lab results"}).status_code == 422
        assert desk.post(url, {"text": "14 Maple Street"}).status_code == 302
        reply.refresh_from_db()
        assert reply.outcome == "Answered."
        assert Message.objects.get(purpose="answer").body.endswith(": 14 Maple Street")

    def test_writing_from_the_conversation(self, desk, visit):
        url = reverse("messaging:patient-write", args=[visit.patient_id])
        number = number_of(visit.patient)
        assert desk.post(url, {"address": number, "code": "", "text": ""}).status_code == 422
        assert desk.post(url, {"address": "+13125550000", "text": "Hi"}).status_code == 422
        sent = {"address": number, "code": "answer_call", "form_key": "k"}
        assert desk.post(url, sent).status_code == 302
        desk.post(url, sent)
        assert Message.objects.filter(purpose="answer").count() == 1
        page = desk.get(reverse("messaging:patient", args=[visit.patient_id])).content.decode()
        assert "Please call us" in page

    def test_the_preview_counts_parts_and_names_what_is_wrong(self, desk):
        page = desk.post(
            reverse("messaging:answer-preview"), {"text": "Your lab results – soon"}
        ).content.decode()
        assert "tells why they come" in page
        assert "1 part" in page

    def test_the_conversation_takes_as_many_statements_with_three_texts_as_with_one(self, desk, visit):
        url = reverse("messaging:patient", args=[visit.patient_id])

        def statements() -> int:
            with counted() as log:
                assert desk.get(url).status_code == 200
            return len(log)

        told(visit.patient, "hm")
        desk.get(url)
        one = statements()
        for number in (2, 3):
            told(visit.patient, f"hm {number}", ref=f"SM{number}")
            consent(visit.patient, number_of(visit.patient), purpose="followup")
        assert statements() == one
