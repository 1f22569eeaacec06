"""What belongs on a count sheet, and the sheets there are."""

from django.db.models import Count as CountOf
from django.db.models import F, Q
from django.shortcuts import get_object_or_404

from inventory.models import Count, ParLevel, Place, StockLevel


def shelves_to_count(place: Place) -> list[tuple]:
    """(item id, lot id or None) of everything a place holds, and of untracked items it should hold."""
    held = list(StockLevel.objects.filter(place=place, on_hand__gt=0).values_list("item_id", "lot_id"))
    known = set(held)
    should = ParLevel.objects.filter(place=place, item__is_active=True, item__is_lot_tracked=False)
    return held + [(pk, None) for pk in should.values_list("item_id", flat=True) if (pk, None) not in known]


def counts():
    """Count sheets, newest first, with the number of lines and of differences."""
    return Count.objects.select_related("place", "started_by", "posted_by").annotate(
        line_total=CountOf("lines", distinct=True),
        difference_total=CountOf(
            "lines",
            filter=~Q(lines__counted=F("lines__expected")) & Q(lines__counted__isnull=False),
            distinct=True,
        ),
    )


def count_or_404(pk) -> Count:
    """One sheet with its place."""
    return get_object_or_404(Count.objects.select_related("place", "counted_by", "posted_by"), pk=pk)


def count_lines(count: Count):
    """The lines of a sheet as they are walked: by item, then first expiry first. One query."""
    return list(
        count.lines.select_related("item", "lot").order_by(
            "item__name", F("lot__expires_on").asc(nulls_last=True), "lot__number"
        )
    )
