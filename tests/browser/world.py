"""A small clinic for browser tests: one Tuesday morning in March, everybody at work, the shelf filled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from billing.models import Drawer, FeeItem
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.staff.models import Member
from clinic.staff.roles import Role
from inventory.models import Item, Place
from inventory.services import receive_stock
from records.models import DiagnosisCode, Payer
from scheduling.models import Location, Room
from tests.browser.conftest import PASSWORD, PIN
from tests.factories.scheduling import ZONE, at, make_session
from tests.factories.staff import actor_for, make_member

OPENS = at("9:05")


def member(username: str, first: str, last: str, credential: str, *roles: Role) -> Member:
    return make_member(
        *roles,
        username=username,
        first_name=first,
        last_name=last,
        credential=credential,
        password=PASSWORD,
        pin=PIN,
        joined_at=now(),
    )


class World:
    """Maple Street as the whole-day test needs it; people sign in with the names below."""

    def __init__(self) -> None:
        self.clinic = ClinicProfile.objects.create(
            name="Maple Street Family Clinic",
            phone="+13125550100",
            address_line1="18 Maple Street",
            city="Evanston",
            state="IL",
            postal_code="60201",
            zone=ZONE,
            set_up_at=now(),
        )
        self.location = Location.objects.create(name="Maple Street", zone=ZONE, phone="+13125550100")
        self.rooms = [
            Room.objects.create(location=self.location, name=f"Room {n}", label=str(n), rank=n)
            for n in (1, 2, 3)
        ]
        self.desk = member("fiona", "Fiona", "Lee", "", Role.FRONT_DESK)
        self.ma = member("dana", "Dana", "Reyes", "CMA", Role.MA)
        self.provider = member("shah", "Anil", "Shah", "MD", Role.PROVIDER)
        self.biller = member("bill", "Bela", "Novak", "", Role.BILLER)
        self.manager = member("mona", "Mona", "Price", "", Role.MANAGER)
        make_session(self.provider, self.location, "08:00", "17:00")
        self.drawer = Drawer.objects.create(name="Front desk", location=self.location)
        self.payer = Payer.objects.create(name="Prairie Health Plan", payer_id="PHP01")
        self._fill_shelf()
        self._codes()

    def _fill_shelf(self) -> None:
        self.fridge = Place.objects.create(name="Vaccine fridge", kind="fridge")
        self.vaccine = Item.objects.create(
            name="Influenza vaccine, quadrivalent",
            kind="vaccine",
            unit="dose",
            pack_unit="box",
            units_per_pack=10,
            is_lot_tracked=True,
            cvx="150",
            mvx="SKB",
        )
        receive_stock(
            by=actor_for(self.manager),
            item=self.vaccine,
            place=self.fridge,
            quantity=Decimal(10),
            lot_number="FLU2601",
            expires_on=dt.date(2026, 6, 30),
        )

    def _codes(self) -> None:
        DiagnosisCode.objects.bulk_create([
            DiagnosisCode(code="I10", display="I10", description="Essential (primary) hypertension", is_billable=True,
                          release="2026-04", search=" i10 essential primary hypertension"),
            DiagnosisCode(code="Z23", display="Z23", description="Encounter for immunization", is_billable=True,
                          release="2026-04", search=" z23 encounter for immunization"),
        ])  # fmt: skip
        FeeItem.objects.bulk_create([
            FeeItem(code="LOC-101", words="Office visit, established", price=Decimal("120.00"), kind="visit",
                    effective_from=dt.date(2026, 1, 1)),
            FeeItem(code="LOC-301", words="Influenza vaccine", price=Decimal("42.00"), kind="vaccine", cvx="150",
                    effective_from=dt.date(2026, 1, 1)),
        ])  # fmt: skip
