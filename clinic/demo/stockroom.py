"""The shelves over time: deliveries, weekly use, and the doses and tests that visits take."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from clinic.demo.data.stock import SUPPLIES, VACCINES, Stock
from clinic.demo.dice import stream
from clinic.demo.hours import at
from clinic.demo.rows import Rows
from clinic.demo.world import World
from clinic.staff.models import Member
from inventory.models import Item, Lot, Movement, Place, StockLevel

BY_CVX = {stock.cvx: stock for stock in VACCINES}
_TESTS = {"LOC-410": "Rapid strep test", "LOC-412": "Rapid influenza test", "LOC-401": "Urine dipstick",
          "LOC-405": "Hemoglobin A1c cartridge", "LOC-406": "INR test strip",
          "LOC-331": "Cyanocobalamin 1000 mcg/mL vial", "LOC-320": "Ankle brace, adult",
          "LOC-330": "Albuterol nebulizer solution"}  # fmt: skip


class Stockroom:
    """What is on hand, counted along while rows are gathered."""

    def __init__(self, rows: Rows, world: World) -> None:
        self.rows, self.world = rows, world
        self.places = {place.name: place for place in Place.objects.all()}
        self.lots: dict[str, list[Lot]] = {}
        for lot in Lot.objects.select_related("item").order_by("expires_on"):
            self.lots.setdefault(lot.item.name, []).append(lot)
        self.on_hand: dict[tuple, Decimal] = {
            (level.item_id, level.lot_id, level.place_id): level.on_hand for level in StockLevel.objects.all()
        }

    def deliver(self) -> None:
        """The first deliveries, two months ago; then the weekly use of common supplies up to now."""
        first = at(self.world.anchor - dt.timedelta(days=62), dt.time(9, 40), self.world.zone)
        for number, stock in enumerate((*VACCINES, *SUPPLIES)):
            item = self.world.items[stock.name]
            when = first + dt.timedelta(minutes=3 * number)
            if stock.lots:
                self._lots(stock, item, when)
            else:
                self._move(
                    item,
                    None,
                    stock.place,
                    stock.received,
                    "receive",
                    when,
                    "leadma",
                    name=("first", stock.name),
                )
        self._cabinets(first + dt.timedelta(hours=3))
        for stock in SUPPLIES:
            for week in range(9) if stock.weekly else ():
                used = round(stock.weekly * stream("weekly", stock.name, week).uniform(0.7, 1.25))
                when = first + dt.timedelta(days=7 * week + 4, hours=2)
                if when < self.world.now:
                    self._take_supply(stock, used, when, name=("weekly", stock.name, week))

    def _lots(self, stock: Stock, item: Item, when: dt.datetime) -> None:
        for plan in stock.lots:
            lot = Lot(
                pk=self.rows.id("lot", plan.number, at=when), item=item, number=plan.number,
                expires_on=self.world.anchor + dt.timedelta(days=plan.expires_in), manufacturer=stock.mvx,
                funding=plan.funding, status=plan.status, status_reason=plan.reason, created_at=when,
            )  # fmt: skip
            lot.save(force_insert=True)
            self.rows.audit("lot.created", lot, at=when, by=self.world.members["leadma"], number=plan.number)
            self.lots.setdefault(stock.name, []).append(lot)
            self._move(
                item, lot, stock.place, plan.received, "receive", when, "leadma", name=("first", plan.number)
            )
        self.lots[stock.name].sort(key=lambda lot: lot.expires_on)

    def _cabinets(self, when: dt.datetime) -> None:
        for number, room in enumerate((1, 2, 3)):
            for name in ("Exam gloves, medium", "Alcohol prep pad", "Tongue depressor, sterile"):
                item, act = self.world.items[name], ("fill", room, name)
                self._move(item, None, "Store room", -80, "transfer_out", when, "tboyd", name=act)
                left = 80 - (52 if room == 2 else 0)
                self._move(item, None, f"Exam {room} cabinet", 80, "transfer_in", when, "tboyd", name=act)
                if left < 80:
                    self._move(item, None, f"Exam {room} cabinet", left - 80, "issue",
                               when + dt.timedelta(days=30 + number), "tboyd", name=("used", room, name))  # fmt: skip

    def _take_supply(self, stock: Stock, count: int, when: dt.datetime, *, name: tuple) -> None:
        item = self.world.items[stock.name]
        left = self.on_hand.get((item.pk, None, self.places[stock.place].pk), Decimal(0))
        if left > count:
            self._move(item, None, stock.place, -count, "issue", when, "tboyd", name=name)

    def use_test(self, fee: str, when: dt.datetime, who: Member, name: tuple) -> None:
        """What a test or treatment takes from its shelf; nothing when the shelf is empty."""
        stock = next((s for s in SUPPLIES if s.name == _TESTS.get(fee)), None)
        if stock is None:
            return
        item = self.world.items[stock.name]
        lot = self.pick(stock.name, stock.place, when.astimezone(self.world.zone).date())
        if item.is_lot_tracked and lot is None:
            return
        left = self.on_hand.get((item.pk, lot.pk if lot else None, self.places[stock.place].pk), Decimal(0))
        if left >= 1:
            self._move(item, lot, stock.place, -1, "issue", when, who.username, name=name)

    def pick(self, name: str, place: str, on: dt.date, funding: str = "") -> Lot | None:
        """First expiry first, of the right funding, usable that day and not empty."""
        for lot in self.lots.get(name, ()):
            left = self.on_hand.get((lot.item_id, lot.pk, self.places[place].pk), Decimal(0))
            fits = not funding or lot.funding == funding
            if fits and lot.status == "usable" and lot.expires_on >= on and left >= 1:
                return lot
        return None

    def take_dose(self, cvx: str, funding: str, when: dt.datetime, who: Member, reference: str, name: tuple):
        """A dose out of the refrigerator: (stock, lot, movement), or None when there is none to give."""
        stock = BY_CVX.get(cvx)
        lot = stock and self.pick(stock.name, stock.place, when.astimezone(self.world.zone).date(), funding)
        if not lot:
            return None
        item = self.world.items[stock.name]
        return (
            stock,
            lot,
            self._move(
                item, lot, stock.place, -1, "issue", when, who.username, name=name, reference=reference
            ),
        )

    def _move(
        self, item, lot, place: str, quantity: int, kind: str, when, who: str, *, name: tuple, reference=""
    ) -> Movement:
        where = self.places[place]
        key = (item.pk, lot.pk if lot else None, where.pk)
        self.on_hand[key] = self.on_hand.get(key, Decimal(0)) + quantity
        member = self.world.members[who]
        movement = self.rows.add(
            Movement(
                pk=self.rows.id("movement", *name, kind, at=when), item=item, lot=lot, place=where,
                quantity=Decimal(quantity), kind=kind, reference=reference, act=self.rows.id("act", *name, at=when),
                at=when, on_day=when.astimezone(self.world.zone).date(), by=member, by_label=member.name,
                unit_cost=item.default_cost if kind == "receive" else None, created_at=when,
            )
        )  # fmt: skip
        self.rows.audit(f"stock.{kind}", movement, at=when, by=member, quantity=quantity, item=item.pk)
        return movement
