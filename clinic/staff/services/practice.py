"""The scope of practice: rules change by a new version from a day on, never by rewriting one."""

from datetime import date, timedelta

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from clinic.core.time import now, today
from clinic.staff.models import ScopeRule

FIELDS = ("allowed", "order_needed", "supervision", "condition", "legal_reference")


@service
def set_scope_rule(
    *,
    by: Actor,
    task: str,
    credential: str,
    state: str = "",
    allowed: str,
    order_needed: bool = False,
    supervision: str = "none",
    condition: str = "",
    legal_reference: str = "",
    effective_from: date,
    reviewed_by: str,
) -> ScopeRule:
    """From a day on, may a holder of `credential` do `task` in `state` (empty: every state)?

    The version that holds until then ends the day before; one that begins later stays, and this one ends before it.
    Audits `scope.changed` with before and after. Refused: a day before today, a second version of one day, nobody who
    reviewed it, conditions without words. Returns the new row.
    """
    reviewed_by, condition = " ".join(reviewed_by.split()), " ".join(condition.split())
    state = state.strip().upper()
    _check(state, allowed, condition, effective_from, reviewed_by)
    lock_keys(f"scope:{task}:{credential}:{state}")
    versions = list(
        ScopeRule.objects.select_for_update()
        .filter(task=task, credential=credential, state=state)
        .order_by("effective_from")
    )
    if any(row.effective_from == effective_from for row in versions):
        raise Refused("A version from that day is on file; choose another day.", field="effective_from")
    before = [row for row in versions if row.effective_from < effective_from]
    after = [row for row in versions if row.effective_from > effective_from]
    new = ScopeRule.objects.create(
        task=task,
        credential=credential,
        state=state,
        allowed=allowed,
        order_needed=order_needed,
        supervision=supervision,
        condition=condition,
        legal_reference=" ".join(legal_reference.split()),
        effective_from=effective_from,
        effective_to=after[0].effective_from - timedelta(days=1) if after else None,
        reviewed_by=reviewed_by,
        reviewed_at=now(),
    )
    old = _end_running(before, effective_from)
    record(
        by,
        "scope.changed",
        obj=new,
        kind=AuditEvent.Kind.SECURITY,
        task=task,
        credential=credential,
        state=state,
        before=_facts(old) if old else {},
        after=_facts(new),
        reviewed_by=reviewed_by,
    )
    return new


def _check(state: str, allowed: str, condition: str, effective_from: date, reviewed_by: str) -> None:
    if not reviewed_by:
        raise Refused("Who reviewed this rule?", field="reviewed_by")
    if state and not (len(state) == 2 and state.isalpha()):
        raise Refused("Two letters, or empty for every state.", field="state")
    if effective_from < today(clinic_zone()):
        raise Refused("A rule can't change what was allowed before today.", field="effective_from")
    if allowed == "conditional" and not condition:
        raise Refused("On which conditions?", field="condition")


def _end_running(before: list[ScopeRule], effective_from: date) -> ScopeRule | None:
    """The version in force on the day before, ended there where it would go on."""
    last = before[-1] if before else None
    if last and (last.effective_to is None or last.effective_to >= effective_from):
        last.effective_to = effective_from - timedelta(days=1)
        last.save(update_fields=["effective_to", "updated_at"])
    return last


def _facts(row: ScopeRule) -> dict[str, object]:
    return {name: getattr(row, name) for name in FIELDS} | {"effective_from": str(row.effective_from)}
