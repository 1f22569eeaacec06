"""Tasks, alerts and calls: done once, seen by those they are for, and never rewritten."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.errors import Refused
from clinic.inbox.models import Alert, CallScript, PhoneCall, Task
from clinic.inbox.queries import work
from clinic.inbox.rules.targets import first_action_due
from clinic.inbox.services import (
    acknowledge_alert,
    add_task,
    complete_task,
    give_task,
    log_call,
    note_task,
    raise_alert,
    take_task,
)
from clinic.staff.roles import Role
from tests.factories.scheduling import make_patient
from tests.factories.staff import actor_for, make_member, signed_in

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests.inbox")
FRIDAY = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)


@pytest.fixture
def member():
    return make_member(Role.FRONT_DESK)


@pytest.fixture
def desk(member):
    return signed_in(member)


def alert(**fields):
    values = {
        "by": SYSTEM,
        "patient": None,
        "kind": "test",
        "text": "Look here",
        "source_key": "k",
        "pool": "front_desk",
    }
    return raise_alert(**{**values, **fields})


class TestTasks:
    def test_a_source_adds_its_task_once(self):
        first = add_task(by=SYSTEM, title="Call", pool="front_desk", source_key="import:1")
        again = add_task(by=SYSTEM, title="Call again", pool="front_desk", source_key="import:1")
        assert first.pk == again.pk
        assert Task.objects.get().title == "Call"
        assert AuditEvent.objects.filter(action="task.added").count() == 1

    @pytest.mark.parametrize("wrong", [{"title": " "}, {"pool": ""}])
    def test_for_nobody_or_without_words_it_is_refused(self, wrong):
        with pytest.raises(Refused):
            add_task(**{"by": SYSTEM, "title": "Call", "pool": "front_desk", **wrong})
        assert Task.objects.count() == 0

    def test_done_once(self, member):
        task = add_task(by=SYSTEM, title="Call", pool="front_desk")
        complete_task(by=actor_for(member), task=task, outcome="Reached")
        with pytest.raises(Refused):
            complete_task(by=actor_for(member), task=task, outcome="Again")
        task.refresh_from_db()
        assert (task.outcome, task.done_by_id) == ("Reached", member.pk)

    def test_a_pool_task_is_seen_by_its_role_until_somebody_takes_it(self, member):
        colleague = make_member(Role.FRONT_DESK)
        stranger = make_member(Role.BILLER)
        task = add_task(by=SYSTEM, title="Call", pool="front_desk")
        assert [list(work.tasks_for(m, "mine")) for m in (member, colleague, stranger)] == [
            [task],
            [task],
            [],
        ]
        take_task(by=actor_for(colleague), task=task)
        assert [list(work.tasks_for(m, "mine")) for m in (member, colleague)] == [[], [task]]

    def test_the_most_pressing_comes_first(self, member):
        later = add_task(by=SYSTEM, title="Later", owner=member, due_at=FRIDAY + timedelta(days=2))
        sooner = add_task(by=SYSTEM, title="Sooner", owner=member, due_at=FRIDAY)
        urgent = add_task(by=SYSTEM, title="Urgent", owner=member, priority="urgent")
        assert list(work.tasks_for(member, "mine")) == [urgent, sooner, later]


class TestTrail:
    def test_a_task_tells_who_did_what_with_it(self, member, desk):
        task = add_task(by=SYSTEM, title="Call", pool="front_desk")
        colleague = make_member(Role.BILLER, first_name="Bela", last_name="Novak")
        take_task(by=actor_for(member), task=task)
        note_task(by=actor_for(member), task=task, words="Line is busy")
        give_task(by=actor_for(member), task=task, owner=colleague, words="Knows the payer")
        complete_task(by=actor_for(colleague), task=task, outcome="Reached")
        assert list(task.trail.values_list("what", "words", "by")) == [
            ("added", "", None),
            ("taken", "", member.pk),
            ("noted", "Line is busy", member.pk),
            ("given", "To Bela Novak: Knows the payer", member.pk),
            ("done", "Reached", colleague.pk),
        ]
        page = desk.get(reverse("inbox:task", args=[task.pk])).content.decode()
        assert "To Bela Novak: Knows the payer" in page

    def test_it_can_t_be_rewritten(self, member):
        task = add_task(by=SYSTEM, title="Call", pool="front_desk")
        with pytest.raises(DatabaseError), transaction.atomic():
            task.trail.update(words="nothing happened")

    def test_a_task_is_given_to_one_person_or_one_role(self, member):
        task = add_task(by=SYSTEM, title="Call", pool="front_desk")
        for nobody_or_both in ({}, {"owner": member, "pool": "ma"}):
            with pytest.raises(Refused):
                give_task(by=actor_for(member), task=task, **nobody_or_both)
        give_task(by=actor_for(member), task=task, pool="ma")
        task.refresh_from_db()
        assert (task.owner, task.pool, task.trail.count()) == (None, "ma", 2)

    def test_giving_on_by_its_page(self, member, desk):
        task = add_task(by=SYSTEM, title="Call", pool="front_desk")
        desk.post(
            reverse("inbox:task-give", args=[task.pk]), {"to_whom": "role:provider", "words": "Clinical"}
        )
        desk.post(reverse("inbox:task-note", args=[task.pk]), {"words": "Called twice"})
        task.refresh_from_db()
        assert task.pool == "provider"
        assert task.trail.filter(what="noted").get().words == "Called twice"


class TestAlerts:
    def test_raised_once_per_source(self):
        assert alert().pk == alert(text="other words").pk
        assert Alert.objects.get().text == "Look here"

    def test_acknowledged_once_with_what_was_done(self, member):
        row = alert()
        with pytest.raises(Refused):
            acknowledge_alert(by=actor_for(member), alert=row, action=" ")
        acknowledge_alert(by=actor_for(member), alert=row, action="Called the patient")
        with pytest.raises(Refused):
            acknowledge_alert(by=actor_for(member), alert=row, action="Again")
        row.refresh_from_db()
        assert (row.action, row.acknowledged_by_id) == ("Called the patient", member.pk)
        assert list(work.open_alerts(member)) == []


class TestCalls:
    def call(self, member, **fields):
        values = {
            "by": actor_for(member), "caller": "Ana Ruiz", "relation": "patient", "reason": "Wants a form",
            "outcome": "done",
        }  # fmt: skip
        return log_call(**{**values, **fields})

    def test_a_message_becomes_a_task_with_a_due_time(self, member):
        with time_machine.travel(FRIDAY, tick=False):
            made = self.call(
                member,
                outcome="message",
                callback_number="+13125550142",
                pool="provider",
                call_class="same_day",
            )
        assert made.task.due_at == FRIDAY + timedelta(hours=2)
        assert (made.task.priority, made.task.pool) == ("high", "provider")

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"outcome": "message", "pool": "provider"}, "callback_number"),
            ({"outcome": "message", "callback_number": "+13125550142"}, "to_whom"),
            ({"red_flags": {"brain": True}}, "outcome"),
        ],
    )
    def test_what_is_missing_is_refused_and_nothing_is_kept(self, member, fields, field):
        with pytest.raises(Refused) as error:
            self.call(member, **fields)
        assert error.value.field == field
        assert PhoneCall.objects.count() == Task.objects.count() == Alert.objects.count() == 0

    def test_advice_is_a_clinician_s_and_says_whose(self, member):
        with pytest.raises(Refused) as error:
            self.call(member, advice="Rest and drink")
        assert (error.value.field, PhoneCall.objects.count()) == ("advice_by", 0)
        provider = make_member(Role.PROVIDER)
        made = self.call(member, advice="Rest and drink", advice_by=provider, agreement="agreed")
        assert (made.advice, made.advice_by, made.get_agreement_display()) == (
            "Rest and drink",
            provider,
            "Understood and agreed",
        )

    def test_the_form_offers_providers_as_whose_words(self, member, desk):
        provider = make_member(Role.PROVIDER)
        sent = {
            "direction": "in", "caller": "Ana Ruiz", "relation": "patient", "identifiers": "none",
            "reason": "Dizzy", "call_class": "same_day", "outcome": "done", "advice": "Sit down, drink water",
            "advice_by": str(member.pk),
        }  # fmt: skip
        url = reverse("inbox:call-log")
        assert desk.post(url, sent).status_code == 422
        desk.post(url, {**sent, "advice_by": str(provider.pk)})
        assert PhoneCall.objects.get().advice_by_id == provider.pk

    def test_a_patient_s_matter_needs_two_identifiers_but_an_emergency_does_not_wait(self, member):
        patient = make_patient()
        with pytest.raises(Refused):
            self.call(member, patient=patient)
        made = self.call(member, patient=patient, red_flags={"heart_lungs": True}, outcome="emergency")
        assert made.call_class == "emergent"

    def test_a_red_flag_alerts_the_providers(self, member):
        self.call(member, red_flags={"heart_lungs": True, "brain": False}, outcome="staff_911")
        row = Alert.objects.get()
        assert (row.pool, row.severity) == ("provider", "danger")
        assert "Heart and lungs" in row.text
        assert "Brain" not in row.text

    def test_a_call_can_not_be_rewritten(self, member):
        self.call(member)
        with pytest.raises(DatabaseError), transaction.atomic():
            PhoneCall.objects.update(reason="other")
        with pytest.raises(DatabaseError), transaction.atomic():
            PhoneCall.objects.all().delete()
        assert PhoneCall.objects.get().reason == "Wants a form"

    def test_the_shipped_script_covers_eight_groups(self):
        script = CallScript.objects.get()
        assert len(script.groups) == 8
        assert all(group["act"] and group["listen_for"] for group in script.groups)


def test_business_days_skip_the_weekend():
    friday = datetime(2026, 3, 6, 10, 0)
    assert first_action_due("routine", friday) == datetime(2026, 3, 9, 10, 0)
    assert first_action_due("urgent", friday) == datetime(2026, 3, 6, 10, 30)


class TestPages:
    @pytest.mark.parametrize("view", ["mine", "all", "done", "calls", "nonsense"])
    def test_every_list_opens_empty_and_full(self, desk, member, view):
        assert desk.get(reverse("inbox:list"), {"view": view}).status_code == 200
        add_task(by=SYSTEM, title="Call", owner=member, patient=make_patient())
        alert(patient=make_patient())
        log_call(by=actor_for(member), caller="Ana", relation="patient", reason="Form", outcome="done")
        assert desk.get(reverse("inbox:list"), {"view": view}).status_code == 200

    def test_the_list_makes_the_same_number_of_queries_with_one_and_three_rows(
        self, desk, member, django_assert_max_num_queries
    ):
        def queries():
            desk.get(reverse("inbox:list"))
            with django_assert_max_num_queries(60) as counted:
                assert desk.get(reverse("inbox:list")).status_code == 200
            return len(counted)

        def fill(number):
            add_task(by=SYSTEM, title=f"Call {number}", owner=member, patient=make_patient())
            alert(source_key=f"k{number}", patient=make_patient())

        fill(1)
        one = queries()
        fill(2)
        fill(3)
        assert queries() == one

    def test_panels_and_badge(self, desk, member):
        patient = make_patient()
        add_task(by=SYSTEM, title="Send the form", owner=member, patient=patient)
        assert "1" in desk.get(reverse("inbox:badge")).content.decode()
        assert "Send the form" in desk.get(reverse("inbox:home")).content.decode()
        assert "Send the form" in desk.get(reverse("inbox:patient", args=[patient.pk])).content.decode()
        assert AuditEvent.objects.filter(action="chart.viewed", patient_id=patient.pk).count() == 2

    def test_a_call_is_logged_from_its_form_once(self, desk):
        url = reverse("inbox:call-log")
        page = desk.get(url).content.decode()
        assert "Chest pain or pressure" in page
        sent = {
            "form_key": "k1", "direction": "in", "caller": "Ana Ruiz", "relation": "patient", "identifiers": "none",
            "reason": "Wants a form", "call_class": "administrative", "outcome": "message", "to_whom": "role:front_desk",
            "callback_number": "312 555 0142", "flag_heart_lungs": "no",
        }  # fmt: skip
        assert desk.post(url, sent).status_code == 302
        assert desk.post(url, sent).status_code == 302
        call = PhoneCall.objects.get()
        assert call.callback_number == "+13125550142"
        assert call.task.pool == "front_desk"
        assert desk.get(reverse("inbox:call", args=[call.pk])).status_code == 200

    def test_what_was_typed_comes_back_with_the_error(self, desk):
        response = desk.post(
            reverse("inbox:call-log"),
            {"direction": "in", "caller": "Ana Ruiz", "relation": "patient", "reason": ""},
        )
        assert response.status_code == 422
        assert "Ana Ruiz" in response.content.decode()
        assert PhoneCall.objects.count() == 0

    def test_tasks_and_alerts_from_their_forms(self, desk, member):
        assert desk.get(reverse("inbox:task-add")).status_code == 200
        desk.post(
            reverse("inbox:task-add"),
            {"title": "Fax it", "to_whom": f"member:{member.pk}", "priority": "normal"},
        )
        task = Task.objects.get()
        assert task.owner == member
        desk.post(reverse("inbox:task-complete", args=[task.pk]), {"outcome": "Faxed"})
        task.refresh_from_db()
        assert task.state == "done"
        row = alert()
        desk.post(reverse("inbox:alert-acknowledge", args=[row.pk]), {"action": "Seen"})
        row.refresh_from_db()
        assert row.action == "Seen"

    def test_a_privacy_officer_has_no_inbox(self):
        assert signed_in(make_member(Role.PRIVACY)).get(reverse("inbox:list")).status_code == 403
