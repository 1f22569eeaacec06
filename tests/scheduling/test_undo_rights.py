"""A move is taken back by who may make it: a cancellation by the desk, a step in the house by who works there."""

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import NotAllowed
from clinic.staff.permissions import Permission as P
from clinic.staff.roles import Role
from scheduling.models import Appointment, ResourceHold
from scheduling.queries.undoing import may_undo
from scheduling.queries.visit_page import visit_page
from scheduling.rules.visit_states import State
from scheduling.services.booking import cancel_appointment, confirm_appointment
from scheduling.services.visits import undo_move
from tests.factories.staff import actor, actor_for, make_member, signed_in

ALL = tuple(State)


@pytest.mark.parametrize(
    ("permission", "wanted"),
    [
        (P.APPOINTMENT_CANCEL, {State.CANCELLED}),
        (P.APPOINTMENT_BOOK, {State.CONFIRMED}),
        (P.FLOW_MOVE, set(ALL) - {State.CANCELLED}),
        (P.CHECK_IN, set(ALL) - {State.CANCELLED}),
        (P.APPOINTMENT_MOVE, set()),
    ],
)
def test_what_each_permission_takes_back(db, permission, wanted):
    one = actor(permission)
    assert {state for state in ALL if may_undo(one, state)} == wanted


def test_who_only_moves_patients_can_not_bring_a_cancelled_visit_back(clinic):
    visit = cancel_appointment(by=clinic.by, appointment=clinic.book("9:00"), reason="patient_better")
    nurse = make_member(Role.MA)
    with pytest.raises(NotAllowed, match="You may not take back “Cancelled”"):
        undo_move(by=actor_for(nurse), appointment=visit)
    answer = signed_in(nurse).post(
        reverse("scheduling:visit-undo", args=[visit.pk]), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 403
    assert Appointment.objects.get().state == "cancelled"
    assert not ResourceHold.objects.filter(is_live=True).exists()
    assert not AuditEvent.objects.filter(action="visit.move_undone").exists()
    desk = signed_in(make_member(Role.FRONT_DESK))
    assert desk.post(reverse("scheduling:visit-undo", args=[visit.pk])).status_code == 302
    assert Appointment.objects.get().state == "scheduled"


def test_the_page_offers_what_the_service_allows(clinic):
    nurse, desk = actor_for(make_member(Role.MA)), actor_for(make_member(Role.FRONT_DESK))
    visit = clinic.book("9:00")
    assert [visit_page(visit, one).may_undo for one in (nurse, desk)] == [False, False]
    visit = confirm_appointment(by=clinic.by, appointment=visit)
    assert [visit_page(visit, one).may_undo for one in (nurse, desk)] == [True, True]
    visit = cancel_appointment(by=clinic.by, appointment=visit, reason="patient_better")
    assert [visit_page(visit, one).may_undo for one in (nurse, desk)] == [False, True]
