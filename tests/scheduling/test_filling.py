"""A freed time is offered to the right patients, once, for as long as it stands; the first yes has it."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused, Stale
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.services import plan_message
from clinic.messaging.tasks import send_due
from scheduling.models import Appointment, FreedTime, Offer, OutreachSettings, ResourceHold, WaitlistEntry
from scheduling.queries.offers import offers_out
from scheduling.queries.waitlist import refills
from scheduling.services.booking import cancel_appointment, reschedule_appointment
from scheduling.services.filling import fill_openings
from scheduling.services.offers import accept_offer, decline_offer, offer_time, stop_filling, withdraw_offer
from scheduling.services.soft_holds import keep_time
from scheduling.services.visits import undo_move
from scheduling.services.waitlist import add_to_waitlist, edit_waitlist_entry, withdraw_from_waitlist
from tests.factories.messaging import make_reachable, number_of
from tests.factories.outreach import cancelled, offered, wait
from tests.factories.scheduling import (
    TUESDAY,
    Clinic,
    at,
    desk,
    make_patient,
    make_provider,
    make_room,
    visit_type,
)

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY + timedelta(days=7)


@pytest.fixture
def clock():
    """Nine in the morning in Chicago, Tuesday: the desk is open and messages may leave."""
    with time_machine.travel(at("9:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(db, clock):
    return Clinic()


def states(visit) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Offer.objects.filter(freed__appointment=visit).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_a_cancelled_time_is_offered_by_text_in_the_right_order(clinic):
    later = wait(clinic)
    urgent = wait(clinic, urgency=1)
    wait(clinic, weekdays=[4])
    offers = offered(clinic, "11:00")
    assert [row.entry_id for row in offers] == [urgent.pk, later.pk]
    assert {row.way for row in offers} == {"sms"}
    assert {row.expires_at for row in offers} == {now() + timedelta(minutes=15)}
    message = Message.objects.get(subject=f"offer:{offers[0].pk}")
    assert (message.purpose, message.not_after) == ("offer", offers[0].expires_at)
    assert message.address == number_of(urgent.patient)
    assert AuditEvent.objects.filter(action="offer.made").count() == 2


def test_a_kind_that_holds_a_room_is_offered_only_while_a_room_is_free(clinic):
    kind = visit_type("procedure")
    entry = wait(clinic, visit_type=kind)
    assert offered(clinic, "10:00") == []
    make_room(clinic.location, kind="procedure")
    offers = offered(clinic, "11:00", visit_type=kind)
    assert [row.entry_id for row in offers] == [entry.pk]


def test_only_so_many_are_asked_at_once_and_a_second_run_asks_nobody(clinic):
    for _ in range(5):
        wait(clinic)
    offers = offered(clinic, "11:00")
    assert len(offers) == 3
    assert fill_openings() == 0
    assert Offer.objects.count() == 3
    assert Message.objects.filter(purpose="offer").count() == 3


def test_another_day_an_offer_stands_two_hours(clinic):
    wait(clinic)
    (offer,) = offered(clinic, "10:00", day=NEXT_WEEK)
    assert offer.expires_at == now() + timedelta(hours=2)


def test_the_limits_are_data(clinic):
    OutreachSettings.objects.update(offers_at_once=1, same_day_minutes=20)
    wait(clinic)
    wait(clinic)
    (offer,) = offered(clinic, "11:00")
    assert offer.expires_at == now() + timedelta(minutes=20)
    OutreachSettings.objects.update(is_automatic=False)
    assert offered(clinic, "11:30") == []


def test_who_may_not_be_written_to_is_a_call_for_the_desk(clinic):
    entry = wait(clinic, make_reachable(texts=False))
    (offer,) = offered(clinic, "11:00")
    assert (offer.way, offer.why_call) == ("call", "The patient has not agreed to messages.")
    assert not Message.objects.filter(purpose="offer").exists()
    (line,) = offers_out(clinic.location).times
    assert [row.patient_id for row in line.out] == [entry.patient_id]
    assert line.out[0].phone == number_of(entry.patient)


def test_nobody_is_called_while_the_desk_is_closed_and_nobody_is_texted_at_night(clinic, clock):
    wait(clinic, make_reachable(texts=False))
    wait(clinic)
    visit = cancelled(clinic, "10:00", day=NEXT_WEEK)
    clock.move_to(at("21:30"))
    fill_openings()
    assert states(visit) == {}
    clock.move_to(at("9:05", TUESDAY + timedelta(days=1)))
    fill_openings()
    assert states(visit) == {"out": 2}


def test_one_message_a_day_counts_offers_too(clinic):
    patient = make_reachable()
    plan_message(
        by=clinic.by, key="earlier", patient=patient, purpose="reminder", channel="sms", address=number_of(patient),
        template_code="visit_reminder", planned_at=now(), not_after=now() + timedelta(hours=8), zone=clinic.location.zone,
        variables={"first_name": "M", "clinic": "C", "date": "Tue, Mar 10", "time": "9:00 AM", "phone": "1"},
    )  # fmt: skip
    send_due()
    wait(clinic, patient)
    (offer,) = offered(clinic, "11:00")
    assert (offer.way, offer.why_call) == ("call", "The patient got enough messages lately.")


def test_a_message_that_does_not_arrive_becomes_a_call(clinic):
    wait(clinic)
    (offer,) = offered(clinic, "11:00")
    Message.objects.filter(subject=f"offer:{offer.pk}").update(
        state="failed", error="The number is not in service."
    )
    fill_openings()
    offer.refresh_from_db()
    assert (offer.way, offer.state, offer.why_call) == ("call", "out", "The number is not in service.")


def test_no_answer_in_time_passes_to_the_next(clinic, clock):
    OutreachSettings.objects.update(offers_at_once=1)
    first, second = wait(clinic, urgency=1), wait(clinic)
    (offer,) = offered(clinic, "11:00")
    assert offer.entry_id == first.pk
    clock.shift(timedelta(minutes=14))
    assert fill_openings() == 0
    clock.shift(timedelta(minutes=1))
    assert fill_openings() == 1
    offer.refresh_from_db()
    assert offer.state == "expired"
    assert accept_offer(by=clinic.by, offer=offer).state == "expired"
    assert Offer.objects.get(state="out").entry_id == second.pk
    first.refresh_from_db()
    assert first.state == "waiting"


def test_a_yes_books_closes_the_entry_and_ends_the_others(clinic):
    winner, other = wait(clinic), wait(clinic)
    mine, theirs = offered(clinic, "11:00")
    done = accept_offer(by=clinic.by, offer=mine, how="link")
    visit = done.visit
    assert (visit.patient_id, visit.starts_at, visit.provider_id) == (
        winner.patient_id,
        at("11:00"),
        clinic.provider.pk,
    )
    winner.refresh_from_db()
    other.refresh_from_db()
    theirs.refresh_from_db()
    freed = FreedTime.objects.get()
    assert (winner.state, winner.visit_id) == ("booked", visit.pk)
    assert (other.state, theirs.state) == ("waiting", "lost")
    assert (freed.state, freed.visit_id) == ("filled", visit.pk)
    # A second yes and a late yes change nothing.
    assert accept_offer(by=clinic.by, offer=mine).visit_id == visit.pk
    assert accept_offer(by=clinic.by, offer=theirs).state == "lost"
    assert Appointment.objects.filter(starts_at=at("11:00"), state="scheduled").count() == 1
    assert refills((TUESDAY, TUESDAY)).from_waitlist == 1


def test_a_yes_moves_the_later_visit_in_one_step(clinic):
    patient = make_reachable()
    later = clinic.book("10:00", day=NEXT_WEEK, patient=patient)
    entry = wait(clinic, patient, moves=later)
    (offer,) = offered(clinic, "11:00")
    done = accept_offer(by=clinic.by, offer=offer, how="link")
    later.refresh_from_db()
    entry.refresh_from_db()
    assert (later.state, later.rescheduled_to_id) == ("rescheduled", done.visit_id)
    assert entry.visit_id == done.visit_id
    assert not ResourceHold.objects.filter(appointment=later, is_live=True).exists()
    # The time that was left behind is offered in its turn.
    fill_openings()
    assert FreedTime.objects.get(appointment=later).state == "open"


def test_an_earlier_time_is_never_later_than_the_visit_at_hand(clinic):
    patient = make_reachable()
    wait(clinic, patient, moves=clinic.book("10:00", day=NEXT_WEEK, patient=patient))
    assert offered(clinic, "10:30", day=NEXT_WEEK + timedelta(days=7)) == []


def test_a_time_that_the_desk_books_is_lost_to_all_kindly(clinic):
    entry = wait(clinic)
    (offer,) = offered(clinic, "11:00")
    taken = clinic.book("11:00")
    assert accept_offer(by=clinic.by, offer=offer).state == "lost"
    freed, row = FreedTime.objects.get(), WaitlistEntry.objects.get(pk=entry.pk)
    assert (freed.state, freed.visit_id, row.state) == ("taken", taken.pk, "waiting")
    assert Appointment.objects.filter(patient=entry.patient).count() == 0


def test_the_sweep_notices_a_time_that_was_booked(clinic):
    wait(clinic)
    (offer,) = offered(clinic, "11:00")
    clinic.book("11:00")
    fill_openings()
    offer.refresh_from_db()
    assert offer.state == "lost"
    found = refills((TUESDAY, TUESDAY))
    assert (found.freed, found.refilled, found.from_waitlist, found.median_minutes) == (1, 1, 0, 0.0)


def test_an_undone_cancellation_frees_nothing(clinic):
    wait(clinic)
    visit = cancelled(clinic, "11:00")
    fill_openings()
    undo_move(by=clinic.by, appointment=visit)
    fill_openings()
    assert FreedTime.objects.get().state == "stopped"
    assert states(visit) == {"withdrawn": 1}
    assert refills((TUESDAY, TUESDAY)).freed == 0


def test_a_provider_who_is_not_there_frees_no_time(clinic):
    wait(clinic)
    visit = clinic.book("11:00")
    cancel_appointment(by=clinic.by, appointment=visit, reason="provider")
    fill_openings()
    assert not FreedTime.objects.exists()


def test_a_moved_visit_frees_its_old_time(clinic):
    wait(clinic)
    visit = clinic.book("11:00")
    reschedule_appointment(by=clinic.by, appointment=visit, starts_at=at("10:00", NEXT_WEEK))
    fill_openings()
    assert states(visit) == {"out": 1}


def test_who_comes_that_day_anyway_or_is_too_long_is_not_asked(clinic):
    here = make_reachable()
    clinic.book("9:40", patient=here)
    wait(clinic, here)
    wait(clinic, kind="new-patient")
    clinic.book("11:20")  # so that forty minutes do not fit at eleven
    assert offered(clinic, "11:00") == []


def test_a_no_keeps_the_patient_waiting_and_is_not_asked_again(clinic):
    entry = wait(clinic)
    (offer,) = offered(clinic, "11:00")
    decline_offer(by=clinic.by, offer=offer)
    assert fill_openings() == 0
    entry.refresh_from_db()
    assert entry.state == "waiting"
    assert decline_offer(by=clinic.by, offer=offer).state == "declined"
    assert AuditEvent.objects.filter(action="offer.declined").count() == 1


def test_staff_take_back_stop_and_withdraw(clinic):
    first, second = wait(clinic), wait(clinic)
    mine, theirs = offered(clinic, "11:00")
    withdraw_offer(by=clinic.by, offer=mine)
    with pytest.raises(Refused):
        withdraw_offer(by=clinic.by, offer=mine)
    withdraw_from_waitlist(by=clinic.by, entry=second, note="Went elsewhere")
    theirs.refresh_from_db()
    assert theirs.state == "withdrawn"
    with pytest.raises(Refused, match="no longer waiting"):
        withdraw_from_waitlist(by=clinic.by, entry=second, note="Again")
    stop_filling(by=clinic.by, freed=FreedTime.objects.get())
    assert fill_openings() == 0
    first.refresh_from_db()
    assert first.state == "waiting"


def test_offered_by_hand_whatever_the_wishes_say(clinic):
    entry = wait(clinic, weekdays=[4])
    offer = offer_time(by=clinic.by, entry=entry, starts_at=at("11:00"), member=clinic.provider)
    assert (offer.way, offer.freed.cause, offer.offered_by_label) == ("sms", "desk", clinic.by.label)
    fill_openings()
    assert Offer.objects.count() == 1
    with pytest.raises(Conflict, match="waits for an answer"):
        offer_time(by=clinic.by, entry=entry, starts_at=at("11:20"), member=clinic.provider)
    accept_offer(by=clinic.by, offer=offer)
    entry.refresh_from_db()
    assert entry.state == "booked"


def test_by_hand_refuses_a_taken_time_and_one_too_soon(clinic):
    entry = wait(clinic)
    clinic.book("11:00")
    with pytest.raises(Refused, match="just been taken"):
        offer_time(by=clinic.by, entry=entry, starts_at=at("11:00"), member=clinic.provider)
    with pytest.raises(Refused, match="too soon"):
        offer_time(by=clinic.by, entry=entry, starts_at=at("10:00"), member=clinic.provider)
    assert not Offer.objects.exists()
    assert not FreedTime.objects.exists()


def test_entries_are_checked(clinic):
    patient = make_patient()
    entry = wait(clinic, patient)
    with pytest.raises(Conflict, match="on the waitlist for this kind"):
        wait(clinic, patient)
    with pytest.raises(Refused, match="last day has passed"):
        wait(clinic, latest_on=TUESDAY - timedelta(days=1))
    other = clinic.book("10:00", day=NEXT_WEEK)
    with pytest.raises(Refused, match="coming visit of this patient"):
        wait(clinic, moves=other)
    with pytest.raises(Refused, match="another kind"):
        wait(clinic, other.patient, kind="nurse", moves=other)
    edit_waitlist_entry(by=clinic.by, entry=entry, version=1, urgency=1)
    with pytest.raises(Stale):
        edit_waitlist_entry(by=clinic.by, entry=entry, version=1, urgency=2)
    entry.refresh_from_db()
    assert (entry.urgency, entry.version) == (1, 2)


def test_entries_end_with_their_last_day_and_with_a_booking(clinic, clock):
    past = wait(clinic, latest_on=TUESDAY)
    booked = wait(clinic)
    clock.shift(timedelta(minutes=1))
    visit = clinic.book("10:00", day=NEXT_WEEK, patient=booked.patient)
    clock.shift(timedelta(days=1))
    fill_openings()
    past.refresh_from_db()
    booked.refresh_from_db()
    assert (past.state, booked.state, booked.visit_id) == ("expired", "booked", visit.pk)


def test_a_freed_time_that_nobody_takes_lapses(clinic, clock):
    wait(clinic)
    visit = cancelled(clinic, "11:00")
    fill_openings()
    clock.move_to(at("11:00"))
    fill_openings()
    assert FreedTime.objects.get().state == "lapsed"
    assert states(visit) == {"expired": 1}
    found = refills((TUESDAY, TUESDAY))
    assert (found.freed, found.refilled, found.median_minutes) == (1, 0, None)


def link(offer) -> str:
    send_due()
    return reverse(
        "scheduling:offer-link", args=[Message.objects.get(subject=f"offer:{offer.pk}").link_token]
    )


def test_opening_the_link_changes_nothing_and_tells_only_what_the_text_said(clinic):
    wait(clinic, make_reachable(first_name="Maria", last_name="Hiddenname"), note="rash")
    (offer,) = offered(clinic, "11:00")
    address, before = link(offer), AuditEvent.objects.count()
    page = Client().get(address)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "same-origin"
    body = page.content.decode()
    assert "Tue, Mar 10" in body
    assert "11:00 AM" in body
    assert "before 9:15 AM" in body
    for secret in ("Hiddenname", "rash", visit_type().name, str(offer.pk)):
        assert secret not in body
    offer.refresh_from_db()
    assert (offer.state, AuditEvent.objects.count()) == ("out", before)


def test_the_link_takes_the_time_and_the_others_are_told_kindly(clinic):
    wait(clinic)
    wait(clinic)
    mine, theirs = offered(clinic, "11:00")
    first, second = link(mine), link(theirs)
    assert "The time is yours" in Client().post(first, {"answer": "yes"}).content.decode()
    late = Client().post(second, {"answer": "yes"})
    assert late.status_code == 200
    assert "this time has been taken" in late.content.decode()
    assert "stay on our list" in Client().get(second).content.decode()
    assert AuditEvent.objects.get(action="offer.accepted").actor == "patient by link"


def test_the_link_says_no_and_is_late_kindly(clinic, clock):
    wait(clinic)
    wait(clinic)
    mine, theirs = offered(clinic, "11:00")
    first, second = link(mine), link(theirs)
    assert "we will ask you again" in Client().post(first, {"answer": "no"}).content.decode()
    clock.shift(timedelta(minutes=15))
    assert "time to answer has passed" in Client().post(second, {"answer": "yes"}).content.decode()
    clock.move_to(at("11:00"))
    assert Client().get(second).status_code == 404
    assert Client().get(reverse("scheduling:offer-link", args=["A" * 22])).status_code == 404


def test_a_patient_without_a_provider_s_time_waits_for_the_nurse(clinic):
    """Another provider's wish is left alone; a nurse visit is not offered a provider's time."""
    other = make_provider(clinic.location, last_name="Lee")
    entry = add_to_waitlist(
        by=desk(), patient=make_reachable(), visit_type=visit_type(), location=clinic.location, providers=[other],
        notice_minutes=30,
    )  # fmt: skip
    wait(clinic, kind="nurse")
    assert offered(clinic, "11:00") == []
    assert [row.entry_id for row in offered(clinic, "11:20", provider=other)] == [entry.pk]


def test_a_yes_to_a_time_that_is_kept_for_a_caller_can_be_said_again(clinic):
    wait(clinic)
    (offer,) = offered(clinic, "11:00")
    keep_time(
        by=desk(), call=uuid4(), visit_type=visit_type("follow-up"), location=clinic.location,
        starts_at=offer.freed.starts_at, provider=clinic.provider,
    )  # fmt: skip
    assert accept_offer(by=clinic.by, offer=offer).state == Offer.State.OUT
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        assert accept_offer(by=clinic.by, offer=offer).state == Offer.State.ACCEPTED


def test_an_entry_that_moves_a_visit_ends_with_that_visit_and_books_no_second_one(clinic):
    patient = make_reachable()
    visit = clinic.book("11:40", patient=patient)
    entry = wait(clinic, patient, moves=visit)
    (offer,) = offered(clinic, "11:00")
    cancel_appointment(by=clinic.by, appointment=visit, reason="patient_conflict")
    assert accept_offer(by=clinic.by, offer=offer).state == Offer.State.LOST
    fill_openings()
    entry.refresh_from_db()
    assert entry.state != WaitlistEntry.State.WAITING
    assert not Appointment.objects.filter(patient=patient).exclude(state="cancelled").exists()
