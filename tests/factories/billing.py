"""Visits to charge, prices, diagnoses and drawers for tests."""

import datetime as dt
from decimal import Decimal
from itertools import count

from billing.models import Drawer, FeeItem, VisitTypeFee
from billing.services import take_payment
from clinic.core.actor import Actor
from inventory.services import issue_stock
from records.models import Coverage, DiagnosisCode, Encounter, Immunization, Payer
from scheduling.models import Appointment
from tests.factories.inventory import make_vaccine, stocked
from tests.factories.scheduling import TUESDAY, Clinic, at, make_patient, visit_type
from tests.factories.staff import make_member

SYSTEM = Actor.system("tests.billing")
_numbers = count(1)


def make_fee(code: str = "", price="120.00", **fields) -> FeeItem:
    """A price that has held since 2020."""
    defaults = {"words": "Office visit", "kind": "visit", "effective_from": dt.date(2020, 1, 1)}
    return FeeItem.objects.create(
        code=code or f"LOC-{next(_numbers):03d}", price=Decimal(price), **defaults | fields
    )


def make_code(
    code: str = "", *, is_billable: bool = True, release: str = "2025-10", **fields
) -> DiagnosisCode:
    """A diagnosis code in one release."""
    code = code or f"Z{next(_numbers):02d}9"
    display = code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"
    defaults = {
        "display": display,
        "description": f"Condition {code}",
        "search": f" {code.lower()} condition",
    }
    return DiagnosisCode.objects.create(
        code=code, is_billable=is_billable, release=release, **defaults | fields
    )


def make_drawer(**fields) -> Drawer:
    """A drawer in use."""
    return Drawer.objects.create(**{"name": f"Desk {next(_numbers)}"} | fields)


def make_encounter(
    patient=None, *, day: dt.date = TUESDAY, clock: str = "9:00", ended: bool = False, **fields
):
    """A visit without an appointment."""
    started = at(clock, day)
    return Encounter.objects.create(
        patient=patient or make_patient(),
        started_at=started,
        reason="Follow-up",
        ended_at=started + dt.timedelta(minutes=30) if ended else None,
        **fields,
    )


def make_visit(
    patient=None,
    *,
    clinic: Clinic | None = None,
    code: str = "",
    day: dt.date = TUESDAY,
    clock: str = "9:00",
    ended: bool = True,
) -> tuple[Appointment, Encounter]:
    """An appointment that has its encounter; `code` is what its type proposes."""
    clinic = clinic or Clinic()
    appointment = clinic.book(clock, day=day, patient=patient or make_patient())
    encounter = make_encounter(
        appointment.patient, day=day, clock=clock, ended=ended, provider=clinic.provider
    )
    Appointment.objects.filter(pk=appointment.pk).update(encounter=encounter)
    if code:
        VisitTypeFee.objects.get_or_create(visit_type=visit_type(), defaults={"code": code})
    appointment = Appointment.objects.select_related("patient", "encounter").get(pk=appointment.pk)
    return appointment, appointment.encounter


def give_dose(encounter: Encounter, *, cvx: str = "150", funding: str = "private") -> Immunization:
    """A dose given during a visit, out of stock."""
    item, lot, place = stocked(make_vaccine(cvx=cvx), quantity=1, funding=funding)
    movement = issue_stock(by=SYSTEM, item=item, lot=lot, place=place, quantity=1)
    day = encounter.started_at.date()
    return Immunization.objects.create(
        patient=encounter.patient,
        encounter=encounter,
        source="administered",
        cvx=cvx,
        vaccine=item.name,
        lot=lot,
        lot_number=lot.number,
        given_at=encounter.started_at,
        recorded_at=encounter.started_at,
        movement=movement,
        given_by=make_member("ma"),
        vis_edition_on=day,
        vis_given_on=day,
        funding=funding,
    )


def make_coverage(patient, copay="25.00", **fields) -> Coverage:
    """A first coverage with an office copay."""
    payer, _ = Payer.objects.get_or_create(name="Lakeshore Health")
    return Coverage.objects.create(
        patient=patient, payer=payer, copay_office=None if copay is None else Decimal(copay), **fields
    )


def paid(patient, amount="25.00", *, by: Actor = SYSTEM, drawer: Drawer | None = None, **fields):
    """A payment taken through the service."""
    return take_payment(
        by=by,
        patient=patient,
        amount=Decimal(amount),
        drawer=drawer or make_drawer(),
        **{"method": "cash"} | fields,
    )
