"""Claims that come of other claims: a replacement, a void, and the claim to the next payer."""

from billing.models import Claim, ClaimLine
from billing.queries.claims import next_coverage
from billing.rules.claim_states import AT_PAYER, DRAFT, FREQUENCIES, REPLACEMENT, VOID
from clinic.core.db import service
from clinic.core.errors import Refused
from records.models import Coverage

from ._claims import check, lock_claim, lock_visit, note
from .claiming import HEADER, new_claim


@service
def replace_claim(*, by, claim: Claim, frequency: str = REPLACEMENT, at=None) -> Claim:
    """Draft the claim that replaces (7) or voids (8) one that the payer has. Audited on both.

    It starts with everything of the earlier one. Refuses a claim that the payer does not have, and a second
    successor while there is one; the earlier claim is closed when the new one is sent.
    """
    if frequency not in (REPLACEMENT, VOID):
        raise Refused("A claim is replaced or voided.")
    lock_visit(claim.encounter_id)
    claim = lock_claim(claim)
    if claim.state not in AT_PAYER:
        raise Refused(
            "The payer does not have this claim, so there is nothing to replace. Correct and send it."
        )
    new = _copy(claim, rank=claim.rank, coverage=claim.coverage, at=at)
    new.frequency, new.replaces, new.follows = frequency, claim, claim.follows
    return _insert(by, new, claim, f"{FREQUENCIES[frequency]} of {claim.account}.", at)


@service
def build_next_claim(*, by, claim: Claim, coverage: Coverage | None = None, at=None) -> Claim:
    """Draft the claim to the patient's next payer, with what this one decided. Audited on both.

    Refuses while this payer has not decided, and when no further coverage holds on the day of service.
    """
    lock_visit(claim.encounter_id)
    claim = lock_claim(claim)
    if not claim.adjudication:
        raise Refused("The payer has not decided yet. Post its remittance first.")
    coverage = coverage or next_coverage(claim)
    if coverage is None:
        raise Refused("No further coverage on file holds on the day of service.")
    if coverage.patient_id != claim.patient_id or coverage.payer_id == claim.payer_id:
        raise Refused("Choose another coverage of this patient.")
    new = _copy(claim, rank=min(claim.rank + 1, 3), coverage=coverage, at=at)
    new.follows = claim
    return _insert(by, new, claim, f"To {coverage.payer.name}, after {claim.payer.name}.", at)


def _copy(claim: Claim, *, rank: int, coverage: Coverage, at) -> Claim:
    charges = [line.charge for line in claim.lines.select_related("charge")]
    new = new_claim(encounter=claim.encounter, coverage=coverage, charges=charges, rank=rank, at=at)
    for name in HEADER:
        setattr(new, name, getattr(claim, name))
    if coverage.pk != claim.coverage_id:
        new.authorization = ""
    else:
        new.expected = claim.expected
    new.diagnoses, new.total = claim.diagnoses, claim.total
    new.service_from, new.service_to = claim.service_from, claim.service_to
    return new


def _insert(by, new: Claim, old: Claim, words: str, at) -> Claim:
    new.save(force_insert=True)
    kept = [field.name for field in ClaimLine._meta.concrete_fields if field.name not in _OWN]
    ClaimLine.objects.bulk_create(
        ClaimLine(claim=new, **{name: getattr(line, name) for name in kept})
        for line in old.lines.select_related("charge")
    )
    check(new)
    note(by=by, claim=new, kind="built", after=DRAFT, words=words, at=at, earlier=old.account)
    note(by=by, claim=old, kind="followed", words=words, at=at, later=new.account)
    new.save()
    return new


_OWN = {"id", "created_at", "updated_at", "claim"}
