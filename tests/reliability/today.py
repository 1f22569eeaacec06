"""A clinic of today, because real processes have a real clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import time_machine

from billing.models import Payment
from clinic.core.models import ClinicProfile
from clinic.core.time import now, today, zone
from clinic.staff.roles import Role
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
