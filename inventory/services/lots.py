"""Holding a lot back: quarantine, recall, release."""

from clinic.audit import record
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from inventory.models import Lot
from inventory.queries.lots import LotPlace, lot_places


@service
def quarantine_lot(*, by, lot: Lot, reason: str) -> list[LotPlace]:
    """Hold a lot back at once and say where it stands. Refuses a missing reason. Audited."""
    return _set_status(by=by, lot=lot, status=Lot.Status.QUARANTINED, reason=reason)


@service
def recall_lot(*, by, lot: Lot, reason: str) -> list[LotPlace]:
    """Mark a lot as recalled by its maker and say where it stands. Refuses a missing reason. Audited."""
    return _set_status(by=by, lot=lot, status=Lot.Status.RECALLED, reason=reason)


@service
def release_lot(*, by, lot: Lot, reason: str) -> list[LotPlace]:
    """Let a quarantined lot be used again. Refuses a recalled lot and a missing reason. Audited."""
    if Lot.objects.filter(pk=lot.pk, status=Lot.Status.RECALLED).exists():
        raise Refused("A recalled lot is not released. Send it back or waste it.")
    return _set_status(by=by, lot=lot, status=Lot.Status.USABLE, reason=reason)


def _set_status(*, by, lot, status, reason) -> list[LotPlace]:
    reason = reason.strip()
    if not reason:
        raise Refused("Say why.", field="reason")
    # The same key as a movement takes: after this commits, nobody can still be issuing from the lot.
    lock_keys(f"stock:{lot.item_id}:{lot.pk}")
    current = Lot.objects.select_for_update().get(pk=lot.pk)
    before = current.status
    if before == status:
        raise Refused(f"Lot {current.number} is {current.get_status_display().lower()} already.")
    current.status, current.status_reason, current.version = status, reason, current.version + 1
    current.save(update_fields=["status", "status_reason", "version", "updated_at"])
    record(by, f"lot.{status}", obj=current, before=before, after=status, reason=reason)
    lot.status, lot.status_reason = status, reason
    return lot_places(current)
