"""The clinic that a bulk load stands on: the demo's own set-up, a third provider, and those who left."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection

from billing.models import Drawer, FeeItem
from clinic.core.kept import forget
from clinic.core.time import now as present
from clinic.core.time import zone
from clinic.demo.columns import PROVIDER_TYPES
from clinic.demo.data.conditions import CONDITIONS
from clinic.demo.roster import PASSWORD, PIN
from clinic.demo.rows import Rows
from clinic.demo.scale.doses import make_lots
from clinic.demo.scale.plan import Fee, Plan, Size, Who, providers_needed
from clinic.demo.setup import make_clinic
from clinic.demo.stockroom import Stockroom
from clinic.demo.world import World
from clinic.messaging.models import MessageTemplate
from clinic.staff.models import Credential, Member
from records.fhir.limits import current_limits
from records.models import DiagnosisCode, Payer
from scheduling.models import Location, ProviderSession, Room, VisitType

_SURNAMES = ("Abara", "Lindholm", "Farrow", "Ostrow", "Quill", "Merrin", "Tasker", "Vane", "Holt", "Brisco")


def clinic_day() -> str:
    """Today in the clinic's zone: the day that is filled up to now."""
    return present().astimezone(zone(settings.TIME_ZONE)).date().isoformat()


def lay_ground(size: Size) -> Plan:
    """Sets up the clinic by the demo's own code and returns what the bulk needs to know about it."""
    now = present().replace(microsecond=0)
    rows = Rows()
    today = now.astimezone(zone(settings.TIME_ZONE)).date()
    make_clinic(rows, today, settings.TIME_ZONE, now)
    third = _provider(now)
    gone = _leavers(providers_needed(size.visits, size.years) - 3, now)
    world = World.load(now, current_limits())
    Stockroom(rows, world).deliver()
    rows.flush()
    _around_the_clock(world)
    if not settings.CLINIC_DEMO:
        # A default password must not work anywhere but in a demo.
        Member.objects.update(password=make_password(None), pin_hash="", pin_set_at=None)
    forget()
    members = world.members
    today_staff = tuple(_who(member) for member in (members["provider"], members["dbrandt"], third))
    codes = DiagnosisCode.objects.filter(code__in=[c.code for c in CONDITIONS]).order_by("code")
    template = (
        MessageTemplate.objects.filter(channel="sms", language="en", code__contains="reminder")
        .order_by("code")
        .first()
    )
    fees = FeeItem.objects.filter(kind="visit").order_by("code") or FeeItem.objects.order_by("code")
    return Plan(
        seed=size.seed, patients=size.patients, visits=size.visits, years=size.years, audit_rows=size.audit_rows,
        now=int(now.timestamp()),
        zone=world.location.zone, location=str(world.location.pk), location_name=world.location.name,
        desk=tuple(_who(members[name]) for name in ("frontdesk", "lmarrero")),
        nurses=tuple(_who(members[name]) for name in ("ma", "tboyd", "jkim")), today=today_staff,
        providers=(*today_staff, *(_who(member) for member in gone)),
        rooms=tuple(str(room.pk) for room in world.rooms.values() if room.kind == "exam"),
        visit_types=tuple(str(world.types[code].pk) for code in ("follow-up", "acute")),
        fees=tuple(Fee(str(fee.pk), fee.code, fee.words, str(fee.price)) for fee in fees),
        drawers=tuple(str(drawer.pk) for drawer in Drawer.objects.order_by("name")),
        payers={payer.name: str(payer.pk) for payer in Payer.objects.all()},
        codes=tuple((str(code.pk), code.description[:120]) for code in codes),
        template=(str(template.pk), template.code), first_mrn=_mrns(size.patients + 10),
        lots=make_lots(world.today, size.years),
    )  # fmt: skip


def _who(member: Member) -> Who:
    return Who(str(member.pk), member.name)


def _provider(now: dt.datetime) -> Member:
    """A third provider with the first one's hours."""
    member = Member.objects.create(
        username="mvale", first_name="Miriam", last_name="Vale", credential="MD", npi="1999990033", color="c3",
        roles=["provider"], email="mvale@maplestreet.example.org", joined_at=now, password=make_password(PASSWORD),
        pin_hash=make_password(PIN), pin_set_at=now,
    )  # fmt: skip
    Credential.objects.create(
        member=member, kind="MD", number="DEMO-MVALE-MD", state="IL", issued_on=now.date() - dt.timedelta(days=900),
        expires_on=now.date() + dt.timedelta(days=700),
    )  # fmt: skip
    location = Location.objects.get()
    types = VisitType.objects.filter(code__in=PROVIDER_TYPES)
    for session in ProviderSession.objects.filter(provider__username="provider"):
        own = ProviderSession.objects.create(
            provider=member, location=location, weekday=session.weekday, starts=session.starts, ends=session.ends,
            effective_from=session.effective_from,
        )  # fmt: skip
        own.visit_types.set(types)
    return member


def _leavers(count: int, now: dt.datetime) -> list[Member]:
    """Providers who saw patients here and have left: they stand in the past and in no list of today."""
    return Member.objects.bulk_create(
        Member(
            username=f"former{number:03d}", first_name="Alex", last_name=f"{_SURNAMES[number % 10]}-{number:03d}",
            credential="MD", roles=["provider"], is_active=False, deactivated_at=now, password=make_password(None),
        )
        for number in range(count)
    )  # fmt: skip


def _around_the_clock(world: World) -> None:
    """Sessions over the whole of today, so that what is measured at night finds the clinic open."""
    Room.objects.get_or_create(
        location=world.location, name="Exam 7", label="7", defaults={"kind": "exam", "rank": 90}
    )
    for name in ("provider", "dbrandt", "mvale"):
        member = Member.objects.get(username=name)
        session = ProviderSession.objects.create(
            provider=member, location=world.location, weekday=world.today.weekday(), starts=dt.time(0, 10),
            ends=dt.time(23, 50), effective_from=world.today, effective_to=world.today,
        )  # fmt: skip
        session.visit_types.set(VisitType.objects.filter(code__in=PROVIDER_TYPES))


def _mrns(count: int) -> int:
    """Takes `count` record numbers in a row from the sequence; returns the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('records_mrn_seq')")
        first = cursor.fetchone()[0]
        cursor.execute("SELECT setval('records_mrn_seq', %s)", [first + count])
    return first
