"""An unchanged poll is answered from one digest of row versions; every change that shows is noticed."""

import pytest
from django.urls import reverse

from scheduling.models import Room
from scheduling.queries.signatures import day_signature, flow_signature
from scheduling.services.rooms import set_room_state
from tests.factories.scheduling import TUESDAY, Clinic, make_patient
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

POLL = {"HX-Request": "true", "X-Clinic-Poll": "1"}


@pytest.fixture
def visit(clinic):
    return clinic.move(clinic.book("9:00"), "arrived")


def both(clinic: Clinic) -> tuple:
    place = clinic.location.pk
    return flow_signature(place), day_signature(TUESDAY, place, may_book=True)


def test_nothing_changes_by_itself(clinic, visit, early):
    first = both(clinic)
    early.shift(3600)
    assert both(clinic) == first


@pytest.mark.parametrize(
    "change",
    [
        lambda clinic, visit: clinic.move(visit, "roomed"),
        lambda clinic, visit: type(visit.patient).objects.filter(pk=visit.patient_id).update(first_name="X"),
        lambda clinic, visit: set_room_state(by=clinic.by, room=clinic.rooms[0], state="dirty"),
        lambda clinic, visit: Room.objects.filter(pk=clinic.rooms[0].pk).update(label="Z"),
        lambda clinic, visit: (
            type(clinic.provider).objects.filter(pk=clinic.provider.pk).update(last_name="Z")
        ),
        lambda clinic, visit: clinic.move(clinic.book("10:00", patient=make_patient()), "arrived"),
    ],
    ids=["move", "name", "room state", "room label", "provider", "another visit"],
)
def test_a_change_that_shows_changes_the_signature(clinic, visit, change):
    flow, day = both(clinic)
    change(clinic, visit)
    assert (flow_signature(clinic.location.pk) == flow, both(clinic)[1] == day) == (False, False)


@pytest.mark.parametrize(("name", "role"), [("desk:flow", "ma"), ("scheduling:day", "front_desk")])
def test_an_unchanged_poll_is_two_statements(clinic, visit, early, name, role):
    browser = signed_in(make_member(role))
    first = browser.get(reverse(name), headers=POLL)
    poll = {**POLL, "X-Board-Version": first.headers["X-Board-Version"]}
    assert browser.get(reverse(name), headers=poll).status_code == 204
    with counted() as log:
        assert browser.get(reverse(name), headers=poll).status_code == 204
    assert len(log) == 2  # the session, and the signature
    clinic.move(visit, "roomed")
    assert browser.get(reverse(name), headers=poll).status_code == 200
    early.shift(61)  # what depends on the clock is looked at once a minute
    latest = browser.get(reverse(name), headers=POLL).headers["X-Board-Version"]
    assert browser.get(reverse(name), headers={**POLL, "X-Board-Version": latest}).status_code == 204
