"""The pages of the waitlist, recalls, missed visits and triage are shown, work, and ask the same number of statements."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.core.ids import uuid7
from clinic.staff.roles import Role
from scheduling.models import (
    Appointment,
    ContactAttempt,
    LetterWording,
    MissedVisit,
    Offer,
    OutreachSettings,
    Recall,
    RecallReason,
    TriageAssessment,
    TriageLevel,
    WaitlistEntry,
)
from tests.factories.messaging import make_reachable
from tests.factories.outreach import cancelled, follow, offered, recall, wait
from tests.factories.scheduling import TUESDAY, Clinic, at, make_patient, make_session, visit_type
from tests.factories.staff import make_member, signed_in

NEXT_WEEK = TUESDAY + timedelta(days=7)
LISTS = ("waitlist", "offers", "freed-list", "recalls", "missed", "queue", "unconfirmed", "filling")
FORMS = ("waitlist-add", "recall-add", "filling-rules", "recall-reason-add")


@pytest.fixture
def clock():
    with time_machine.travel(at("9:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(db, clock):
    return Clinic()


@pytest.fixture
def browser(clinic):
    return signed_in(make_member(Role.MANAGER, Role.FRONT_DESK, Role.MA, Role.PROVIDER))


def more(clinic, number: int) -> None:
    """One more row in every list."""
    OutreachSettings.objects.update(offers_at_once=9)
    wait(clinic)
    offered(clinic, ("10:00", "10:20", "10:40")[number], day=NEXT_WEEK)
    recall(clinic, days=3)
    clinic.move(clinic.book(("9:00", "9:20", "9:40")[number]), "arrived")
    clinic.book(("9:00", "9:20", "9:40")[number], day=TUESDAY + timedelta(1), provider=working(clinic))
    cancelled(clinic, ("11:00", "11:20", "11:40")[number])
    follow()
    RecallReason.objects.create(code=f"more-{number}", name=f"More {number}")


def working(clinic):
    for session in clinic.provider.sessions.filter(weekday=2):
        return session.provider
    make_session(clinic.provider, clinic.location, weekday=2)
    return clinic.provider


def statements(browser, name: str, location) -> int:
    url = f"{reverse(f'scheduling:{name}')}?location={location.pk}"
    browser.get(url)  # session, permissions and settings are warm
    with CaptureQueriesContext(connection) as log:
        assert browser.get(url).status_code == 200
    return len(log)


@pytest.mark.parametrize("name", LISTS)
def test_lists_take_the_same_statements_with_one_and_three_rows(browser, clinic, name):
    assert browser.get(reverse(f"scheduling:{name}")).status_code == 200
    more(clinic, 0)
    one = statements(browser, name, clinic.location)
    more(clinic, 1)
    more(clinic, 2)
    assert statements(browser, name, clinic.location) == one


@pytest.mark.parametrize("name", FORMS)
def test_forms_are_shown(browser, clinic, name):
    patient = make_reachable()
    assert browser.get(f"{reverse(f'scheduling:{name}')}?patient={patient.pk}").status_code == 200


def test_a_patient_is_put_on_the_waitlist_and_their_page_says_so(browser, clinic):
    patient = make_reachable()
    data = {
        "patient": str(patient.pk), "visit_type": str(visit_type().pk), "location": str(clinic.location.pk), "urgency": "2",
        "notice_minutes": "60", "weekdays": ["0", "1"], "day_parts": ["morning"], "with_whom": [str(clinic.provider.pk)],
        "form_key": "once",
    }  # fmt: skip
    for _ in range(2):  # sent twice, it counts once
        assert browser.post(reverse("scheduling:waitlist-add"), data).status_code == 302
    entry = WaitlistEntry.objects.get()
    assert (entry.urgency, entry.weekdays, entry.day_parts) == (2, [0, 1], ["morning"])
    assert [member.pk for member in entry.providers.all()] == [clinic.provider.pk]
    page = browser.get(reverse("scheduling:patient-waiting", args=[patient.pk])).content.decode()
    assert "Mon Tue, mornings, with Shah, can come within 1 h" in page
    form = browser.get(reverse("scheduling:waitlist-edit", args=[entry.pk]))
    assert form.status_code == 200
    changed = {"urgency": "1", "notice_minutes": "60", "version": "1", "form_key": "other"}
    assert browser.post(reverse("scheduling:waitlist-edit", args=[entry.pk]), changed).status_code == 302
    entry.refresh_from_db()
    assert (entry.urgency, entry.weekdays, entry.version) == (1, [], 2)


def test_the_booking_dialog_hands_over_what_was_chosen(browser, clinic):
    patient = make_reachable(last_name="Handover")
    data = {
        "patient": str(patient.pk), "visit_type": str(visit_type("nurse").pk), "reason": "ear", "from_booking": "1",
        "location": str(clinic.location.pk),
    }  # fmt: skip
    page = browser.post(reverse("scheduling:waitlist-add"), data)
    assert page.status_code == 200
    body = page.content.decode()
    assert "Handover" in body
    assert f'value="{visit_type("nurse").pk}" selected' in body
    assert not WaitlistEntry.objects.exists()


def test_an_entry_that_moves_a_visit_needs_one(browser, clinic):
    patient = make_reachable()
    data = {
        "patient": str(patient.pk), "visit_type": str(visit_type().pk), "location": str(clinic.location.pk), "urgency": "3",
        "notice_minutes": "60", "moves_visit": "on",
    }  # fmt: skip
    answer = browser.post(reverse("scheduling:waitlist-add"), data)
    assert answer.status_code == 422
    assert "No visit of this kind is booked" in answer.content.decode()
    visit = clinic.book("10:00", day=NEXT_WEEK, patient=patient)
    assert browser.post(reverse("scheduling:waitlist-add"), data).status_code == 302
    assert WaitlistEntry.objects.get().moves_id == visit.pk


def test_the_desk_answers_an_offer(browser, clinic):
    wait(clinic)
    wait(clinic)
    yes, other = offered(clinic, "11:00")
    trail = reverse("scheduling:freed", args=[yes.freed_id])
    assert browser.get(trail).status_code == 200
    answer = browser.post(
        reverse("scheduling:offer-answer", args=[yes.pk]), {"answer": "yes"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"])["clinic:saved"]["message"].startswith("Booked:")
    assert Offer.objects.get(pk=yes.pk).state == "accepted"
    assert "Somebody else was faster" in browser.get(trail).content.decode()
    late = browser.post(
        reverse("scheduling:offer-answer", args=[other.pk]), {"answer": "yes"}, headers={"HX-Request": "true"}
    )
    assert "Not booked: Somebody else was faster" in json.loads(late["HX-Trigger"])["clinic:toast"]["message"]


def test_an_offer_by_hand_and_a_call_that_reached_nobody(browser, clinic):
    entry = wait(clinic, make_reachable(texts=False))
    url = reverse("scheduling:waitlist-offer", args=[entry.pk])
    assert browser.get(url).status_code == 200
    slot = f"{at('11:00').isoformat()}|{clinic.provider.pk}"
    assert browser.post(url, {"slot": slot}).status_code == 302
    offer = Offer.objects.get()
    assert (offer.way, offer.freed.starts_at) == ("call", at("11:00"))
    call = reverse("scheduling:offer-call", args=[offer.pk])
    assert browser.get(call).status_code == 200
    assert browser.post(call, {"outcome": "no_answer", "note": "rang long"}).status_code == 302
    assert ContactAttempt.objects.get().outcome == "no_answer"
    assert browser.post(call, {"outcome": "confirmed"}).status_code == 422


def test_unconfirmed_visits_are_called(browser, clinic):
    visit = clinic.book("10:00", day=NEXT_WEEK)
    url = reverse("scheduling:visit-call", args=[visit.pk])
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"outcome": "other_time"}).status_code == 302
    assert browser.post(url, {"outcome": "confirmed"}).status_code == 302
    visit.refresh_from_db()
    assert visit.state == "confirmed"
    outcomes = list(ContactAttempt.objects.order_by("at", "pk").values_list("outcome", flat=True))
    assert outcomes == ["other_time", "confirmed"]


def test_recalls_are_added_asked_and_closed(browser, clinic):
    patient, other = make_reachable(), make_reachable(texts=False)
    reason = RecallReason.objects.get(code="diabetes")
    for one in (patient, other):
        data = {"patient": str(one.pk), "reason": str(reason.pk), "due_on": "2026-03-10"}
        assert browser.post(reverse("scheduling:recall-add"), data).status_code == 302
    rows = list(Recall.objects.order_by("created_at"))
    data = {"recall": [str(row.pk) for row in rows]}
    answer = browser.post(reverse("scheduling:recall-contact"), data, headers={"HX-Request": "true"})
    words = json.loads(answer["HX-Trigger"])["clinic:saved"]["message"]
    assert words == "1 message planned, 1 to be called."
    assert browser.get(reverse("scheduling:recall-call", args=[rows[1].pk])).status_code == 200
    assert (
        browser.post(
            reverse("scheduling:recall-call", args=[rows[1].pk]), {"outcome": "left_message"}
        ).status_code
        == 302
    )
    close = reverse("scheduling:recall-close", args=[rows[0].pk])
    assert browser.get(close).status_code == 200
    assert browser.post(close, {"outcome": "booked", "version": "1"}).status_code == 422
    assert browser.post(close, {"outcome": "declined", "version": "1"}).status_code == 302
    assert Recall.objects.get(pk=rows[0].pk).outcome == "declined"
    for view in ("due", "calls", "asked", "soon", "closed"):
        assert browser.get(reverse("scheduling:recalls") + f"?view={view}&reason=diabetes").status_code == 200


def test_missed_visits_letters_and_decisions(browser, clinic, clock):
    patient = make_reachable(first_name="Ana", last_name="Letter", address_line1="1 Elm St", city="Quincy")
    visit = clinic.book("9:00", patient=patient, starts_at=at("9:20"))
    clock.move_to(at("9:40"))
    clinic.move(visit, "no_show")
    follow()
    row = MissedVisit.objects.get()
    browser = signed_in(make_member(Role.FRONT_DESK, Role.PROVIDER))
    letter = browser.get(reverse("scheduling:missed-letter", args=[row.pk]))
    body = letter.content.decode()
    assert letter.status_code == 200
    assert "Dear Ana Letter" in body
    assert "03/10/2026" in body
    assert "1 Elm St" in body
    assert visit.visit_type.name not in body
    for view in ("calls", "letters", "decisions", "all"):
        assert browser.get(reverse("scheduling:missed") + f"?view={view}").status_code == 200
    assert browser.post(reverse("scheduling:missed-letter-sent", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.letter_sent_at is not None
    assert browser.get(reverse("scheduling:missed-decide", args=[row.pk])).status_code == 200
    assert (
        browser.post(reverse("scheduling:missed-decide", args=[row.pk]), {"decision": "keep"}).status_code
        == 422
    )


def test_triage_by_page(browser, clinic):
    visit = clinic.move(clinic.book("9:00", starts_at=at("9:00")), "arrived")
    url = reverse("scheduling:triage", args=[visit.pk])
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"level": "2", "note": "pale"}).status_code == 302
    assert TriageAssessment.objects.get().level == 2
    assert "pale" in browser.get(reverse("scheduling:queue")).content.decode()


def test_rules_are_edited(browser, clinic):
    page = browser.get(reverse("scheduling:filling-rules"))
    fields = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    data = {name: value for name, value in fields.items() if value not in (None, False)}
    data |= {"same_day_minutes": "25", "anticoagulants": "warfarin"}
    assert browser.post(reverse("scheduling:filling-rules"), data).status_code == 302
    chosen = OutreachSettings.objects.get()
    assert (chosen.same_day_minutes, chosen.anticoagulants) == (25, ["warfarin"])
    assert (
        browser.post(
            reverse("scheduling:filling-rules"), data | {"same_day_minutes": "26", "form_key": "again"}
        ).status_code
        == 409
    )
    level = TriageLevel.objects.get(level=3)
    url = reverse("scheduling:triage-level-edit", args=[level.pk])
    assert (
        browser.post(url, {"name": "Urgent", "see_within_minutes": "45", "version": "1"}).status_code == 302
    )
    letter = LetterWording.objects.get(code="no_show_1", language="en")
    url = reverse("scheduling:letter-edit", args=[letter.pk])
    wrong = {"heading": "Missed", "body": "Dear {name}, your {reason}", "version": "1"}
    assert browser.post(url, wrong).status_code == 422
    assert browser.post(url, wrong | {"body": "Dear {name}."}).status_code == 302
    assert LetterWording.objects.filter(code="no_show_1", language="en").count() == 2
    assert (
        browser.post(
            reverse("scheduling:recall-reason-add"),
            {"name": "Eye check", "months": "12", "rank": "9", "is_active": "on"},
        ).status_code
        == 302
    )
    assert RecallReason.objects.get(code="eye-check").months == 12


def test_ids_that_are_nobody_s_are_not_found(browser):
    for name in (
        "waitlist-edit",
        "waitlist-offer",
        "freed",
        "recall-call",
        "recall-close",
        "missed-letter",
        "triage",
        "visit-call",
    ):
        assert browser.get(reverse(f"scheduling:{name}", args=[uuid7()])).status_code == 404
    for name in ("offer-answer", "freed-stop", "missed-letter-sent"):
        assert browser.post(reverse(f"scheduling:{name}", args=[uuid7()])).status_code == 404


@pytest.mark.parametrize("role", [Role.BILLER, Role.PRIVACY])
def test_who_may_not_book_changes_nothing(clinic, role):
    entry = wait(clinic)
    (offer,) = offered(clinic, "11:00")
    other = signed_in(make_member(role))
    assert (
        other.post(reverse("scheduling:offer-answer", args=[offer.pk]), {"answer": "yes"}).status_code == 403
    )
    assert (
        other.post(reverse("scheduling:waitlist-withdraw", args=[entry.pk]), {"note": "x"}).status_code == 403
    )
    assert other.post(reverse("scheduling:recall-contact"), {}).status_code == 403
    assert Offer.objects.get().state == "out"
    assert not Appointment.objects.filter(state="scheduled").exists()
    assert make_patient().pk
