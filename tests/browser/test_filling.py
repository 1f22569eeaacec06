"""A cancellation fills itself: cancelled at the desk, taken by the link on a phone, seen by the desk; and triage by keys."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from clinic.core.time import now
from clinic.messaging.models import Message, SendSettings
from clinic.messaging.tasks import send_due
from clinic.staff.roles import Role
from scheduling.models import Appointment, Offer, OutreachSettings, TriageAssessment, VisitType, WaitlistEntry
from scheduling.services.booking import book_appointment
from scheduling.services.filling import fill_openings
from scheduling.services.waitlist import add_to_waitlist
from scheduling.services.walk_ins import walk_in
from tests.browser.conftest import PASSWORD
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import make_location, make_room, make_session, visit_type, whole_staff
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class House:
    """Open around the clock, and messages may leave at any hour, so that the test runs whenever it is started."""

    def __init__(self):
        hours = {str(day): ["00:00", "23:59"] for day in range(7)}
        self.place = make_location(name="Maple Street", hours=hours)
        make_room(self.place, name="Room 1", label="1")
        self.doctor = make_member(Role.PROVIDER, first_name="Anita", last_name="Shah", credential="MD")
        for weekday in range(7):
            make_session(
                self.doctor, self.place, "00:00", "23:50", weekday=weekday,
                effective_from=date.today() - timedelta(days=7),
            )  # fmt: skip
        SendSettings.objects.update(window_opens="00:00", window_closes="23:59:59")
        make_member(Role.FRONT_DESK, Role.MA, username="desk", password=PASSWORD)
        self.by = whole_staff()

    def book(self, patient) -> Appointment:
        start = (now() + timedelta(days=2)).replace(hour=16, minute=0, second=0, microsecond=0)
        return book_appointment(
            by=self.by, patient=patient, visit_type=visit_type(), starts_at=start, location=self.place,
            provider=self.doctor,
        )  # fmt: skip

    def wait(self, patient) -> WaitlistEntry:
        kind = VisitType.objects.get(code="follow-up")
        return add_to_waitlist(
            by=self.by, patient=patient, visit_type=kind, location=self.place, notice_minutes=60
        )


def test_a_cancellation_fills_itself_through_the_link_on_a_phone(person):
    house = House()
    visit = house.book(make_reachable(first_name="Carla", last_name="Cancels"))
    first = house.wait(make_reachable(first_name="Maria", last_name="Waits"))
    second = house.wait(make_reachable(first_name="Luisa", last_name="Hopes", language="es"))
    OutreachSettings.objects.update(offers_at_once=2)

    desk = person()
    page = desk.sign_in("desk")
    desk.go(f"{reverse('scheduling:day')}?day={visit.local_day}")
    page.click(f"#v-{visit.pk}")
    page.click("dialog[open] a:has-text('Cancel')")
    page.click("dialog[open] label:has-text('other commitment')")
    desk.sends(lambda: page.click("dialog[open] button:has-text('Cancel the visit')"))

    # What beat and the worker do within the minute.
    fill_openings()
    send_due()
    offers = {row.entry_id: row for row in Offer.objects.filter(state="out")}
    assert set(offers) == {first.pk, second.pk}
    desk.go(reverse("scheduling:day"))
    page.wait_for_selector("#offers:has-text('Waits, Maria')")
    page.wait_for_selector("#offers:has-text('Hopes, Luisa')")
    desk.assert_accessible()

    def link(entry) -> str:
        message = Message.objects.get(subject=f"offer:{offers[entry.pk].pk}")
        return reverse("scheduling:offer-link", args=[message.link_token])

    phone = person(390, 844)
    screen = phone.go(link(first))
    assert "Waits" not in screen.content()
    phone.assert_accessible()
    assert screen.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    screen.click("button:has-text('Yes, I take it')")
    screen.wait_for_selector("text=The time is yours")

    late = person(390, 844).go(link(second))
    late.wait_for_selector("text=esta hora ya no está libre")

    page.wait_for_selector("#offers:has-text('No offers out')")
    taken = Appointment.objects.get(state="scheduled")
    assert (taken.patient_id, taken.starts_at) == (first.patient_id, visit.starts_at)
    desk.go(reverse("scheduling:freed-list"))
    page.wait_for_selector(".trail-row:has-text('Waits, Maria'):has-text('Yes')")
    page.wait_for_selector(".trail-row:has-text('Hopes, Luisa'):has-text('Somebody else was faster')")
    desk.assert_accessible()
    assert desk.errors + phone.errors == []


def test_from_the_booking_dialog_to_the_waitlist_by_keyboard(person):
    house = House()
    patient = make_reachable(first_name="Maria", last_name="Ortizel", search=" maria ortizel 1988-03-04")
    desk = person()
    page = desk.sign_in("desk")
    desk.go(reverse("scheduling:day"))
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #id_patient_search:focus")
    page.keyboard.type("ortizel")
    page.wait_for_selector(".combobox-list [data-value]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".patient-line")
    page.focus("dialog[open] button[formaction*=waitlist]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] h2:has-text('Put on the waitlist')")
    page.wait_for_selector("dialog[open] .patient-line:has-text('Maria Ortizel')")
    page.focus("dialog[open] input[name=weekdays][value='0']")
    page.keyboard.press("Space")
    desk.assert_accessible()
    page.focus("dialog[open] [data-submit]")
    desk.sends(lambda: page.keyboard.press("Enter"))
    entry = WaitlistEntry.objects.get()
    assert (entry.patient_id, entry.weekdays, entry.location_id) == (patient.pk, [0], house.place.pk)
    assert desk.errors == []


def test_triage_by_keys(person):
    house = House()
    here = walk_in(
        by=house.by,
        patient=make_reachable(first_name="Wanda", last_name="Walks"),
        visit_type=visit_type(),
        location=house.place,
        reason="dizzy",
    )
    desk = person()
    page = desk.sign_in("desk")
    desk.go(reverse("scheduling:queue"))
    page.wait_for_selector(f"#q-{here.pk}:has-text('Walks, Wanda')")
    desk.assert_accessible()
    page.focus(f"#q-{here.pk} a:has-text('Triage')")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] input[name=level]")
    page.focus("dialog[open] input[name=level][value='1']")
    page.keyboard.press("ArrowDown")
    desk.assert_accessible()
    page.focus("dialog[open] [data-submit]")
    desk.sends(lambda: page.keyboard.press("Enter"))
    page.wait_for_selector(f"#q-{here.pk} .queue-level-2")
    assert TriageAssessment.objects.get().level == 2
    assert desk.errors == []
