"""Alerts: raised once, shown until acknowledged."""

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_rows
from clinic.core.time import now
from clinic.inbox.models import Alert


@service
def raise_alert(
    *,
    by,
    patient,
    kind: str,
    text: str,
    severity: str = Alert.Severity.SOON,
    source_key: str,
    owner=None,
    pool: str = "",
) -> Alert:
    """Raises an alert, once per `source_key`. Audited as `alert.raised`."""
    row = Alert(
        patient=patient,
        kind=kind,
        text=text[:300],
        severity=severity,
        source_key=source_key,
        owner=owner,
        pool=pool,
        raised_at=now(),
    )
    Alert.objects.bulk_create([row], ignore_conflicts=True)
    saved = Alert.objects.get(source_key=source_key)
    if saved.pk == row.pk:
        audit.record(by, "alert.raised", obj=row, patient=row.patient_id, alert_kind=kind, severity=severity)
    return saved


@service
def acknowledge_alert(*, by, alert: Alert, action: str) -> Alert:
    """Somebody saw it and says what they did. Audited as `alert.acknowledged`. Refuses an empty action and a
    second acknowledgment."""
    if not action.strip():
        raise Refused("Say what you did.", field="action")
    row = lock_rows(Alert.objects.filter(pk=alert.pk))[0]
    if row.acknowledged_at:
        raise Refused("Somebody has already acknowledged this.")
    row.acknowledged_at, row.acknowledged_by_id, row.action = now(), by.member_id, action.strip()[:300]
    row.save()
    audit.record(by, "alert.acknowledged", obj=row, patient=row.patient_id, alert_kind=row.kind)
    return row
