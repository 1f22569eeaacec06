"""The pages of follow-up calls: what they show, how few statements they take, and what they refuse."""

import re

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.inbox.models import Alert, PhoneCall
from clinic.messaging.models import ContactConsent
from clinic.messaging.queries.consent import may_contact
from clinic.staff.roles import Role
from records.queries.chart import timeline
from scheduling.models import FollowUp, FollowUpAttempt, FollowUpLetter, FollowUpRule, FollowUpScript
from scheduling.queries.follow_up_setup import letter_for, rules_in_force, script_for
from scheduling.rules.follow_ups import State
from scheduling.services.follow_up_calls import record_follow_up_call
from tests.factories.billing import make_fee
from tests.factories.follow_ups import WELL, agreeing, at_noon, make_follow_up, no_flags, told
from tests.factories.messaging import make_reachable, number_of
from tests.factories.scheduling import Clinic, at
from tests.factories.staff import actor_for, make_member, signed_in
from tests.support.statements import counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(at_noon(10), tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(clock):
    return Clinic()


@pytest.fixture
def dana(db):
    return make_member(Role.MA, first_name="Dana")


def page_of(row) -> str:
    return reverse("scheduling:follow-up", args=[row.pk])


def sent(row, **changes) -> dict:
    """The call form as a browser sends it."""
    values = {"number": number_of(row.patient), "result": "reached", "identifiers": "name_dob", **WELL}
    return {**values, **changes}


@pytest.mark.parametrize("view", ["now", "later", "provider", "letters", "closed"])
def test_the_list_takes_as_many_statements_for_three_as_for_one(clinic, dana, view):
    states = {"later": State.PLANNED, "provider": State.PROVIDER, "letters": State.LETTER}
    client = signed_in(dana)
    client.get(reverse("scheduling:follow-ups"))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            row = make_follow_up(is_due=view in ("now", "closed"))
            if view in states:
                FollowUp.objects.filter(pk=row.pk).update(state=states[view])
            if view == "closed":
                record_follow_up_call(by=actor_for(dana), follow_up=row, told=told(row))
        with counted() as log:
            body = client.get(f"{reverse('scheduling:follow-ups')}?view={view}").content.decode()
        assert len(re.findall(r'class="list-item"', body)) == len(FollowUp.objects.all())
        counts.append(len(log))
    assert counts[0] == counts[1] <= 8


def test_the_call_s_page_takes_as_many_statements_after_three_attempts(clinic, dana, clock):
    row = make_follow_up()
    counts = []
    for day in (11, 12):
        clock.move_to(at_noon(day))
        record_follow_up_call(by=actor_for(dana), follow_up=row, told=told(row, "no_answer"))
        client = signed_in(dana)
        client.get(page_of(row))
        with counted() as log:
            assert client.get(page_of(row)).status_code == 200
        counts.append(len(log))
    assert counts[0] == counts[1] <= 21


def test_a_call_is_saved_once_however_often_it_is_sent(clinic, dana):
    row = make_follow_up()
    client = signed_in(dana)
    form = sent(row, form_key="one-key")
    for _ in range(2):
        response = client.post(page_of(row), form)
        assert (response.status_code, response["Location"]) == (302, reverse("scheduling:follow-ups"))
    row.refresh_from_db()
    assert (row.state, FollowUpAttempt.objects.count(), PhoneCall.objects.count()) == (State.CLOSED, 1, 1)


def test_a_red_flag_opens_the_emergency_script_and_keeps_what_was_typed(clinic, dana):
    row = make_follow_up()
    client = signed_in(dana)
    answer = client.post(page_of(row), sent(row, bleeding="does_not_stop", note="soaks the towel"))
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "A red flag needs the emergency script" in body
    assert "soaks the towel" in body
    assert re.search(r'value="does_not_stop" checked[^>]*data-mark="red"', body)
    again = client.post(
        page_of(row),
        sent(
            row,
            bleeding="does_not_stop",
            location="Home",
            words_used="It soaks the towel",
            emergency_outcome="staff_911",
            agreement="unable",
        ),
    )
    assert again["Location"] == page_of(row)
    assert Alert.objects.count() == 1
    assert "Nobody has acknowledged it yet" in client.get(page_of(row)).content.decode()


def test_the_emergency_list_is_part_of_the_form(clinic, dana):
    row = make_follow_up()
    answer = signed_in(dana).post(page_of(row), sent(row, flag_mind="on"))
    assert answer.status_code == 422
    assert PhoneCall.objects.count() == 0
    assert set(no_flags()) >= {"mind", "brain", "heart_lungs"}


def test_alerting_while_on_the_line_answers_with_its_state(clinic, dana):
    row = make_follow_up()
    client = signed_in(dana)
    url = reverse("scheduling:follow-up-alert", args=[row.pk])
    body = client.post(url, headers={"HX-Request": "true"}).content.decode()
    assert "Providers alerted" in body
    assert reverse("scheduling:follow-up-alert-state", args=[row.pk]) in body


def test_only_a_provider_decides_and_releases_words(clinic, dana):
    row = make_follow_up()
    for name in ("follow-up-decide", "follow-up-release"):
        url = reverse(f"scheduling:{name}", args=[row.pk])
        assert signed_in(dana).get(url).status_code == 403
        assert signed_in(make_member(Role.PROVIDER)).get(url).status_code == 200
    assert "Decide" not in signed_in(dana).get(page_of(row)).content.decode()


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.BILLER, Role.MANAGER, Role.ADMINISTRATOR])
def test_who_does_not_read_the_chart_never_sees_answers(clinic, dana, role):
    row = make_follow_up(reason="Zyxwart")
    record_follow_up_call(
        by=actor_for(dana),
        follow_up=row,
        told=told(row, answers=WELL | {"pain": "5"}, note="It throbs zyxly"),
    )
    client = signed_in(make_member(role))
    for url in (page_of(row), reverse("scheduling:patient-follow-ups", args=[row.patient_id])):
        answer = client.get(url)
        assert (answer.status_code, b"zyxly" in answer.content) == (403, False)


def test_every_look_is_on_record(clinic, dana):
    row = make_follow_up()
    signed_in(dana).get(page_of(row))
    signed_in(dana).get(reverse("scheduling:follow-up-letter", args=[row.pk]))
    pages = AuditEvent.objects.filter(patient_id=row.patient_id, kind="look").values_list("detail", flat=True)
    assert {look.get("page") for look in pages} >= {"follow-up call", "print"}


def test_the_letter_goes_where_the_patient_asked_and_in_their_language(clinic, dana):
    patient = make_reachable(
        language="es", restrictions={"mail_to": "c/o Ida Ortiz; 9 Elm Street; Elgin, IL"}
    )
    row = make_follow_up(patient)
    FollowUp.objects.filter(pk=row.pk).update(state=State.LETTER)
    client = signed_in(dana)
    url = reverse("scheduling:follow-up-letter", args=[row.pk])
    body = client.get(url).content.decode()
    assert "<br>c/o Ida Ortiz<br>9 Elm Street<br>Elgin, IL</p>" in body
    assert 'lang="es"' in body
    assert "no lo logramos" in " ".join(body.split())
    for _ in range(2):
        client.post(url)
    row.refresh_from_db()
    assert (row.state, row.attempts.count()) == (State.PROVIDER, 1)


class TestCheckOut:
    @pytest.fixture
    def visit(self, clinic, clock):
        clock.move_to(at("9:00"))
        visit = clinic.book("9:00", patient=make_reachable())
        return clinic.move(visit, "arrived", "roomed", "with_provider", "checkout")

    def test_one_press_puts_a_call_on_the_list(self, visit):
        client = signed_in(make_member(Role.FRONT_DESK))
        url = reverse("scheduling:checkout-follow-up", args=[visit.pk])
        rule = rules_in_force()["after-injection"]
        assert rule.name in client.get(url).content.decode()
        client.post(url, {"rule": str(rule.pk)})
        row = FollowUp.objects.get()
        assert (row.appointment_id, row.reason) == (visit.pk, "After a joint injection")
        again = client.post(url, {"rule": str(rule.pk)}, headers={"HX-Request": "true"})
        assert (again.status_code, FollowUp.objects.count()) == (204, 1)

    def test_one_press_records_that_we_may_call_by_machine(self, visit):
        client = signed_in(make_member(Role.FRONT_DESK))
        url = reverse("scheduling:checkout-follow-up", args=[visit.pk])
        number = number_of(visit.patient)
        for answer, allowed in (("yes", True), ("no", False)):
            client.post(url, {"calls": answer, "asked_about": number})
            assert may_contact(visit.patient, "voice", number, "followup").is_allowed == allowed
        assert not may_contact(visit.patient, "voice", number, "reminder").is_allowed

    def test_a_yes_is_kept_for_the_number_that_was_read_out_and_no_other(self, visit):
        client = signed_in(make_member(Role.FRONT_DESK))
        url = reverse("scheduling:checkout-follow-up", args=[visit.pk])
        contact = visit.patient.contacts.get(kind="mobile")
        read_out, contact.value = contact.value, "+13125550188"
        assert f'name="asked_about" value="{read_out}"' in client.get(url).content.decode()
        contact.save()
        for asked_about in (read_out, ""):
            answer = client.post(
                url, {"calls": "yes", "asked_about": asked_about}, headers={"HX-Request": "true"}
            )
            assert answer.status_code == 422
        assert ContactConsent.objects.filter(channel="voice").count() == 0


class TestPatientPage:
    def test_the_panel_shows_calls_and_where_machines_may_call(self, clinic, dana):
        row = make_follow_up(agreeing())
        record_follow_up_call(by=actor_for(dana), follow_up=row, told=told(row, "no_answer"))
        body = signed_in(dana).get(reverse("scheduling:patient-follow-ups", args=[row.patient_id]))
        assert "No answer" in body.content.decode()
        assert "Automated calls welcome" in body.content.decode()

    def test_by_hand_from_the_chart(self, clinic, dana):
        patient = make_reachable()
        rule = rules_in_force()["by-hand"]
        url = reverse("scheduling:follow-up-plan", args=[patient.pk])
        signed_in(dana).post(url, {"rule": str(rule.pk), "reason": "New medicine"})
        assert FollowUp.objects.get().reason == "New medicine"

    def test_the_timeline_has_the_call(self, clinic, dana):
        row = make_follow_up()
        record_follow_up_call(by=actor_for(dana), follow_up=row, told=told(row))
        events, _ = timeline(row.patient_id, ["calls"])
        assert [(one.title, one.detail) for one in events] == [
            ("Call to the patient", "Follow-up call: As the provider asked · done")
        ]


class TestEditor:
    @pytest.fixture
    def manager(self, clinic):
        return signed_in(make_member(Role.MANAGER))

    def test_a_new_script_holds_from_its_day_and_the_old_one_until_then(self, manager, clock):
        script = FollowUpScript.objects.get()
        url = reverse("scheduling:follow-up-script-edit", args=[script.pk])
        form = {
            "name": script.name, "opening": "Hi", "closing": script.closing, "pain_concern_from": 3,
            "pain_red_from": 6, "effective_from": "2026-03-12", **script.questions,
        }  # fmt: skip
        assert manager.post(url, form).status_code == 302
        assert script_for("after-procedure").pain_red_from == 8
        clock.move_to(at_noon(12))
        assert (script_for("after-procedure").pain_red_from, script_for("after-procedure").opening) == (
            6,
            "Hi",
        )

    def test_a_question_without_words_is_refused(self, manager):
        script = FollowUpScript.objects.get()
        form = {
            "name": "x", "opening": "Hi", "closing": "Bye", "pain_concern_from": 3, "pain_red_from": 6,
            "effective_from": "2026-03-12", **script.questions, "fever": "",
        }  # fmt: skip
        answer = manager.post(reverse("scheduling:follow-up-script-edit", args=[script.pk]), form)
        assert (answer.status_code, FollowUpScript.objects.count()) == (422, 1)

    def test_two_rules_for_one_visit_type_are_refused(self, manager):
        rule = FollowUpRule.objects.get(code="after-procedure")
        form = {
            "name": "Another", "visit_type": str(rule.visit_type_id), "opens_hours": 24, "closes_hours": 48,
            "pool": "ma", "max_attempts": 3, "is_active": "on", "effective_from": "2026-03-10",
        }  # fmt: skip
        answer = manager.post(reverse("scheduling:follow-up-rule-add"), form)
        assert answer.status_code == 422
        assert "for this visit type already" in answer.content.decode()
        assert FollowUpRule.objects.filter(name="Another").count() == 0

    def test_a_rule_for_procedures_names_what_the_fee_list_has(self, manager):
        make_fee("LOC-312", words="Joint injection", kind="procedure")
        make_fee("LOC-110", words="Office visit", kind="visit")
        rule = FollowUpRule.objects.get(code="after-injection")
        url = reverse("scheduling:follow-up-rule-edit", args=[rule.pk])
        page = manager.get(url).content.decode()
        assert "Joint injection (LOC-312)" in page
        assert "LOC-110" not in page
        assert (
            page.index('name="name"')
            < page.index('name="procedure_codes"')
            < page.index('name="effective_from"')
        )
        form = {
            "name": rule.name, "procedure_codes": ["LOC-312"], "opens_hours": 48, "closes_hours": 72, "pool": "ma",
            "max_attempts": 3, "is_active": "on", "effective_from": "2026-03-10",
        }  # fmt: skip
        assert manager.post(url, form | {"procedure_codes": ["LOC-110"]}).status_code == 422
        assert manager.post(url, form).status_code == 302
        assert rules_in_force()["after-injection"].procedure_codes == ["LOC-312"]
        assert "LOC-312" in manager.get(reverse("scheduling:follow-up-rules")).content.decode()
        twin = manager.post(reverse("scheduling:follow-up-rule-add"), form | {"name": "Another"})
        assert twin.status_code == 422
        assert "is for LOC-312 already" in twin.content.decode()

    def test_a_change_in_the_past_and_an_unknown_variable_are_refused(self, manager):
        letter = FollowUpLetter.objects.get(language="en")
        url = reverse("scheduling:follow-up-letter-edit", args=[letter.pk])
        for form in (
            {"heading": "x", "body": "y", "effective_from": "2026-03-09"},
            {"heading": "x", "body": "{diagnosis}", "effective_from": "2026-03-10"},
            {"heading": "x", "body": "{name.__class__}", "effective_from": "2026-03-10"},
        ):
            assert manager.post(url, form).status_code == 422
        assert FollowUpLetter.objects.count() == 2
        assert letter_for("es-MX").language == "es"
