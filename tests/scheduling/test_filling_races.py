"""Real connections at one freed time: never two holds, never an error page, the losers told kindly."""

import pytest
import time_machine
from django.db import connection

from scheduling.models import Appointment, FreedTime, Offer, OutreachSettings, ResourceHold
from scheduling.services.booking import book_appointment
from scheduling.services.filling import fill_openings
from scheduling.services.offers import accept_offer, work_freed
from scheduling.services.waitlist import withdraw_from_waitlist
from tests.factories.outreach import SYSTEM, offered, wait
from tests.factories.scheduling import Clinic, at, make_patient, visit_type
from tests.scheduling.test_races import deadlocks, race

pytestmark = pytest.mark.django_db(transaction=True)
SIDES = 8


@pytest.fixture
def clinic(transactional_db):
    with time_machine.travel(at("9:00"), tick=False):
        yield Clinic()


def out(clinic, count: int) -> list[Offer]:
    OutreachSettings.objects.update(offers_at_once=count)
    for _ in range(count):
        wait(clinic)
    offers = offered(clinic, "11:00")
    assert len(offers) == count
    return offers


def holds() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM scheduling_resourcehold WHERE is_live AND resource_kind = 'provider' "
            "AND during && tstzrange(%s, %s)",
            [at("11:00"), at("11:20")],
        )
        return cursor.fetchone()[0]


def test_eight_acceptances_at_once_leave_one_visit(clinic):
    offers, before = out(clinic, SIDES), deadlocks()
    states: list[str] = []
    jobs = [
        lambda offer=offer: states.append(accept_offer(by=SYSTEM, offer=offer, how="link").state)
        for offer in offers
    ]
    outcomes, errors, _ = race(jobs)
    assert (outcomes, errors) == ({"won": SIDES}, [])
    assert sorted(states) == ["accepted"] + ["lost"] * (SIDES - 1)
    assert holds() == 1
    assert Appointment.objects.filter(state="scheduled").count() == 1
    assert deadlocks() == before
    assert FreedTime.objects.get().state == "filled"


def test_acceptance_against_booking_never_gives_two_holds(clinic):
    """Half of the sides accept their offer, half book the time at the desk."""
    offers, before = out(clinic, 4), deadlocks()
    kind, patients = visit_type(), [make_patient() for _ in range(4)]
    states: list[str] = []
    jobs = [
        lambda offer=offer: states.append(accept_offer(by=SYSTEM, offer=offer, how="link").state)
        for offer in offers
    ] + [
        lambda patient=patient: book_appointment(
            by=clinic.by,
            patient=patient,
            visit_type=kind,
            starts_at=at("11:00"),
            location=clinic.location,
            provider=clinic.provider,
        )
        for patient in patients
    ]
    outcomes, _, _ = race(jobs)
    assert holds() == 1
    assert deadlocks() == before
    assert outcomes["won"] + outcomes["Conflict"] == 8
    # Acceptances never raise; of the desk's bookings one went through, or none.
    booked = outcomes["won"] - 4
    assert (booked, states.count("accepted")) in {(1, 0), (0, 1)}
    assert Appointment.objects.filter(state="scheduled", starts_at=at("11:00")).count() == 1
    fill_openings()
    assert Offer.objects.filter(state="out").count() == 0
    assert FreedTime.objects.get().state == ("filled" if states.count("accepted") else "taken")


def test_sweep_acceptance_and_withdrawal_at_once(clinic):
    """Two sweeps, a yes and a patient taken off the list: one outcome, no circle of locks."""
    offers, before = out(clinic, 3), deadlocks()
    for _ in range(3):
        wait(clinic)
    freed = FreedTime.objects.get()
    jobs = [
        lambda: work_freed(by=SYSTEM, freed=freed, may_call=True),
        lambda: work_freed(by=SYSTEM, freed=freed, may_call=True),
        lambda: accept_offer(by=SYSTEM, offer=offers[0], how="link"),
        lambda: withdraw_from_waitlist(by=SYSTEM, entry=offers[1].entry, note="No longer needed"),
    ]
    outcomes, errors, _ = race(jobs)
    assert (outcomes, errors) == ({"won": 4}, [])
    assert deadlocks() == before
    assert Offer.objects.filter(state="accepted").count() == 1
    assert Offer.objects.filter(state="out").count() == 0
    assert holds() == 1
    assert ResourceHold.objects.filter(is_live=True, resource_kind="patient").count() == 1


def test_two_sweeps_at_once_ask_everybody_once(clinic):
    OutreachSettings.objects.update(offers_at_once=3)
    for _ in range(6):
        wait(clinic)
    offered(clinic, "11:00")
    Offer.objects.filter(state="out").update(expires_at=at("9:00"))
    outcomes, errors, _ = race([fill_openings, fill_openings, fill_openings])
    assert (outcomes, errors) == ({"won": 3}, [])
    assert Offer.objects.filter(state="out").count() == 3
    assert Offer.objects.count() == 6
