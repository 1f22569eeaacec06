"""Scope of practice: may this person do this task today? Rules are data (`ScopeRule`); no rule means no.

A permission opens the screen; this gate says whether the clinic lets a holder of this credential do the task.
It is asked when a task is assigned and again when it is documented.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.kept import kept
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


@dataclass(frozen=True)
class Standing:
    """What the clinic has on file of one member: the register of credentials and the letters after the name."""

    name: str
    is_active: bool
    letters: frozenset[str]
    register: tuple[Credential, ...]

    def credentials_on(self, on: date, state: str) -> frozenset[str]:
        """Kinds of credential that count on that day in that state.

        Registered credentials decide once there is any; until the register is filled, the letters after the
        member's name do, so that a clinic can start on its first day.
        """
        if not self.register:
            return self.letters & frozenset(dict(Credential.KINDS))
        return frozenset(
            row.kind
            for row in self.register
            if (row.expires_on is None or row.expires_on >= on)
            and (row.issued_on is None or row.issued_on <= on)
            and row.state in ("", state)
        )


def may_perform(task: str, member: Member | Actor, on: date, *, state: str | None = None) -> Decision:
    """Decide for a member (or the actor who stands for one) on a day; `state` defaults to the clinic's own.

    Per credential the most specific row wins (the state's own before the general one, then the latest); of
    several credentials the best answer counts. A denial is written to the audit trail as `scope.denied`.
    """
    if task not in WORDS:
        raise ValueError(f"Unknown task {task!r}")
    member_id = member.pk if isinstance(member, Member) else member.member_id
    where = (clinic().state if state is None else state).upper()
    decision = _decide(task, standing(member_id), on, where)
    if not decision.allowed:
        by = member if isinstance(member, Actor) else Actor(member_id=member_id, label=member.name)
        person = Member.objects.filter(pk=member_id).first()
        record(by, "scope.denied", obj=person, kind=AuditEvent.Kind.SECURITY, task=task, state=where)
    return decision


def _decide(task: str, person: Standing | None, on: date, state: str) -> Decision:
    if person is None or not person.is_active:
        return Decision(False, "Only an active member of staff can do this.")
    kinds = person.credentials_on(on, state)
    if not kinds:
        return Decision(False, f"{person.name} has no valid credential on file for: {WORDS[task].lower()}.")
    best: dict[str, ScopeRule] = {}
    for rule in rules_of(task):
        holds = rule.effective_from <= on and (rule.effective_to is None or rule.effective_to >= on)
        if holds and rule.credential in kinds and rule.state in ("", state):
            best[rule.credential] = rule
    if not best:
        return Decision(False, f"No rule allows {person.name} this task: {WORDS[task].lower()}.")
    rule = max(best.values(), key=lambda r: (_STRENGTH[r.allowed], r.supervision == "none"))
    if rule.allowed == "no":
        place = f" in {state}" if rule.state else ""
        return Decision(False, f"{WORDS[task]} is outside the scope of a {rule.credential}{place}.")
    return Decision(True, "", rule.order_needed, rule.supervision, rule.condition)


@kept
def standing(member_id: UUID | None) -> Standing | None:
    """What is on file of a member, or None where there is no such member."""
    person = Member.objects.filter(pk=member_id).first()
    if person is None:
        return None
    letters = (part.strip().upper() for part in person.credential.replace("/", ",").split(","))
    register = tuple(Credential.objects.filter(member=person))
    return Standing(person.name, person.is_active, frozenset(letters), register)


@kept
def rules_of(task: str) -> tuple[ScopeRule, ...]:
    """Every rule about a task, the general ones first, so that a state's own row overwrites them."""
    return tuple(ScopeRule.objects.filter(task=task).order_by("state", "effective_from"))
