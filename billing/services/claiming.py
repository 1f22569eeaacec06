"""From the approved charges of a visit to a claim that is ready: build, change, hold, ready, close."""

import datetime as dt
from decimal import Decimal

from django.db import connection

from billing.models import Charge, Claim, ClaimLine, EncounterDiagnosis
from billing.queries.claim_setup import contract_on, terms_of
from billing.queries.claims import decided_claims
from billing.rules.claim_states import CLOSED, DRAFT, EDITABLE, READY, REJECTED, account_number
from billing.rules.places import usual_place
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import ClinicError, Conflict, Refused
from records.models import Coverage, Payer

from ._claims import check, lock_claim, lock_visit, move, note, save, voided

ACCOUNTS = "billing_claim_account"
HEADER = (
    "rendering",
    "supervising",
    "referring_first",
    "referring_last",
    "referring_npi",
    "authorization",
    "related_to",
    "accident_on",
    "accident_state",
    "onset_on",
    "accepts_assignment",
    "note",
)


@service
def build_claim(*, by, encounter, coverage: Coverage | None = None, at=None) -> Claim:
    """Build the draft of a visit's claim from its approved charges, and run the rules over it. Audited.

    Without a coverage it goes to the first one that holds on the day of service; a nurse's visit is claimed under
    the patient's own provider. Refuses a visit with open
    proposals or without an approved charge, a patient who pays alone, a coverage of somebody else, a
    second claim to the same payer while there is one, and one about what the payer has decided and nobody voided.
    """
    lock_visit(encounter.pk)
    charges = _billable(encounter)
    coverage = coverage or _first_coverage(encounter.patient_id, charges[0].service_on)
    if coverage.patient_id != encounter.patient_id:
        raise Refused("That coverage belongs to another patient.")
    if coverage.payer.kind == Payer.Kind.SELF:
        raise Refused("This patient pays without insurance; there is nobody to send a claim to.")
    if Claim.objects.filter(encounter=encounter, payer=coverage.payer_id).exclude(state=CLOSED).exists():
        raise Conflict("This visit has a claim to this payer already.")
    if decided_claims(encounter.pk, coverage.payer_id).exists():
        raise Conflict("This payer has decided about this visit. Open that claim and replace or void it.")
    claim = new_claim(
        encounter=encounter,
        coverage=coverage,
        charges=charges,
        rank=1,
        rendering_id=encounter.provider_id or encounter.patient.primary_provider_id,
        at=at,
    )
    claim.save(force_insert=True)
    _copy_lines(claim, charges)
    check(claim)
    note(by=by, claim=claim, kind="built", after=DRAFT, words=f"For {coverage.payer.name}.", at=at)
    claim.save()
    return claim


def build_claims(*, by, encounters) -> tuple[int, int]:
    """Build the claims of several visits, each on its own: (built, not possible). Audited per claim."""
    built = left = 0
    for encounter in encounters:
        try:
            build_claim(by=by, encounter=encounter)
            built += 1
        except ClinicError:
            left += 1
    return built, left


def new_claim(*, encounter, coverage, charges, rank: int, at=None, **fields) -> Claim:
    """A draft with a new account number, yet to be saved. `charges` give it its days and its total."""
    at = at or time.now()
    days = [charge.service_on for charge in charges]
    return Claim(
        account=_next_account(),
        patient_id=encounter.patient_id,
        encounter=encounter,
        coverage=coverage,
        payer=coverage.payer,
        rank=rank,
        state_since=at,
        created_at=at,
        service_from=min(days),
        service_to=max(days),
        total=sum((charge.amount for charge in charges), Decimal(0)),
        diagnoses=_diagnoses(encounter),
        file_by=min(days) + dt.timedelta(days=terms_of(coverage.payer_id).filing_days),
        **fields,
    )


@service
def refresh_claim(*, by, claim: Claim) -> Claim:
    """Take charges, diagnoses and coverage of the visit into a draft anew, and run the rules. Audited.

    What was entered on the claim itself stays. Refuses any state but a draft.
    """
    lock_visit(claim.encounter_id)
    claim = _editable(claim)
    charges = _billable(claim.encounter)
    claim.diagnoses = _diagnoses(claim.encounter)
    claim.service_from = min(charge.service_on for charge in charges)
    claim.service_to = max(charge.service_on for charge in charges)
    claim.total = sum((charge.amount for charge in charges), Decimal(0))
    claim.lines.all().delete()
    _copy_lines(claim, charges)
    check(claim)
    note(by=by, claim=claim, kind="refreshed", words=f"{len(charges)} charges of the visit.")
    return save(claim)


@service
def change_claim(
    *, by, claim: Claim, version: int | None = None, earlier_control: str = "", **fields
) -> Claim:
    """Change what stands on the claim itself (see HEADER), and run the rules. Audited with the fields' names.

    `earlier_control` is the payer's number of the claim that this one replaces. Refuses any state but a draft.
    """
    unknown = set(fields) - set(HEADER)
    if unknown:
        raise TypeError(f"not on a claim: {sorted(unknown)}")
    claim = _editable(claim, version)
    for name, value in fields.items():
        setattr(claim, name, value)
    if earlier_control and claim.replaces is not None and not claim.replaces.payer_control:
        claim.replaces.payer_control = earlier_control
        claim.replaces.save(update_fields=["payer_control", "updated_at"])
    check(claim)
    note(by=by, claim=claim, kind="changed", fields=sorted(fields))
    return save(claim)


@service
def check_claim(*, by, claim: Claim) -> Claim:
    """Run the rules over a draft again, after something beside it was corrected."""
    claim = _editable(claim)
    check(claim)
    return save(claim)


@service
def mark_ready(*, by, claim: Claim, version: int | None = None) -> Claim:
    """Let a draft go out with the next batch. Audited as claim.ready.

    Refuses a claim on hold, and one with a problem that stops it, naming the first.
    """
    lock_visit(claim.encounter_id)
    claim = _editable(claim, version)
    if claim.hold_reason:
        raise Refused(f"This claim is on hold: {claim.hold_reason}")
    if gone := voided(claim):
        raise Refused(gone)
    stopping = [one for one in check(claim) if one.severity == "error"]
    if stopping:
        more = f" and {len(stopping) - 1} more" if len(stopping) > 1 else ""
        raise Refused(f"Not ready: {stopping[0].detail or stopping[0].words}{more}.".replace("..", "."))
    return move(by=by, claim=claim, to=READY, kind="ready")


@service
def back_to_draft(*, by, claim: Claim) -> Claim:
    """Take a ready or rejected claim back to be corrected. Audited as claim.reopened."""
    claim = lock_claim(claim)
    was_rejected = claim.state == REJECTED
    claim.batch = None if was_rejected else claim.batch
    claim = move(by=by, claim=claim, to=DRAFT, kind="reopened")
    check(claim)
    claim.save()
    return claim


@service
def hold_claim(*, by, claim: Claim, reason: str) -> Claim:
    """Keep a draft or ready claim from going out, with the reason. Audited as claim.held."""
    if not reason.strip():
        raise Refused("Say why it is held.", field="reason")
    claim = lock_claim(claim)
    if claim.state not in (DRAFT, READY):
        raise Refused("Only a claim that was not sent yet is held.")
    if claim.state == READY:
        claim = move(by=by, claim=claim, to=DRAFT, kind="reopened")
    claim.hold_reason = reason.strip()[:200]
    note(by=by, claim=claim, kind="held", words=claim.hold_reason)
    return save(claim)


@service
def release_claim(*, by, claim: Claim) -> Claim:
    """Take the hold off a claim. Audited as claim.released."""
    claim = lock_claim(claim)
    if not claim.hold_reason:
        raise Refused("This claim is not on hold.")
    claim.hold_reason = ""
    note(by=by, claim=claim, kind="released")
    return save(claim)


@service
def close_claim(*, by, claim: Claim, reason: str) -> Claim:
    """End a claim that nothing more is expected of, with the reason. Audited as claim.closed."""
    if not reason.strip():
        raise Refused("Say why it is closed.", field="reason")
    claim = lock_claim(claim)
    return move(by=by, claim=claim, to=CLOSED, kind="closed", words=reason.strip())


@service
def note_on_claim(*, by, claim: Claim, words: str) -> None:
    """Write a note into the claim's trail. Audited as claim.noted."""
    if not words.strip():
        raise Refused("Write the note.", field="words")
    note(by=by, claim=lock_claim(claim), kind="noted", words=words.strip())


def _editable(claim: Claim, version: int | None = None) -> Claim:
    claim = lock_claim(claim, version)
    if claim.state not in EDITABLE:
        raise Refused(
            "Only a draft is changed. Take the claim back first, or replace it if the payer has it."
        )
    return claim


def _billable(encounter) -> list[Charge]:
    rows = list(
        Charge.objects.filter(encounter=encounter)
        .exclude(state=Charge.State.VOID)
        .select_related("fee")
        .prefetch_related("pointers__diagnosis")
        .order_by("service_on", "created_at", "pk")
    )
    if any(row.state == Charge.State.PROPOSED for row in rows):
        raise Refused("Charges of this visit are still to be approved.")
    if not rows:
        raise Refused("This visit has no approved charge.")
    return rows


def _first_coverage(patient_id, day: dt.date) -> Coverage:
    rows = Coverage.objects.filter(patient=patient_id).select_related("payer").order_by("rank", "created_at")
    found = next((row for row in rows if row.is_effective(day)), None)
    if found is None:
        raise Refused(f"No coverage on file holds on {day:%m/%d/%Y}.")
    return found


def _diagnoses(encounter) -> list[str]:
    rows = EncounterDiagnosis.objects.filter(encounter=encounter).order_by("rank")
    return list(rows.values_list("code__code", flat=True))


def _copy_lines(claim: Claim, charges: list[Charge]) -> None:
    contract = contract_on(claim.payer_id, claim.service_from)
    place = usual_place(claim.encounter.kind)
    lines = []
    for number, charge in enumerate(charges, 1):
        expected = (
            contract.allowed(charge.code, charge.modifiers, charge.units, charge.amount) if contract else None
        )
        lines.append(
            ClaimLine(
                claim=claim,
                number=number,
                charge=charge,
                code=charge.code,
                words=charge.words,
                modifiers=charge.modifiers,
                pointers=[pointer.diagnosis.rank for pointer in charge.pointers.all()],
                units=charge.units,
                amount=charge.amount,
                expected=expected,
                service_on=charge.service_on,
                place_of_service=charge.place_of_service or place,
                ndc=charge.ndc,
                ndc_quantity=charge.ndc_quantity,
                ndc_unit=charge.ndc_unit,
            )
        )
    known = [line.expected for line in lines if line.expected is not None]
    claim.expected = sum(known, Decimal(0)) if known else None
    ClaimLine.objects.bulk_create(lines)


def _next_account() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [ACCOUNTS])
        return account_number(cursor.fetchone()[0])
