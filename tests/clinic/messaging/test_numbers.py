"""Numbers that do not work: who puts them on the list, what that stops, and how they come off it."""

import json

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused
from clinic.messaging.models import ContactConsent, Message
from clinic.messaging.models.choices import REACHES
from clinic.messaging.queries.consent import may_contact
from clinic.messaging.queries.numbers import bad_numbers, lately_fixed
from clinic.messaging.rules.states import State
from clinic.messaging.services.reach import note_fixed, note_gone, undo_fixed
from clinic.messaging.tasks import send_due
from clinic.staff.roles import Role
from tests.clinic.messaging.test_hooks import report, sent_message, text
from tests.factories.messaging import SYSTEM, consent, make_message, make_reachable, number_of
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

pytestmark = pytest.mark.django_db
BAD = "This number or address does not work."


def listed() -> list[tuple[str, str]]:
    return [(row.decision.channel, row.decision.address) for row in bad_numbers()]


@pytest.mark.parametrize("code", ["21211", "21614", "30005", "30006"])
def test_a_refusal_for_good_puts_the_number_on_the_list_and_stops_the_next_message(provider, code):
    patient = make_reachable()
    provider.script.append(code)
    first = make_message(patient)
    send_due()
    second = make_message(patient, purpose="confirmation")
    send_due()
    first.refresh_from_db()
    second.refresh_from_db()
    assert listed() == [("sms", number_of(patient))]
    assert (first.state, second.state, second.void_reason) == (State.FAILED, State.VOID, BAD)
    assert provider.taken == []


@pytest.mark.parametrize("code", ["30003", "30007", "21612"])
def test_what_may_pass_is_no_bad_number(provider, code):
    provider.script.append(code)
    make_message()
    send_due()
    assert listed() == []


def test_a_report_that_comes_later_does_the_same(provider):
    message = sent_message()
    report(provider.taken[0], "undelivered", ErrorCode="30005")
    assert listed() == [("sms", message.address)]
    assert AuditEvent.objects.filter(action="number.gone").count() == 1
    report(provider.taken[0], "failed", ErrorCode="30005")
    assert ContactConsent.objects.filter(purpose=REACHES).count() == 1


def test_fixed_lets_messages_leave_and_touches_no_consent(provider):
    patient = make_reachable()
    note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="Not in service.")
    assert may_contact(patient, "sms", number_of(patient), "reminder").reason == BAD
    note_fixed(by=SYSTEM, channel="sms", address=number_of(patient), why="Corrected.")
    assert may_contact(patient, "sms", number_of(patient), "reminder").allowed
    assert listed() == []
    consent(patient, number_of(patient), is_granted=False)
    note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="Not in service.")
    note_fixed(by=SYSTEM, channel="sms", address=number_of(patient), why="Corrected.")
    assert may_contact(patient, "sms", number_of(patient), "reminder").reason == "Opted out."


def test_only_what_is_on_the_list_comes_off_it(provider):
    with pytest.raises(Refused, match="not on the list"):
        note_fixed(by=SYSTEM, channel="sms", address="+13125550177", why="?")
    assert ContactConsent.objects.count() == 0


def test_a_mark_is_no_consent(provider):
    patient = make_reachable(texts=False)
    note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="x")
    note_fixed(by=SYSTEM, channel="sms", address=number_of(patient), why="x")
    decision = may_contact(patient, "sms", number_of(patient), "reminder")
    assert decision.reason == "No consent on file for this number."


def test_a_text_from_it_shows_that_it_works(provider):
    patient = make_reachable()
    note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="Not in service.")
    text("I have my phone back", patient)
    assert listed() == []


def test_wrong_number_opts_out_lists_it_for_texts_and_calls_and_is_confirmed_once(provider):
    patient = make_reachable()
    sent_message(patient)
    text("Sorry, wrong number", patient)
    send_due()
    number = number_of(patient)
    assert sorted(listed()) == [("sms", number), ("voice", number)]
    assert Message.objects.get(purpose="receipt").state == State.SENT
    assert may_contact(patient, "sms", number, "reminder").reason == BAD
    refused = ContactConsent.objects.filter(is_granted=False).exclude(purpose=REACHES)
    assert sorted(refused.values_list("channel", flat=True)) == ["sms", "voice"]


def test_the_page_names_whose_it_is_and_fixed_clears_it(provider):
    desk = signed_in(make_member(Role.FRONT_DESK))
    patient = make_reachable(last_name="Numbered")
    row = note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="Not in service.")
    page = desk.get(reverse("messaging:numbers")).content.decode()
    assert "Numbered" in page
    assert "Not in service." in page
    assert AuditEvent.objects.filter(action="chart.viewed", patient_id=patient.pk).count() == 1
    url = reverse("messaging:number-fixed", args=[row.pk])
    assert signed_in(make_member(Role.LEAD_MA)).post(url).status_code == 403
    assert listed() != []
    assert desk.post(url).status_code == 302
    assert listed() == []
    assert signed_in(make_member(Role.BILLER)).get(reverse("messaging:numbers")).status_code == 403


def test_fixed_by_mistake_goes_back_onto_the_list_with_its_old_reason(provider):
    desk = signed_in(make_member(Role.FRONT_DESK))
    patient = make_reachable(last_name="Numbered")
    row = note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="Not in service.")
    pressed = desk.post(
        reverse("messaging:number-fixed", args=[row.pk]), headers={"HX-Request": "true"}
    ).headers["HX-Trigger"]
    fixed = ContactConsent.objects.get(purpose=REACHES, is_granted=True)
    back = reverse("messaging:number-back", args=[fixed.pk])
    assert json.loads(pressed)["clinic:saved"]["undo"] == back
    assert [one.decision.pk for one in lately_fixed()] == [fixed.pk]
    assert back in desk.get(reverse("messaging:numbers")).content.decode()
    assert signed_in(make_member(Role.LEAD_MA)).post(back).status_code == 403
    assert desk.post(back).status_code == 302
    assert listed() == [("sms", number_of(patient))]
    assert bad_numbers()[0].decision.wording == "Not in service."
    assert lately_fixed() == []


def test_what_was_said_since_is_not_undone(provider):
    patient = make_reachable()
    note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="Not in service.")
    fixed = note_fixed(by=SYSTEM, channel="sms", address=number_of(patient), why="Corrected.")
    undo_fixed(by=SYSTEM, fixed=fixed)
    with pytest.raises(Refused, match="changed meanwhile"):
        undo_fixed(by=SYSTEM, fixed=fixed)
    assert ContactConsent.objects.filter(purpose=REACHES).count() == 3


@pytest.mark.parametrize(
    ("channel", "how", "words"),
    [
        ("email", "carrier", "Told by the mail server"),
        ("sms", "carrier", "Told by the phone company"),
        ("sms", "spoken", "Noted by staff"),
        ("sms", "text", "Texted it"),
    ],
)
def test_who_told_that_it_does_not_work_is_named_by_the_channel(channel, how, words):
    row = note_gone(by=SYSTEM, channel=channel, address="a@example.org", why="x", how=how)
    assert row.how_words == words


def test_the_list_takes_two_statements_with_one_and_with_three(provider):
    for number in range(3):
        patient = make_reachable()
        note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="x")
        with counted() as log:
            assert len(bad_numbers()) == number + 1
        assert len(log) == 2
