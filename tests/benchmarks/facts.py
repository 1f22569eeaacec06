"""What requests have to name: keys of the measured clinic, and enough of everything that a request uses up."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import random
import uuid
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import psycopg

from tests.benchmarks import queues
from tests.benchmarks.calendars import full_calendars

REASON = "bench"
ANNEX = "Bench annex"
MADE_TOGETHER = 200


class Facts:
    """Keys and words of a clinic that `seed_scale` made. `owner` is a connection that may write anything."""

    def __init__(self, owner: psycopg.Connection):
        self._owner = owner
        self.location, self.zone = self._one(
            "SELECT id, zone FROM scheduling_location WHERE name <> %s ORDER BY id LIMIT 1", ANNEX
        )
        self.day = dt.datetime.now(ZoneInfo(self.zone)).date()
        self.patients = [
            row[0] for row in self._rows("SELECT id FROM records_patient TABLESAMPLE BERNOULLI (%s) LIMIT 4000",
                                         self._share(6_000))
        ]  # fmt: skip
        self.chart = self._long_chart()
        self.encounter, self.seen = self._one(
            "SELECT e.id, e.patient_id FROM records_encounter e JOIN records_patient p ON p.id = e.patient_id "
            "WHERE e.status = 'open' AND p.birth_date < current_date - 9000 ORDER BY e.id LIMIT 1"
        )
        self.type = self._one(
            "SELECT id FROM scheduling_visittype WHERE is_bookable AND needs_provider AND needs_room "
            "AND provider_minutes <= 20 AND min_age IS NULL ORDER BY max_horizon_days DESC, name LIMIT 1"
        )[0]
        self.sessions = self._rows(
            "SELECT provider_id, weekday, starts FROM scheduling_providersession WHERE effective_to IS NULL "
            "AND provider_id IN (SELECT id FROM staff_member WHERE 'provider' = ANY(roles)) ORDER BY 1, 2, 3"
        )
        self._annex = self._put_away()
        self._words()
        self._slots = self._free_slots()

    def _rows(self, sql: str, *values) -> list[tuple]:
        return self._owner.execute(sql, values).fetchall()

    def _one(self, sql: str, *values) -> tuple:
        row = self._owner.execute(sql, values).fetchone()
        if row is None:
            raise SystemExit(f"The clinic to measure lacks what this asks for: {sql[:90]}")
        return row

    def _share(self, wanted: int) -> float:
        """How many percent of the patients give about `wanted` of them."""
        total = self._one("SELECT count(*) FROM records_patient")[0]
        return min(100.0, 100 * wanted / max(total, 1))

    def _long_chart(self) -> uuid.UUID:
        """The patient with ten years of history: whose first visit lies furthest back and who came most."""
        return self._one(
            "SELECT patient_id FROM records_encounter WHERE patient_id IN (SELECT patient_id FROM records_encounter "
            "ORDER BY started_at LIMIT 400) GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )[0]

    def _words(self) -> None:
        """What people type into the finder, drawn from the patients on file."""
        dice = random.Random(7)
        rows = self._rows(
            "SELECT first_name, last_name, birth_date, c.value FROM records_patient p "
            "JOIN records_contactpoint c ON c.patient_id = p.id AND c.kind = 'mobile' WHERE p.id = ANY(%s)",
            self.patients[:600],
        )
        plain = [
            row
            for row in rows
            if row[0].isascii() and row[1].isascii() and len(row[0]) > 4 and len(row[1]) > 4
        ]
        self.names = [f"{first[:2]} {last[:3]}".lower() for first, last, *_ in plain]
        self.slips = [_slip(dice, last).lower() for _, last, *_ in plain if len(last) > 5]
        self.births = [born for _, _, born, _ in plain]
        self.phones = [value[-7:] for *_, value in plain]

    def slot(self) -> tuple[uuid.UUID, dt.date, dt.time]:
        """A provider's free time, each once."""
        return next(self._slots)

    def _free_slots(self) -> Iterator[tuple[uuid.UUID, dt.date, dt.time]]:
        last = self._one("SELECT max(local_day) FROM scheduling_appointment WHERE reason = %s", REASON)[0]
        first = max(last or dt.date.min, self.day + dt.timedelta(days=16))
        closed = {day for (day,) in self._rows("SELECT day FROM scheduling_closure")}
        days = (first + dt.timedelta(days=ahead) for ahead in range(1, 340))
        for day in filter(lambda day: day not in closed, days):
            for step, (provider, weekday, starts) in itertools.product(range(0, 180, 20), self.sessions):
                if weekday == day.weekday():
                    yield (
                        provider,
                        day,
                        (dt.datetime.combine(day, starts) + dt.timedelta(minutes=step)).time(),
                    )

    def forgive(self) -> None:
        """Forgets how often anybody asked: the limits are one person's, and here one member is many."""
        self._owner.execute("DELETE FROM core_ratewindow")

    def arrivals(self) -> Iterator[uuid.UUID]:
        """New visits of today, waiting to be checked in, made as they are needed. In a place of their own: the
        boards and lists that are measured do not grow."""
        patients = itertools.cycle(self.patients)
        while True:
            yield from self._visits(list(itertools.islice(patients, MADE_TOGETHER)))

    def _visits(self, chosen: list[uuid.UUID]) -> list[uuid.UUID]:
        keys = [uuid.uuid4() for _ in chosen]
        self._owner.execute(
            "INSERT INTO scheduling_appointment (id, created_at, updated_at, version, patient_id, location_id, "
            "visit_type_id, provider_id, starts_at, ends_at, zone, local_day, local_time, state, state_since, reason, "
            "source, is_walk_in, is_interpreter_needed, booked_by_label, cancel_reason, cancel_note, is_late_cancel) "
            "SELECT one, now(), now(), 1, patient, %s, %s, %s, now(), now() + interval '20 minutes', %s, %s, '09:00', "
            "'scheduled', now(), 'bench visit', 'phone', false, false, '', '', '', false "
            "FROM unnest(%s::uuid[], %s::uuid[]) AS t (one, patient)",
            [self._annex, self.type, self.sessions[0][0], self.zone, self.day, keys, chosen],
        )
        self._owner.execute(
            "INSERT INTO scheduling_visitinterval (id, created_at, updated_at, appointment_id, state, started_at, "
            "recorded_at, by_label, is_backdated, reason) SELECT gen_random_uuid(), now(), now(), one, 'scheduled', "
            "now(), now(), '', false, '' FROM unnest(%s::uuid[]) AS t (one)",
            [keys],
        )
        return keys

    def _put_away(self) -> uuid.UUID:
        """The key of the place for made visits; what an earlier run made there becomes a matter of years ago."""
        found = self._owner.execute("SELECT id FROM scheduling_location WHERE name = %s", [ANNEX]).fetchone()
        if found:
            self._owner.execute(
                "ALTER TABLE scheduling_appointment DISABLE TRIGGER USER; "
                "ALTER TABLE records_encounter DISABLE TRIGGER USER"
            )
            self._owner.execute(
                "WITH old AS (UPDATE scheduling_appointment SET local_day = local_day - 3650, "
                "starts_at = starts_at - interval '3650 days', ends_at = ends_at - interval '3650 days' "
                "WHERE location_id = %s AND local_day = %s RETURNING encounter_id) "
                "UPDATE records_encounter e SET started_at = started_at - interval '3650 days', "
                "ended_at = ended_at - interval '3650 days' FROM old WHERE e.id = old.encounter_id",
                [found[0], self.day],
            )
            self._owner.execute(
                "ALTER TABLE scheduling_appointment ENABLE TRIGGER USER; "
                "ALTER TABLE records_encounter ENABLE TRIGGER USER"
            )
            return found[0]
        # A copy of the first place under another name, whatever columns it has.
        new = uuid.uuid4()
        self._owner.execute(
            "INSERT INTO scheduling_location SELECT (jsonb_populate_record(l, jsonb_build_object('id', %s::text, 'name', "
            "%s::text))).* FROM scheduling_location l WHERE id = %s",
            [str(new), ANNEX, self.location],
        )
        return new

    def stock_up(self) -> tuple[uuid.UUID, str]:
        """A vaccine with doses for every measured shot: the item's key and the form's choice of lot and place."""
        item, lot, place = self._one(
            "SELECT l.item_id, l.lot_id, l.place_id FROM inventory_stocklevel l JOIN inventory_lot o ON o.id = l.lot_id "
            "JOIN inventory_item i ON i.id = l.item_id WHERE i.cvx = '140' AND o.status = 'usable' "
            "AND o.funding = 'private' AND o.expires_on > current_date AND l.on_hand > 0 ORDER BY o.expires_on LIMIT 1"
        )
        self._owner.execute(
            "INSERT INTO inventory_movement (id, created_at, updated_at, item_id, lot_id, place_id, quantity, kind, "
            "reason, reference, act, at, on_day, by_label) VALUES (gen_random_uuid(), now(), now(), %s, %s, %s, 20000, "
            "'receive', '', '', gen_random_uuid(), now(), current_date, 'bench')",
            [item, lot, place],
        )
        return item, f"{lot}:{place}"

    @functools.cached_property
    def calendars(self) -> uuid.UUID:
        """A place with eight providers and sixty nearly full days, made when it is first asked for."""
        return full_calendars(self._owner, self.location, self.zone, self.day, self.type, self.patients)

    @functools.cached_property
    def lists(self) -> None:
        """Fills the lists that staff work off, when one of them is first asked for."""
        queues.fill(self._owner, self.location, self.zone, self.type, self.patients)


def _slip(dice: random.Random, name: str) -> str:
    """A name with two letters exchanged."""
    at = dice.randrange(2, len(name) - 1)
    return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
