"""Scope of practice: may this person do this task today? Rules are data (`ScopeRule`); no rule means no.

A permission opens the screen; this gate says whether the clinic lets a holder of this credential do the task.
It is asked when a task is assigned and again when it is documented.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.profile import clinic
from clinic.staff.models import Credential, Member, ScopeRule

WORDS = dict(ScopeRule.TASKS)
_STRENGTH = {"yes": 2, "conditional": 1, "no": 0}


@dataclass(frozen=True)
class Decision:
    """The answer. `reason` is for the user; `order_needed` and `supervision` bind even when allowed."""

    allowed: bool
    reason: str
    order_needed: bool = False
    supervision: str = "none"
    condition: str = ""


def may_perform(task: str, member: Member | Actor, on: date, *, state: str | None = None) -> Decision:
    """Decide for a member (or the actor who stands for one) on a day; `state` defaults to the clinic's own.

    Per credential the most specific row wins (the state's own before the general one, then the latest); of
    several credentials the best answer counts. A denial is written to the audit trail as `scope.denied`.
    """
    if task not in WORDS:
        raise ValueError(f"Unknown task {task!r}")
    person = member if isinstance(member, Member) else Member.objects.filter(pk=member.member_id).first()
    where = (clinic().state if state is None else state).upper()
    decision = _decide(task, person, on, where)
    if not decision.allowed:
        by = member if isinstance(member, Actor) else Actor(member_id=member.pk, label=member.name)
        record(by, "scope.denied", obj=person, kind=AuditEvent.Kind.SECURITY, task=task, state=where)
    return decision


def _decide(task: str, person: Member | None, on: date, state: str) -> Decision:
    if person is None or not person.is_active:
        return Decision(False, "Only an active member of staff can do this.")
    kinds = credentials_on(person, on, state)
    if not kinds:
        return Decision(False, f"{person.name} has no valid credential on file for: {WORDS[task].lower()}.")
    rules = ScopeRule.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=on),
        task=task,
        credential__in=kinds,
        state__in=["", state],
        effective_from__lte=on,
    )
    best: dict[str, ScopeRule] = {}
    for rule in rules.order_by(
        "state", "effective_from"
    ):  # "" sorts first, so the state's own row overwrites it
        best[rule.credential] = rule
    if not best:
        return Decision(False, f"No rule allows {person.name} this task: {WORDS[task].lower()}.")
    rule = max(best.values(), key=lambda r: (_STRENGTH[r.allowed], r.supervision == "none"))
    if rule.allowed == "no":
        place = f" in {state}" if rule.state else ""
        return Decision(False, f"{WORDS[task]} is outside the scope of a {rule.credential}{place}.")
    return Decision(True, "", rule.order_needed, rule.supervision, rule.condition)


def credentials_on(person: Member, on: date, state: str) -> set[str]:
    """Kinds of credential that count on that day in that state.

    Registered credentials decide once there is any; until the register is filled, the letters after the
    member's name do, so that a clinic can start on its first day.
    """
    rows = list(Credential.objects.filter(member=person))
    if rows:
        return {
            row.kind
            for row in rows
            if (row.expires_on is None or row.expires_on >= on)
            and (row.issued_on is None or row.issued_on <= on)
            and row.state in ("", state)
        }
    known = dict(Credential.KINDS)
    letters = {part.strip().upper() for part in person.credential.replace("/", ",").split(",")}
    return letters & set(known)
