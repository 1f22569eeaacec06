"""The limits of vital signs: changed by a new version from a day on, never rewritten."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused, Stale
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from clinic.core.time import now, today
from records.models import VitalLimit
from records.services._common import clean_text, need_member

_SAME = ("vital", "from_months", "to_months", "condition", "tier")


@dataclass(frozen=True)
class Bounds:
    """What triggers: below `low` or above `high`, in the vital's canonical unit; at the bound too where it counts."""

    low: Decimal | None
    low_counts: bool
    high: Decimal | None
    high_counts: bool


@service
def change_vital_limit(
    *,
    by: Actor,
    limit: VitalLimit,
    bounds: Bounds,
    effective_from: dt.date,
    approved_by: str,
    source: str = "",
) -> VitalLimit:
    """A new version of `limit` from a day on; the old one ends the day before. Audits `vital_limit.changed`.

    Refused: a day before today (what was measured is read with the limits of its day), or not after the day from
    which the old version holds; a version that another one follows already; no bound, or bounds in the wrong order;
    nobody who approved; a reject bound that would keep a confirm or red value from being saved. Returns the new row.
    """
    need_member(by)
    lock_keys(f"vital-limit:{limit.vital}")
    old = VitalLimit.objects.select_for_update().get(pk=limit.pk)
    if old.effective_to is not None:
        raise Stale("This limit was changed meanwhile. Open the newest version.")
    approved_by = clean_text(approved_by)
    _check(old, bounds, effective_from, approved_by)
    row = VitalLimit(
        **{name: getattr(old, name) for name in _SAME},
        low=bounds.low,
        low_counts=bounds.low_counts and bounds.low is not None,
        high=bounds.high,
        high_counts=bounds.high_counts and bounds.high is not None,
        effective_from=effective_from,
        source=clean_text(source),
        approved_by=approved_by,
        approved_at=now(),
    )
    _check_order(row)
    old.effective_to = effective_from - dt.timedelta(days=1)
    old.save(update_fields=["effective_to", "updated_at"])
    row.save()
    audit.record(
        by, "vital_limit.changed", obj=row, before=_facts(old), after=_facts(row), approved_by=approved_by
    )
    return row


def _check(old: VitalLimit, bounds: Bounds, effective_from: dt.date, approved_by: str) -> None:
    if not approved_by:
        raise Refused("Who approved this limit?", field="approved_by")
    if effective_from < today(clinic_zone()):
        raise Refused("A limit can't change what was measured before today.", field="effective_from")
    if effective_from <= old.effective_from:
        raise Refused(
            f"The version that is on file starts on {old.effective_from:%m/%d/%Y}; choose a later day.",
            field="effective_from",
        )
    if bounds.low is None and bounds.high is None:
        raise Refused("A limit needs a low or a high bound.", field="low")
    if bounds.low is not None and bounds.high is not None and bounds.low >= bounds.high:
        raise Refused("The low bound has to be below the high one.", field="high")


def _check_order(row: VitalLimit) -> None:
    """What is red or to be confirmed has to be possible to save: reject bounds lie outside."""
    tier = VitalLimit.Tier
    others = VitalLimit.objects.filter(vital=row.vital, effective_to__isnull=True)
    others = (
        others.filter(tier__in=[tier.CONFIRM, tier.RED])
        if row.tier == tier.REJECT
        else others.filter(tier=tier.REJECT)
    )
    for other in others:
        if not _overlap(row, other):
            continue
        outer, inner = (row, other) if row.tier == tier.REJECT else (other, row)
        if outer.low is not None and inner.low is not None and outer.low >= inner.low:
            raise Refused("The reject bound has to lie below the confirm and red ones.", field="low")
        if outer.high is not None and inner.high is not None and outer.high <= inner.high:
            raise Refused("The reject bound has to lie above the confirm and red ones.", field="high")


def _overlap(one: VitalLimit, other: VitalLimit) -> bool:
    starts_in_time = other.to_months is None or one.from_months < other.to_months
    return starts_in_time and (one.to_months is None or other.from_months < one.to_months)


def _facts(row: VitalLimit) -> dict[str, str]:
    names = ("vital", "tier", "low", "low_counts", "high", "high_counts", "effective_from", "effective_to")
    return {name: "" if (value := getattr(row, name)) is None else str(value) for name in names}
