"""A clinic of today, because real processes have a real clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import time_machine

from billing.models import Charge, Payment
from clinic.core.models import ClinicProfile
from clinic.core.time import now, today, zone
from clinic.staff.roles import Role
from inventory.models import StockLevel
from records.models import Immunization
from scheduling.models import VisitInterval
from tests.factories import billing, inventory
from tests.factories.scheduling import ZONE, Clinic, make_patient, make_session, visit_type
from tests.factories.staff import make_member
from tests.reliability.served import PASSWORD, PIN


def make_today() -> SimpleNamespace:
    """One location at work today from six to eight, two people who sign in, stock, prices and a drawer."""
    day = today(ZONE)
    morning = datetime.combine(day, datetime.min.time(), zone(ZONE)) + timedelta(minutes=30)
    with time_machine.travel(morning, tick=False):
        ClinicProfile.objects.create(name="Maple Street", phone="+13125550100", address_line1="18 Maple Street",
                                     city="Evanston", state="IL", postal_code="60201", zone=ZONE, set_up_at=now())  # fmt: skip
        clinic = Clinic()
        make_session(
            clinic.provider, clinic.location, "01:00", "23:00", weekday=day.weekday(), effective_from=day
        )
        people = {
            role: make_member(
                role, username=str(role).replace("_", ""), password=PASSWORD, pin=PIN, credential="CMA"
            )
            for role in (Role.FRONT_DESK, Role.MA)
        }
        item, lot, place = inventory.stocked(inventory.make_vaccine(cvx="150"), quantity=5)
        fee = billing.make_fee(kind="visit")
        billing.VisitTypeFee.objects.get_or_create(visit_type=visit_type(), defaults={"code": fee.code})
        patient = make_patient()
        visit = clinic.book("12:00", day=day, patient=patient)
        leaving = clinic.move(
            clinic.book("13:00", day=day), "arrived", "roomed", "with_provider", "discharge"
        )
    return SimpleNamespace(clinic=clinic, day=day, people=people, item=item, lot=lot, place=place, patient=patient,
                           visit=visit, leaving=leaving, drawer=billing.make_drawer())  # fmt: skip


def payment_form(clinic: SimpleNamespace, **changes) -> tuple[str, dict]:
    """Address and fields of a payment in cash."""
    form = {
        "form_key": uuid4().hex,
        "amount": "10",
        "method": "cash",
        "purpose": "balance",
        "drawer": clinic.drawer.pk,
    }
    return f"/billing/patients/{clinic.patient.pk}/payment/", {**form, **changes}


def payments() -> list[str]:
    """Amounts on file."""
    return sorted(str(amount) for amount in Payment.objects.values_list("amount", flat=True))


@dataclass
class Act:
    """One form: who sends it, and what is on file when it has counted once."""

    role: Role
    path: str
    form: dict
    count: Callable[[], tuple]
    nothing: tuple
    once: tuple


def _check_in(clinic) -> Act:
    visit = clinic.visit
    return Act(
        Role.FRONT_DESK, f"/visits/{visit.pk}/check-in/arrive/", {"form_key": uuid4().hex},
        lambda: (VisitInterval.objects.filter(appointment=visit, state="arrived").count(),), (0,), (1,),
    )  # fmt: skip


def _check_out(clinic) -> Act:
    visit = clinic.leaving
    return Act(
        Role.FRONT_DESK, f"/visits/{visit.pk}/check-out/leave/", {"form_key": uuid4().hex},
        lambda: (VisitInterval.objects.filter(appointment=visit, state="completed").count(),
                 Charge.objects.filter(encounter=visit.encounter_id).count()), (0, 0), (1, 1),
    )  # fmt: skip


def _vaccine(clinic) -> Act:
    form = {
        "dose": f"{clinic.lot.pk}:{clinic.place.pk}", "route": "IM", "site": "LD", "dose_ml": "0.5",
        "eligibility": "V01", "vis_edition_on": "2025-01-31",
        "vis_given_on": (clinic.day - timedelta(days=1)).isoformat(),
        "ordered_by": "Dr. Shah", "screened": "on", "form_key": uuid4().hex,
    }  # fmt: skip
    return Act(
        Role.MA, f"/encounters/{clinic.leaving.encounter_id}/immunization/?item={clinic.item.pk}", form,
        lambda: (Immunization.objects.count(), int(StockLevel.objects.get(lot=clinic.lot).on_hand)), (0, 5), (1, 4),
    )  # fmt: skip


def _payment(clinic) -> Act:
    path, form = payment_form(clinic)
    return Act(Role.FRONT_DESK, path, form, lambda: (Payment.objects.count(),), (0,), (1,))


ACTS = {"check-in": _check_in, "check-out": _check_out, "vaccine": _vaccine, "payment": _payment}
