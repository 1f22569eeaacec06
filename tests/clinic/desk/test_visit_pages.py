"""Check-in, rooming and check-out of one visit, as the pages that people use."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.core.failures import MAX_TRIES
from clinic.core.models import FailedWork
from clinic.core.time import now
from clinic.desk.models import DeskBlock
from clinic.desk.queries.day import kept_figures, manager_day
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.rules.states import State as MessageState
from clinic.staff.roles import Role
from records.models import Coverage, IdentityCheck, Payer
from scheduling.models import Appointment, VisitInterval
from tests.factories.messaging import make_message, make_reachable, number_of
from tests.factories.scheduling import EARLY, Clinic, make_patient, visit_type
from tests.factories.staff import actor_for, make_member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(time_machine) -> Clinic:
    time_machine.move_to(EARLY, tick=False)
    return Clinic()


@pytest.fixture
def desk():
    return signed_in(make_member(Role.FRONT_DESK, first_name="Fiona"))


@pytest.fixture
def ma():
    return signed_in(make_member(Role.MA, first_name="Dana"))


def block(client, visit, name, outcome="done", **data):
    return client.post(f"/visits/{visit.pk}/check-in/block/", {"block": name, "outcome": outcome, **data})


def test_identity_needs_two_identifiers_and_keeps_which(clinic, desk):
    visit = clinic.book()
    assert block(desk, visit, "identity", identifiers=["name"], follow=False).status_code == 302
    assert (DeskBlock.objects.count(), IdentityCheck.objects.count()) == (0, 0)
    block(desk, visit, "identity", identifiers=["name", "birth_date"])
    assert DeskBlock.objects.get().outcome == "done"
    assert IdentityCheck.objects.get().identifiers == ["name", "birth_date"]


def test_every_identifier_of_the_page_counts(clinic, desk):
    visit = clinic.book()
    page = desk.get(f"/visits/{visit.pk}/check-in/").content.decode()
    offered = re.findall(r'name="identifiers" value="(\w+)"', page)
    assert len(offered) == 5
    block(desk, visit, "identity", identifiers=offered)
    assert IdentityCheck.objects.get().identifiers == offered


def test_a_block_left_undone_says_why_and_stays_open(clinic, desk):
    visit = clinic.book()
    block(desk, visit, "copay", "not_done")
    assert DeskBlock.objects.count() == 0
    block(desk, visit, "copay", "not_done", note="Forgot the wallet")
    assert "Forgot the wallet" in desk.get(f"/visits/{visit.pk}/check-in/").content.decode()
    block(desk, visit, "copay", "nonsense")
    assert DeskBlock.objects.get().outcome == "not_done"


def test_arrived_works_with_blocks_open_and_acts_once(clinic, desk):
    visit = clinic.book()
    for _ in range(2):
        response = desk.post(f"/visits/{visit.pk}/check-in/arrive/", {"form_key": "one"})
        assert response.status_code == 302
    visit.refresh_from_db()
    assert visit.state == "arrived"
    assert visit.encounter.patient_id == visit.patient_id
    assert VisitInterval.objects.filter(appointment=visit, state="arrived").count() == 1


def test_a_visit_of_another_day_is_not_checked_in(clinic, desk, time_machine):
    visit = clinic.book()
    time_machine.shift(-24 * 3600)
    assert desk.post(f"/visits/{visit.pk}/check-in/arrive/", {"form_key": "one"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.encounter) == ("scheduled", None)


def test_rooming_needs_a_checked_in_patient(clinic, ma):
    visit = clinic.book()
    assert ma.get(f"/visits/{visit.pk}/rooming/").status_code == 422
    clinic.move(visit, "arrived", "roomed")
    page = ma.get(f"/visits/{visit.pk}/rooming/").content.decode()
    assert "0 of 5" in page
    ma.post(f"/visits/{visit.pk}/rooming/identity/", {"identifiers": ["name", "birth_date"]})
    assert "1 of 5" in ma.get(f"/visits/{visit.pk}/rooming/").content.decode()


def test_starting_intake_stays_in_the_room_and_nothing_else_is_followed(clinic, ma):
    visit = clinic.move(clinic.book(), "arrived", "roomed")
    here = f"/visits/{visit.pk}/rooming/"
    assert f'name="next" value="{here}"' in ma.get(here).content.decode()
    moved = ma.post(f"/schedule/visits/{visit.pk}/state/", {"to": "intake", "next": here})
    assert (moved.status_code, moved["Location"]) == (302, here)
    moved = ma.post(f"/schedule/visits/{visit.pk}/state/", {"to": "ready", "next": "https://evil.example/"})
    assert (moved.status_code, moved["Location"]) == (302, "/flow/")


def test_leaving_completes_the_visit_and_closes_the_encounter(clinic, desk):
    visit = clinic.move(clinic.book(), "arrived", "roomed", "with_provider", "discharge")
    desk.post(f"/visits/{visit.pk}/check-out/block/", {"block": "summary", "outcome": "done"})
    assert desk.post(f"/visits/{visit.pk}/check-out/leave/", {"form_key": "one"}).status_code == 302
    visit.refresh_from_db()
    assert visit.state == "completed"
    assert visit.encounter.ended_at is not None
    assert DeskBlock.objects.get().block == "summary"


def test_the_summary_names_coming_visits_and_no_other_patient(clinic, desk):
    visit = clinic.move(clinic.book("9:00", patient=make_patient(first_name="Rosa")), "arrived")
    clinic.book("10:00", patient=make_patient(first_name="Zyx"))
    text = desk.get(f"/visits/{visit.pk}/summary/").content.decode()
    assert "Rosa" in text
    assert "Zyx" not in text


def test_an_unknown_visit_is_not_found(clinic, desk):
    unknown = "00000000-0000-7000-8000-000000000000"
    for page in ("check-in", "check-out", "summary"):
        assert desk.get(f"/visits/{unknown}/{page}/").status_code == 404


@pytest.mark.parametrize("page", ["check-in", "check-out"])
def test_statements_do_not_grow_with_coverages_and_visits(clinic, desk, page):
    payer = Payer.objects.create(name="Prairie Health Plan")
    counts = []
    patient = make_patient()
    visit = clinic.book("9:00", patient=patient)
    clinic.move(visit, "arrived")
    desk.get(f"/visits/{visit.pk}/{page}/")  # the session's own first queries
    for rank in (1, 2, 3):
        Coverage.objects.create(patient=patient, payer=payer, rank=rank, copay_office=Decimal("20"))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert desk.get(f"/visits/{visit.pk}/{page}/").status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[2]


def test_the_managers_day_counts_what_happened(clinic):
    manager = signed_in(make_member(Role.MANAGER))
    clinic.move(
        clinic.book("9:00"), "arrived", "roomed", "with_provider", "discharge", "checkout", "completed"
    )
    clinic.book("10:00", visit_type=visit_type("follow-up"))
    text = manager.get("/today/").content.decode()
    assert "Visits booked" in text
    counts = []
    for booked in ("", "11:00", "11:20"):
        if booked:
            clinic.book(booked)
        with CaptureQueriesContext(connection) as caught:
            manager.get("/today/")
        counts.append(len(caught))
    # Two more read the visits of a day in which something changed; how many there are makes no difference.
    assert counts == [counts[0], counts[0] + 2, counts[0] + 2]
    assert counts[1] <= 8


def test_a_past_day_is_worked_out_anew_only_when_one_of_its_visits_changed(clinic):
    visit = clinic.move(
        clinic.book("9:00"), "arrived", "roomed", "with_provider", "discharge", "checkout", "completed"
    )
    day = visit.local_day
    assert [one.completed for one in kept_figures([day])] == [1]
    with CaptureQueriesContext(connection) as caught:
        assert [one.completed for one in kept_figures([day, day - timedelta(days=1)])] == [1]
    assert len(caught) == 1
    Appointment.objects.filter(pk=visit.pk).update(state="no_show", updated_at=now() + timedelta(seconds=1))
    assert [(one.completed, one.no_shows) for one in kept_figures([day])] == [(0, 1)]


def test_the_manager_counts_what_the_lists_behind_the_links_show(clinic):
    """Replies of any meaning that need a person, messages nobody has settled, work that was given up."""
    patient = make_reachable()
    for number, (meaning, needs_person) in enumerate(
        [("unclear", True), ("cancel", True), ("confirm", False), ("unclear", False)]
    ):
        InboundMessage.objects.create(
            gateway="twilio", ref=f"SM-{number}", from_address=number_of(patient), body="?", received_at=now(),
            patient=patient, meaning=meaning, settled_at=now(), needs_person=needs_person,
        )  # fmt: skip
    for is_staff_needed in (True, True, True, False):
        message = make_message(patient, state=MessageState.FAILED)
        Message.objects.filter(pk=message.pk).update(is_staff_needed=is_staff_needed)
    for times in (1, MAX_TRIES):
        FailedWork.objects.create(
            task="t",
            item=f"{times}",
            times=times,
            error="E",
            first_at=now(),
            last_at=now(),
            next_try_at=now(),
        )
    manager = make_member(Role.MANAGER)
    shown = {one.words: (one.count, one.url) for one in manager_day(actor_for(manager)).decisions}
    assert shown["replies from patients to read"] == (2, "/messages/replies/")
    assert shown["messages to patients failed or in doubt"] == (3, "/messages/?tab=attention")
    assert shown["background job that the program gave up"] == (1, "/messages/failed-work/")
    client = signed_in(manager)
    assert len(client.get("/messages/replies/").context["page"].rows) == 2
    assert len(client.get("/messages/?tab=attention").context["page"].rows) == 3
