"""Added steps of a visit at checkout: each is proposed whose type names a fee, once, and a retraction leaves it."""

import pytest
import time_machine

from billing import services
from billing.models import Charge, VisitTypeFee
from clinic.desk.workflows import check_out
from clinic.staff.roles import Role
from scheduling.models import Appointment, Room
from tests.billing.test_charges import retract
from tests.factories.billing import SYSTEM, give_dose, make_fee
from tests.factories.scheduling import EARLY, Clinic, at, make_equipment, make_room, make_session, visit_type
from tests.factories.staff import make_member
from tests.support.statements import counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit():
    """A follow-up with a draw and an ECG that has come to checkout; the ECG's type names a fee, the draw's none."""
    with time_machine.travel(EARLY, tick=False) as clock:
        clinic = Clinic()
        make_room(clinic.location, kind=Room.Kind.LAB)
        make_equipment("ecg")
        make_session(make_member(Role.MA), clinic.location)
        made = clinic.book("9:00", add_ons=(visit_type("lab"), visit_type("ecg")))
        clock.move_to(at("9:00"))
        clinic.move(made, "arrived", "roomed", "ready", "with_provider", "checkout")
        make_fee("LOC-101")
        make_fee("LOC-ECG", "45.00", words="ECG with reading")
        VisitTypeFee.objects.create(visit_type=visit_type(), code="LOC-101")
        VisitTypeFee.objects.create(visit_type=visit_type("ecg"), code="LOC-ECG")
        yield Appointment.objects.select_related("encounter").get(pk=made.pk)


def charges() -> set:
    return set(Charge.objects.values_list("code", "source", "state"))


def test_a_step_whose_type_names_a_fee_is_proposed_once(visit):
    ecg = visit.steps.get(visit_type__code="ecg")
    check_out(by=SYSTEM, appointment_id=visit.pk)
    assert charges() == {
        ("LOC-101", f"visit:{visit.pk}", "proposed"),
        ("LOC-ECG", f"step:{ecg.pk}", "proposed"),
    }
    assert services.propose_visit_charges(by=SYSTEM, encounter=visit.encounter) == []


def test_what_was_struck_is_not_proposed_again(visit):
    made = services.propose_visit_charges(by=SYSTEM, encounter=visit.encounter)
    (ecg,) = (row for row in made if row.code == "LOC-ECG")
    services.void_charge(by=SYSTEM, charge=ecg, reason="Not done")
    assert services.propose_visit_charges(by=SYSTEM, encounter=visit.encounter) == []
    assert Charge.objects.get(code="LOC-ECG").state == "void"


def test_a_retracted_dose_takes_back_its_own_charge_and_no_step_s(visit):
    make_fee("VAC-150", kind="vaccine", cvx="150")
    dose = give_dose(visit.encounter)
    services.propose_visit_charges(by=SYSTEM, encounter=visit.encounter)
    retract(dose)
    services.propose_visit_charges(by=SYSTEM, encounter=visit.encounter)
    states = dict(Charge.objects.values_list("code", "state"))
    assert states == {"LOC-101": "proposed", "LOC-ECG": "proposed", "VAC-150": "void"}


def test_steps_cost_no_statement_of_their_own(visit):
    services.propose_visit_charges(by=SYSTEM, encounter=visit.encounter)
    encounter = Appointment.objects.select_related("encounter").get(pk=visit.pk).encounter
    with counted() as log:
        services.propose_visit_charges(by=SYSTEM, encounter=encounter)
    with_steps = len(log)
    visit.steps.all().delete()
    encounter = Appointment.objects.select_related("encounter").get(pk=visit.pk).encounter
    with counted() as log:
        services.propose_visit_charges(by=SYSTEM, encounter=encounter)
    assert len(log) == with_steps
