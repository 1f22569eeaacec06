"""The clinic as the demo's writers need it: looked up once, handed around."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.models import DayClose, Drawer, DrawerSession, FeeItem
from clinic.core.models import ClinicProfile
from clinic.demo.book import Kind
from clinic.demo.charts import Chart, make_chart
from clinic.demo.data.complaints import COMPLAINTS
from clinic.demo.data.conditions import CONDITIONS
from clinic.demo.people import Person, make_people
from clinic.staff.models import Member
from inventory.models import Equipment, Item
from records.models import DiagnosisCode, Patient, Payer
from records.rules.vitals.limits import Limit
from scheduling.models import Location, Room, VisitType

DEMO_KEY = "demo"


@dataclass
class World:
    """Everything that is looked up by name or code, as of one seeding."""

    now: dt.datetime
    location: Location
    anchor: dt.date
    limits: list[Limit]
    people: list[Person]
    charts: dict[int, Chart] = field(default_factory=dict)
    patients: dict[int, UUID] = field(default_factory=dict)

    @classmethod
    def load(cls, now: dt.datetime, limits: list[Limit]) -> World:
        """Reads what stands in the database; the people are made again from their dice."""
        location = Location.objects.order_by("created_at").first()
        zone = ZoneInfo(location.zone)
        anchor = ClinicProfile.objects.get().set_up_at.astimezone(zone).date()
        world = cls(now=now, location=location, anchor=anchor, limits=limits, people=make_people(anchor))
        world.charts = {person.index: make_chart(person, anchor) for person in world.people}
        known = Patient.objects.filter(external_ids__has_key=DEMO_KEY).values_list("external_ids", "pk")
        world.patients = {external[DEMO_KEY]: pk for external, pk in known}
        return world

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.location.zone)

    @cached_property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    @cached_property
    def members(self) -> dict[str, Member]:
        return {member.username: member for member in Member.objects.all()}

    @cached_property
    def rooms(self) -> dict[str, Room]:
        return {room.label: room for room in Room.objects.filter(location=self.location)}

    @cached_property
    def types(self) -> dict[str, VisitType]:
        return {kind.code: kind for kind in VisitType.objects.all()}

    @cached_property
    def fees(self) -> dict[str, FeeItem]:
        return {fee.code: fee for fee in FeeItem.objects.filter(effective_to__isnull=True)}

    @cached_property
    def payers(self) -> dict[str, Payer]:
        return {payer.name: payer for payer in Payer.objects.all()}

    @cached_property
    def drawers(self) -> list[Drawer]:
        return list(Drawer.objects.filter(is_active=True).order_by("name"))

    @cached_property
    def _closed(self) -> dict[UUID | None, dt.date]:
        """Drawer -> the last day that it was counted for; None -> the last closed day."""
        counted = DrawerSession.objects.filter(closed_at__isnull=False).order_by("business_day")
        days: dict[UUID | None, dt.date] = dict(counted.values_list("drawer_id", "business_day"))
        closed = DayClose.objects.first()
        return days | ({None: closed.day} if closed else {})

    def open_day(self, day: dt.date, drawer: Drawer | None = None) -> dt.date:
        """The business day that an entry counts on: the day itself, or the one after what was closed meanwhile."""
        ends = [self._closed[key] for key in (None, drawer and drawer.pk) if key in self._closed]
        return max([day, *(end + dt.timedelta(days=1) for end in ends)])

    @cached_property
    def items(self) -> dict[str, Item]:
        return {item.name: item for item in Item.objects.all()}

    @cached_property
    def devices(self) -> dict[str, Equipment]:
        return {row.kind: row for row in Equipment.objects.filter(status="in_service").order_by("-name")}

    @cached_property
    def codes(self) -> dict[str, DiagnosisCode]:
        wanted = {code for complaint in COMPLAINTS for code in complaint.codes} | {c.code for c in CONDITIONS}
        rows = DiagnosisCode.objects.filter(code__in=wanted).order_by("release")
        return {row.code: row for row in rows}

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        return {
            code: Kind(t.provider_minutes, t.ma_before_minutes, t.buffer_after_minutes, t.needs_room, t.room_kind,
                       t.equipment_kind, t.interpreter_extra_minutes)
            for code, t in self.types.items()
            if t.is_bookable
        }  # fmt: skip

    def has(self, person: Person, key: str) -> bool:
        """Whether a patient lives with a condition."""
        return self.charts[person.index].has(key)
