"""Vaccines given over the years: each dose leaves a lot, and every lot of the past was received for as many as went."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from clinic.demo.data.stock import FRIDGE, VACCINES
from clinic.demo.scale.plan import OldLot, Plan, Who
from clinic.demo.scale.text import DAY, Dice, Sheet, key, stamp
from inventory.models import Item, Lot, Movement, Place
from records.models import Immunization
from records.rules import vaccines

SHARE = 0.06  # of the visits that were kept
_KINDS = 4


def make_lots(today: dt.date, years: int) -> dict[int, tuple[OldLot, ...]]:
    """One lot for each of a few vaccines and each year back to before the first visit."""
    place = Place.objects.get(name=FRIDGE)
    items = {item.name: item for item in Item.objects.all()}
    found: dict[int, tuple[OldLot, ...]] = {}
    for year in range(today.year - years - 11, today.year + 1):
        lots = []
        for stock in VACCINES[:_KINDS]:
            item = items[stock.name]
            lot = Lot.objects.create(
                item=item, number=f"H{year}{stock.cvx}", expires_on=dt.date(year + 1, 6, 30), manufacturer=stock.mvx,
                funding="private", status="usable",
            )  # fmt: skip
            editions = vaccines.current_statements(stock.cvx)
            edition = editions[0].edition_on.isoformat() if editions else f"{year}-01-01"
            lots.append(
                OldLot(str(lot.pk), lot.number, str(item.pk), str(place.pk), stock.cvx, vaccines.vaccine_name(stock.cvx),
                       stock.mvx, lot.expires_on.isoformat(), edition)
            )  # fmt: skip
        found[year] = tuple(lots)
    return found


class Doses:
    """Writes doses with the movement that took each off its shelf."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        named = ("id", "created_at", "updated_at")
        nurse = plan.nurses[0]
        self.movements = Sheet(
            Movement, (*named, "item_id", "lot_id", "place_id", "reference", "act", "at", "on_day"), quantity="-1",
            kind="issue", by_id=nurse.id, by_label=nurse.name,
        )  # fmt: skip
        self.doses = Sheet(
            Immunization, (*named, "patient_id", "encounter_id", "cvx", "vaccine", "mvx", "lot_id", "lot_number",
            "expires_on", "given_at", "ordered_by", "vis_edition_on", "vis_given_on", "movement_id", "recorded_at"),
            source="administered", dose_ml="0.5", route="IM", site="LD", funding="private", eligibility="V01",
            given_by_id=nurse.id, given_by_label=nurse.name, recorded_by_id=nurse.id,
        )  # fmt: skip

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return self.movements, self.doses

    def give(self, dice: Dice, patient: str, encounter: str, provider: Who, at: int, day: str) -> None:
        """One dose at the instant `at`, which is on the local day `day`."""
        lot = dice.choice(self.plan.lots[int(day[:4])])
        when, movement, dose = stamp(at), key(at, dice), key(at, dice)
        self.movements.put(
            movement, when, when, lot.item, lot.id, lot.place, f"immunization:{dose}", movement, when, day
        )
        self.doses.put(
            dose, when, when, patient, encounter, lot.cvx, lot.vaccine, lot.mvx, lot.id, lot.number, lot.expires_on, when,
            provider.name, lot.edition_on, day, movement, when,
        )  # fmt: skip


def receive_lots(plan: Plan) -> None:
    """What came in of every old lot: as much as was given out of it, so that its shelf is empty now."""
    ids = [lot.id for lots in plan.lots.values() for lot in lots]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_movement (id, created_at, updated_at, item_id, lot_id, place_id, quantity, kind, reason, "
            "reference, act, at, on_day, by_id, by_label) SELECT gen_random_uuid(), at, at, item_id, lot_id, place_id, "
            "doses, 'receive', '', '', gen_random_uuid(), at, at::date, %s, %s FROM (SELECT item_id, lot_id, place_id, "
            "count(*) AS doses, min(at) - %s * interval '1 second' AS at FROM inventory_movement "
            "WHERE lot_id = ANY(%s::uuid[]) GROUP BY 1, 2, 3) used",
            [plan.nurses[0].id, plan.nurses[0].name, 30 * DAY, ids],
        )
        cursor.execute(
            "INSERT INTO inventory_stocklevel (item_id, lot_id, place_id, on_hand) "
            "SELECT item_id, lot_id, place_id, sum(quantity) FROM inventory_movement WHERE lot_id = ANY(%s::uuid[]) "
            "GROUP BY 1, 2, 3",
            [ids],
        )
