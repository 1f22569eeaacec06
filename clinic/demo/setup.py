"""The clinic itself: profile, staff, rooms, sessions, prices, shelves, payers. Made once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from billing.models import Drawer, FeeItem, VisitTypeFee
from clinic.core import kept
from clinic.core.models import ClinicProfile
from clinic.demo.columns import COLUMNS
from clinic.demo.data.insurance import ALL_PLANS
from clinic.demo.data.names import TOWNS
from clinic.demo.data.stock import EQUIPMENT, FEES, SUPPLIES, VACCINES, VISIT_FEES, Stock
from clinic.demo.hours import holidays
from clinic.demo.roster import PASSWORD, PIN, STAFF
from clinic.demo.rows import Rows
from clinic.demo.wishes import write_preparation
from clinic.messaging.models import SendSettings
from clinic.staff.models import Credential, Member
from inventory.models import Equipment, Item, ParLevel, Place
from records.models import DiagnosisCode, Payer
from records.services.codes import load_diagnosis_codes
from scheduling.models import Closure, Location, ProviderSession, Room, SessionPart, VisitType

NAME = "Maple Street Family Clinic"
PHONE = "+12175550199"
ROOMS = (
    ("Exam 1", "1", "exam"), ("Exam 2", "2", "exam"), ("Exam 3", "3", "exam"), ("Exam 4", "4", "exam"),
    ("Exam 5", "5", "exam"), ("Exam 6", "6", "exam"), ("Procedure room", "P", "procedure"), ("Draw chair", "Lab", "lab"),
)  # fmt: skip
PLACES = (
    ("Store room", "store", ""), ("Vaccine refrigerator", "fridge", "Store room"), ("Lab", "lab", "Draw chair"),
    ("Procedure cart", "cart", "Procedure room"), ("Exam 1 cabinet", "room", "Exam 1"),
    ("Exam 2 cabinet", "room", "Exam 2"), ("Exam 3 cabinet", "room", "Exam 3"),
)  # fmt: skip
YEARS_OPEN = dt.timedelta(days=4 * 365)


def make_clinic(rows: Rows, day: dt.date, zone: str, now: dt.datetime) -> None:
    """Everything that patients and visits stand on, as of `day`. Written through `rows`."""
    _profile(now, zone)
    _staff(rows, day, now)
    location = _location(rows, day, zone)
    _sessions(rows, day, location)
    _prices(day, location)
    write_preparation(day, Member.objects.get(username="manager"))
    _shelves(rows, day)
    Payer.objects.bulk_create(
        {
            p.payer: Payer(name=p.payer, payer_id=p.payer_id, kind=p.kind, phone=p.phone) for p in ALL_PLANS
        }.values(),
        ignore_conflicts=True,
    )
    if not DiagnosisCode.objects.exists():
        load_diagnosis_codes()


def _profile(now: dt.datetime, zone: str) -> None:
    ClinicProfile.objects.get_or_create(
        only=True,
        defaults={
            "name": NAME, "phone": PHONE, "email": "hello@maplestreet.example.org",
            "address_line1": "14 Maple Street", "city": TOWNS[0][0], "state": "IL", "postal_code": TOWNS[0][1],
            "zone": zone, "npi": "1999990009", "set_up_at": now,
        },
    )  # fmt: skip
    kept.forget()
    SendSettings.objects.filter(short_name="").update(short_name="Maple Street Clinic")


def _staff(rows: Rows, day: dt.date, now: dt.datetime) -> None:
    password, pin = make_password(PASSWORD), make_password(PIN)
    joined = now - YEARS_OPEN
    for one in STAFF:
        member = Member(
            pk=rows.id("member", one.username, at=joined), username=one.username, first_name=one.first,
            last_name=one.last, credential=one.credential, npi=one.npi, color=one.color, roles=list(one.roles),
            email=f"{one.username}@maplestreet.example.org", joined_at=joined, password=password, pin_hash=pin,
            pin_set_at=joined,
        )  # fmt: skip
        member.save(force_insert=True)
        rows.audit("member.invited", member, at=joined, by="system:demo", roles=list(one.roles))
        Credential.objects.bulk_create(
            Credential(
                member=member, kind=kind, number=f"DEMO-{one.username.upper()}-{kind}"[:40],
                state="IL" if kind in ("MD", "NP", "RN") else "", issued_on=day - dt.timedelta(days=500 + order * 90),
                expires_on=day + dt.timedelta(days=230 + order * 140),
            )
            for order, kind in enumerate(one.kinds)
        )  # fmt: skip


def _location(rows: Rows, day: dt.date, zone: str) -> Location:
    location = Location.objects.create(
        name=NAME, zone=zone, address=f"14 Maple Street, {TOWNS[0][0]}, IL {TOWNS[0][1]}", phone=PHONE
    )
    Room.objects.bulk_create(
        Room(location=location, name=name, label=label, kind=kind, rank=rank)
        for rank, (name, label, kind) in enumerate(ROOMS)
    )
    closed = {d: w for year in (day.year, day.year + 1) for d, w in holidays(year).items() if d > day}
    Closure.objects.bulk_create(Closure(location=location, day=d, reason=w) for d, w in closed.items())
    return location


def _sessions(rows: Rows, day: dt.date, location: Location) -> None:
    members = {m.username: m for m in Member.objects.all()}
    types = {t.code: t for t in VisitType.objects.all()}
    start = day - YEARS_OPEN
    for column in COLUMNS:
        for weekday, blocks in column.week.items():
            for opens, closes in blocks:
                session = ProviderSession.objects.create(
                    provider=members[column.member], location=location, weekday=weekday, starts=opens, ends=closes,
                    effective_from=start, new_patient_cap=3 if column.is_provider else None,
                )  # fmt: skip
                session.visit_types.set([types[code] for code in column.visit_types if code in types])
                _parts(session, types)


def _parts(session: ProviderSession, types: dict[str, VisitType]) -> None:
    """Same-day requests keep the end of a provider's morning; the nurses meet for a quarter of an hour."""
    if session.provider.username == "provider" and session.starts == dt.time(8):
        kept = SessionPart.objects.create(
            session=session, kind="kept", starts=dt.time(11, 20), ends=dt.time(12), label="Same-day requests",
            release_hours=24,
        )  # fmt: skip
        kept.kept_for.set([types["acute"]])
    if session.provider.username == "glindqvist" and session.starts == dt.time(13):
        SessionPart.objects.create(
            session=session, kind="break", starts=dt.time(15), ends=dt.time(15, 15), label="Huddle"
        )


def _prices(day: dt.date, location: Location) -> None:
    start = day - YEARS_OPEN
    fees = [
        FeeItem(code=c, words=w, kind=k, price=Decimal(p), cvx=x, effective_from=start)
        for c, w, k, p, x in FEES
    ]
    for number, vaccine in enumerate(VACCINES):
        price = (Decimal(vaccine.cost) * Decimal("1.3")).quantize(Decimal("1")) + 4
        fees.append(
            FeeItem(code=f"LOC-5{number + 1:02d}", words=vaccine.name, kind="vaccine", price=price, cvx=vaccine.cvx,
                    effective_from=start)
        )  # fmt: skip
    FeeItem.objects.bulk_create(fees)
    types = {t.code: t for t in VisitType.objects.all()}
    VisitTypeFee.objects.bulk_create(
        VisitTypeFee(visit_type=types[kind], code=code) for kind, code in VISIT_FEES.items() if kind in types
    )
    Drawer.objects.bulk_create(
        Drawer(name=name, location=location) for name in ("Front desk 1", "Front desk 2")
    )


def _shelves(rows: Rows, day: dt.date) -> None:
    places = {n: Place.objects.create(name=n, kind=k, room_label=label) for n, k, label in PLACES}
    items = [_item(stock) for stock in (*VACCINES, *SUPPLIES)]
    Item.objects.bulk_create(items)
    by_name = {item.name: item for item in items}
    ParLevel.objects.bulk_create(
        ParLevel(item=by_name[s.name], place=places[s.place], par=s.par, reorder_at=s.reorder)
        for s in (*VACCINES, *SUPPLIES)
    )
    cabinets = ("Exam gloves, medium", "Alcohol prep pad", "Tongue depressor, sterile")
    ParLevel.objects.bulk_create(
        ParLevel(item=by_name[name], place=places[f"Exam {room} cabinet"], par=100, reorder_at=40)
        for name in cabinets
        for room in (1, 2, 3)
    )
    Equipment.objects.bulk_create(
        Equipment(name=name, kind=kind, serial=serial, place=places[place], status=status, service_note=note,
                  service_due_on=day + dt.timedelta(days=due))
        for name, kind, serial, place, due, status, note in EQUIPMENT
    )  # fmt: skip


def _item(stock: Stock) -> Item:
    return Item(
        name=stock.name, kind=stock.kind, unit=stock.unit, pack_unit=stock.pack_unit, units_per_pack=stock.pack,
        is_lot_tracked=bool(stock.lots), cvx=stock.cvx, mvx=stock.mvx, default_cost=Decimal(stock.cost),
        storage="2-8 °C, refrigerated" if stock.kind == "vaccine" else "",
    )  # fmt: skip
