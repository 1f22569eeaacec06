"""Counting a place blind, then comparing, then posting the difference with reasons."""

from decimal import Decimal

from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from inventory.models import Count, CountLine, Movement, Place
from inventory.queries.counts import shelves_to_count
from inventory.rules.packs import ZERO

from ._ledger import Shelf, add, check_enough, lock


@service
def start_count(*, by, place: Place) -> Count:
    """Open a sheet with every shelf of a place that holds something or should.

    Refuses a second sheet while one is open, and a place with nothing to count. Audited.
    """
    shelves = shelves_to_count(place)
    if not shelves:
        raise Refused(f"{place.name} holds nothing to count yet. Receive stock or set a par level first.")
    count = Count.objects.create(place=place, started_by_id=by.member_id)
    CountLine.objects.bulk_create(
        CountLine(count=count, item_id=item_id, lot_id=lot_id) for item_id, lot_id in shelves
    )
    record(by, "count.started", obj=count, place=str(place.pk), lines=len(shelves))
    return count


@service
def enter_count(*, by, count: Count, found: dict) -> Count:
    """Write down what was found: line id -> units of use (None leaves a line out of this count).

    Only now is the ledger's own figure put beside it. May be repeated until posted, which is a recount.
    Refuses a posted count, a negative number, and a sheet with nothing on it.
    """
    count = _running(count)
    lines = {line.pk: line for line in count.lines.select_related("item", "lot")}
    if set(found) - set(lines):
        raise Refused("This sheet has changed. Open it again.")
    lock(_shelf(line, count) for line in lines.values())
    for pk, counted in found.items():
        line = lines[pk]
        if counted is not None and (counted < 0 or counted != Decimal(counted).quantize(Decimal("0.001"))):
            raise Refused(f"Check the number for {line.item.name}.")
        line.counted = counted
        line.expected = None if counted is None else _shelf(line, count).look()[0]
    if all(line.counted is None for line in lines.values()):
        raise Refused("Enter what you found on at least one shelf.")
    CountLine.objects.bulk_update(lines.values(), ["counted", "expected"])
    count.state, count.counted_by_id = Count.State.REVIEW, by.member_id
    count.save(update_fields=["state", "counted_by", "updated_at"])
    record(by, "count.entered", obj=count, lines=sum(line.counted is not None for line in lines.values()))
    return count


@service
def post_count(*, by, count: Count, reasons: dict) -> list[Movement]:
    """Post each difference as a movement. `reasons`: line id -> reason, needed where there is a difference.

    What moved between counting and posting stays right, because the difference is posted, not the number.
    Refuses a missing reason and a difference that the shelf no longer covers. Audited.
    """
    count = _running(count)
    if count.state != Count.State.REVIEW:
        raise Refused("Enter what you found first.")
    lines = [line for line in count.lines.select_related("item", "lot") if line.variance]
    lock(_shelf(line, count) for line in lines)
    act, now, movements = uuid7(), time.now(), []
    for line in lines:
        reason = (reasons.get(line.pk) or "").strip()
        if not reason:
            raise Refused(f"Give a reason for the difference of {line.item.name}.", field=f"reason-{line.pk}")
        shelf = _shelf(line, count)
        if line.variance < ZERO:
            check_enough(shelf, -line.variance)
        # Each line is its own act: one wrong line can be taken back alone.
        movement = add(
            by=by,
            shelf=shelf,
            kind=Movement.Kind.COUNT,
            quantity=line.variance,
            reason=reason,
            reference=f"count:{count.pk}",
            at=now,
            act=uuid7() if len(lines) > 1 else act,
        )
        line.movement, line.reason = movement, reason
        movements.append(movement)
    CountLine.objects.bulk_update(lines, ["movement", "reason"])
    count.state, count.posted_at, count.posted_by_id = Count.State.POSTED, now, by.member_id
    count.save(update_fields=["state", "posted_at", "posted_by", "updated_at"])
    record(by, "count.posted", obj=count, differences=len(movements))
    return movements


@service
def void_count(*, by, count: Count) -> Count:
    """Give up a sheet that was not posted. Nothing moves. Audited."""
    count = _running(count)
    count.state = Count.State.VOID
    count.save(update_fields=["state", "updated_at"])
    record(by, "count.voided", obj=count)
    return count


@service
def record_count(*, by, place: Place, found: dict, reason: str = "") -> list[Movement]:
    """Count a place in one go: (item, lot or None) -> units found; differences posted with one reason."""
    count = start_count(by=by, place=place)
    lines = {(line.item_id, line.lot_id): line.pk for line in count.lines.all()}
    for item, lot in found:
        key = (item.pk, lot.pk if lot else None)
        if key not in lines:
            lines[key] = CountLine.objects.create(count=count, item=item, lot=lot).pk
    enter_count(
        by=by,
        count=count,
        found={lines[item.pk, lot.pk if lot else None]: units for (item, lot), units in found.items()},
    )
    return post_count(by=by, count=count, reasons=dict.fromkeys(lines.values(), reason))


def _running(count: Count) -> Count:
    count = Count.objects.select_for_update(of=("self",)).select_related("place").get(pk=count.pk)
    if count.state not in (Count.State.OPEN, Count.State.REVIEW):
        raise Refused("This count is finished.")
    return count


def _shelf(line: CountLine, count: Count) -> Shelf:
    return Shelf(line.item, line.lot, count.place)
