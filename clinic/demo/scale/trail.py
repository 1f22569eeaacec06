"""The trail in bulk: what happened in the clinic over the years, sealed by the chain's own arithmetic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import connection

from clinic.audit.models import AuditEvent, AuditLink
from clinic.audit.rules import GENESIS
from clinic.audit.sealing import seal, write_head
from clinic.demo.scale.plan import Plan
from clinic.demo.scale.text import DAY, Sheet, stamp

BATCH = 20_000
# action, kind, what it names
_ACTIONS = (
    ("chart.viewed", "look", "records.patient"), ("chart.viewed", "look", "records.patient"),
    ("chart.viewed", "look", "records.patient"), ("appointment.booked", "change", "scheduling.appointment"),
    ("visit.moved", "change", "scheduling.appointment"), ("visit.moved", "change", "scheduling.appointment"),
    ("encounter.opened", "change", "records.encounter"), ("vitals.recorded", "change", "records.vitalset"),
    ("charge.proposed", "change", "billing.charge"), ("payment.taken", "change", "billing.payment"),
)  # fmt: skip


def write_trail(plan: Plan, progress: Callable[[int], None]) -> int:
    """Writes and chains `plan.audit_rows` events, oldest first, after those that stand there already.

    The text that is hashed is composed here, for speed; `verify_audit` recomputes it from the rows, so that a
    difference would show as a broken chain.
    """
    seal()
    first, seq, previous = _ends()
    dice = plan.dice("trail")
    events = Sheet(AuditEvent, ("id", "at", "kind", "action", "member_id", "actor", "patient_id", "object_type",
                                "object_id"), workstation="Front desk", request_id="", detail={})  # fmt: skip
    links = Sheet(AuditLink, ("seq", "event_id", "hash"), sealed_at=stamp(plan.now))
    span = round(plan.years * 365.25) * DAY
    people = [plan.patient(dice.randrange(plan.patients)) for _ in range(min(plan.patients, 50_000))]
    members = [*plan.desk, *plan.nurses, *plan.today]
    choice, sha = dice.choice, hashlib.sha256
    for number in range(plan.audit_rows):
        at = plan.now - span + number * span // plan.audit_rows
        when, one = stamp(at), first + number
        action, kind, what = choice(_ACTIONS)
        who, patient = choice(members), choice(people)
        body = (
            f'{{"action":"{action}","actor":"{who.name}","at":"{when[:10]}T{when[11:19]}.000000+00:00","detail":{{}},'
            f'"id":{one},"ip":null,"kind":"{kind}","member_id":"{who.id}","object_id":"{patient}",'
            f'"object_type":"{what}","patient_id":"{patient}","request_id":"","workstation":"Front desk",'
            f'"workstation_id":null}}'
        )
        previous = sha(previous + body.encode()).digest()
        seq += 1
        events.put(str(one), when, kind, action, who.id, who.name, patient, what, patient)
        links.put(str(seq), str(one), f"\\\\x{previous.hex()}")
        if number % BATCH == BATCH - 1:
            events.flush()
            links.flush()
            progress(BATCH)
    events.flush()
    links.flush()
    _go_on_from(first + plan.audit_rows)
    write_head(seq, previous)
    progress(plan.audit_rows % BATCH)
    return plan.audit_rows


def _ends() -> tuple[int, int, bytes]:
    """The next event's key, and the chain's last link."""
    last_event = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    link = AuditLink.objects.order_by("-seq").first()
    return last_event + 1, link.seq if link else 0, bytes(link.hash) if link else GENESIS


def _go_on_from(value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('audit_auditevent', 'id'), %s, false)", [value])
