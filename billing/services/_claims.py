"""What every act on a claim shares: locking it, moving it along its table of states, and writing its trail."""

from billing.models import Charge, Claim, ClaimEvent
from billing.queries.claim_facts import claim_facts
from billing.queries.claim_setup import claim_rules
from billing.rules.claim_states import VOID, may_move, why_not
from billing.rules.scrub import Problem, counted, scrub
from clinic.audit import record
from clinic.core import time
from clinic.core.errors import NotFound, Refused, Stale
from clinic.core.locks import lock_keys

WHOLE = (
    "patient",
    "encounter",
    "coverage",
    "payer",
    "rendering",
    "supervising",
    "replaces",
    "follows",
)
LINES = ("charge", "charge__fee")


def lock_claim(claim: Claim, version: int | None = None) -> Claim:
    """The claim, locked, with all that its rules look at.

    Refuses to go on over somebody else's change when the caller names the version that was shown.
    """
    found = Claim.objects.select_for_update(of=("self",)).select_related(*WHOLE).filter(pk=claim.pk).first()
    if found is None:
        raise NotFound("This claim is gone.")
    if version is not None and version != found.version:
        raise Stale("Somebody else changed this claim meanwhile. Look again and save once more.")
    return found


def lock_visit(*encounter_ids) -> None:
    """Charges and claims of a visit change one at a time."""
    lock_keys(*(f"charges:{pk}" for pk in encounter_ids))


def check(claim: Claim) -> list[Problem]:
    """Run the rules over a claim and keep what they found on it; the caller saves."""
    lines = list(claim.lines.select_related(*LINES))
    problems = scrub(claim_facts(claim, lines), claim_rules())
    claim.problems = [problem.as_json() for problem in problems]
    claim.errors, claim.warnings = counted(problems)
    return problems


def stops(claim: Claim) -> str:
    """Why a locked claim may not go out, "" where it may: on hold, a service voided since, or a problem of the rules."""
    problems = [one for one in check(claim) if one.severity == "error"]
    if claim.hold_reason:
        return f"On hold: {claim.hold_reason}"
    return voided(claim) or (problems[0].detail or problems[0].words if problems else "")


def voided(claim: Claim) -> str:
    """Words about services on a claim that were voided after it was built; the void of a claim may name them."""
    if claim.frequency == VOID:
        return ""
    gone = claim.lines.filter(charge__state=Charge.State.VOID).values_list("code", flat=True)
    codes = ", ".join(dict.fromkeys(gone))
    return f"{codes} was voided since. Take the charges of the visit anew." if codes else ""


def move(*, by, claim: Claim, to: str, kind: str, words: str = "", batch=None, at=None, **detail) -> Claim:
    """Take a locked claim to another state, with its line in the trail and in the audit. Saves the claim.

    Refuses a move that the table of states does not have.
    """
    if not may_move(claim.state, to):
        raise Refused(why_not(claim.state, to))
    before, at = claim.state, at or time.now()
    claim.state, claim.state_since = to, at
    note(by=by, claim=claim, kind=kind, words=words, before=before, after=to, batch=batch, at=at, **detail)
    return save(claim)


def note(*, by, claim: Claim, kind: str, words: str = "", before="", after="", batch=None, at=None, **detail):
    """One line in the claim's trail and one in the audit."""
    ClaimEvent.objects.create(
        claim=claim,
        kind=kind,
        before=before,
        after=after,
        words=words[:500],
        detail=detail,
        batch=batch,
        at=at or time.now(),
        by_id=by.member_id,
        by_label=by.label[:120],
    )
    record(
        by,
        f"claim.{kind}",
        obj=claim,
        patient=claim.patient_id,
        account=claim.account,
        before=before,
        after=after,
        **detail,
    )


def save(claim: Claim) -> Claim:
    """Save a locked claim as its next version."""
    claim.version += 1
    claim.save()
    return claim
