"""The demo clinic: made once, and brought up to now at every start.

Past visits are finished, today is half over, two weeks ahead are booked. What people changed stays: a
visit that somebody moved, booked or cancelled by hand is never touched again.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from clinic.audit.sealing import seal
from clinic.core import kept
from clinic.core.actor import Actor
from clinic.core.time import now as present
from clinic.core.time import zone
from clinic.demo import claims, drawers, filling, follow_ups, insurance, outreach, planned, settle, statements
from clinic.demo.access import write_access
from clinic.demo.book import Book, Taken
from clinic.demo.flow import Visit
from clinic.demo.hours import Day, coming_days, ordinary_day, past_days, today_around
from clinic.demo.models import DemoDay, DemoVisit
from clinic.demo.patients import write_patients
from clinic.demo.pcs import register_pcs
from clinic.demo.rooms import set_rooms
from clinic.demo.rows import Rows
from clinic.demo.sessions import open_sessions
from clinic.demo.setup import make_clinic
from clinic.demo.stockroom import Stockroom
from clinic.demo.visits import Stage, running
from clinic.demo.world import DEMO_KEY, World
from clinic.staff.models import Member
from records.fhir.limits import current_limits
from records.fhir.runner import Importer
from records.fhir.sources import find_files
from records.models import Patient
from scheduling.models import Appointment, ResourceHold

Progress = Callable[..., None]
PLAYED_TOGETHER = 500


def quiet(step: str, done: int = 0, total: int = 0) -> None:
    """A progress that shows nothing."""


def top_up(progress: Progress = quiet) -> None:
    """Makes the demo clinic where there is none, and brings it up to now. Safe at every start.

    `progress(step, done, total)` is told how far it is.
    """
    now = present().replace(microsecond=0)
    kept.forget()
    is_new = not Member.objects.exists()
    if not is_new and not Patient.objects.filter(external_ids__has_key=DEMO_KEY).exists():
        return  # somebody set up a clinic of their own here
    with transaction.atomic():
        rows = Rows()
        if is_new:
            progress("clinic")
            make_clinic(rows, now.astimezone(zone(settings.TIME_ZONE)).date(), settings.TIME_ZONE, now)
        register_pcs(rows, now)
        world = World.load(now, current_limits())
        if is_new:
            progress("patients", 0, len(world.people))
            write_patients(rows, world)
            rows.flush()
            progress("patients", len(world.people), len(world.people))
        _visits(rows, world, progress, is_new=is_new)
        progress("follow-up")
        # Without statistics on what was just copied in, the queries below take minutes instead of seconds.
        _analyze(is_new)
        settle.settle(rows, world)
        set_rooms(world)
        outreach.write_outreach(rows, world, is_new=is_new)
        follow_ups.write_follow_ups(rows, world, is_new=is_new)
        rows.flush()
        drawers.count_drawers(rows, world)
        if is_new:
            planned.plan_examples(rows, world)
        planned.keep_a_time(world)
    progress("messages")
    outreach.plan_coming()
    with transaction.atomic():
        filling.fill_the_day(world, is_new=is_new)
    progress("insurance")
    insurance.write_insurance(world, is_new=is_new)
    progress("claims")
    claims.write_claims(world, is_new=is_new)
    progress("statements")
    statements.write_statements(world, is_new=is_new)
    if is_new:
        write_access(world)
        _import_samples(progress)
    progress("audit trail")
    seal()
    _analyze(is_new)


def _visits(rows: Rows, world: World, progress: Progress, *, is_new: bool) -> None:
    """Plays running visits on, then fills the days that are not filled yet."""
    stockroom = Stockroom(rows, world)
    if is_new:
        stockroom.deliver()
        rows.flush()
    lives = running(world)
    stage = Stage(rows, world, stockroom)
    for live in lives:
        stage.play(live)
    rows.flush()
    plan = _plan(world, is_new=is_new)
    for count, visit in enumerate(plan, 1):
        stage.begin(visit)
        if count % PLAYED_TOGETHER == 0:
            rows.flush()
            progress("visits", count, len(plan))
    rows.flush()
    if plan:
        progress("visits", len(plan), len(plan))


def _plan(world: World, *, is_new: bool) -> list[Visit]:
    """The visits of every day that the demo has not filled: oldest first."""
    book = Book(world.people, world.kinds, world.has, world.zone)
    _remember(book, world)
    filled = {row.day: row for row in DemoDay.objects.all()}
    found: list[Visit] = []
    for day in past_days(world.today) if is_new else ():
        found += _fill(book, world, ordinary_day(day, world.zone), 0.95, filled)
    found += _today(book, world, filled)
    for ahead, day in enumerate(coming_days(world.today)):
        found += _fill(book, world, ordinary_day(day, world.zone), 0.9 - 0.045 * ahead, filled)
    return sorted(found, key=lambda visit: (visit.start, visit.key))


def _today(book: Book, world: World, filled: dict[dt.date, DemoDay]) -> list[Visit]:
    """Today around now; hours that earlier starts have filled already are left as they are."""
    day = today_around(world.now, world.zone)
    known = filled.get(day.day)
    open_sessions(world, day)
    if known is None:
        return _fill(book, world, day, 0.86, filled, is_today=True)
    found: list[Visit] = []
    gap = dt.timedelta(minutes=50)
    parts = [
        (day.opens_at, known.opens_at, False),  # before the hours that are filled
        (known.closes_at, day.closes_at, True),  # and after them
    ]
    for opens, closes, is_now in parts:
        if closes - opens > gap:
            part = Day(day.day, opens, closes, None, True)
            taken = _taken(world, part)
            found += book.fill(part, fill=0.86, now=world.now, is_today=is_now, taken=taken)
    if found:
        known.opens_at, known.closes_at = (
            min(known.opens_at, day.opens_at),
            max(known.closes_at, day.closes_at),
        )
        known.save(update_fields=["opens_at", "closes_at", "updated_at"])
    return found


def _fill(book: Book, world: World, day: Day, fill: float, filled, *, is_today: bool = False) -> list[Visit]:
    if day.day in filled:
        return []
    DemoDay.objects.create(day=day.day, opens_at=day.opens_at, closes_at=day.closes_at)
    return book.fill(day, fill=fill, now=world.now, is_today=is_today, taken=_taken(world, day))


def _taken(world: World, day: Day) -> Taken:
    """What people have booked on that day themselves, so that the demo books around it."""
    taken = Taken()
    names = {member.pk: f"column:{name}" for name, member in world.members.items()}
    names |= {room.pk: f"room:{room.kind}" for room in world.rooms.values() if room.kind != "exam"}
    names |= {pk: f"patient:{index}" for index, pk in world.patients.items()}
    names |= {device.pk: f"device:{kind}" for kind, device in world.devices.items()}
    live = ResourceHold.objects.filter(is_live=True, during__overlap=(day.opens_at, day.closes_at))
    for resource, during in live.values_list("resource_id", "during"):
        if resource in names:
            taken.take(names[resource], during.lower, during.upper)
    return taken


def _remember(book: Book, world: World) -> None:
    """Who was or will be here when, from the appointments that stand in the book."""
    index = {pk: person for person in world.people if (pk := world.patients.get(person.index))}
    rows = Appointment.objects.filter(patient__in=list(index)).order_by("local_day")
    complaints = dict(DemoVisit.objects.values_list("appointment_id", "complaint"))
    for pk, patient, day in rows.values_list("pk", "patient_id", "local_day"):
        book.note_key(index[patient], complaints.get(pk, ""), day)


def _import_samples(progress: Progress) -> None:
    """Generated patients of the samples folder, where there is one."""
    folder = (
        Path(os.environ.get("CLINIC_SAMPLES") or settings.BASE_DIR.parent / "shared" / "samples") / "fhir"
    )
    files = find_files(
        [folder / name for name in ("bundles", "bulk-10-patients") if (folder / name).is_dir()]
    )
    if not files:
        return

    def show(step: str, done: int, total: int) -> None:
        if step == "patients":
            progress("samples", done, total)

    Importer(by=Actor.system("records.import_fhir"), clean_names=True, progress=show).run(files)


def _analyze(is_new: bool) -> None:
    """Fresh tables have no statistics; without them the first pages are planned badly."""
    if is_new:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
