"""Where each problem of a claim is corrected, as far as the one who looks may open it."""

from dataclasses import replace

from django.urls import reverse

from billing.models import Claim
from billing.queries.claims import ClaimPage
from clinic.staff.permissions import Permission

_WHO = {
    "patient": "The front desk corrects the patient’s data.",
    "rendering": "The office manager corrects the provider’s NPI.",
    "supervising": "The office manager corrects the provider’s NPI.",
}


def with_fixes(page: ClaimPage, actor) -> ClaimPage:
    """The page with an address (`url`), a dialog or not, and words for who helps, on each problem and answer."""

    def fixed(problems):
        return [{**one, **_fix(page.claim, one, actor)} for one in problems]

    claim = page.claim
    claim.answers = fixed(claim.answers)
    return replace(
        page,
        facts=[replace(fact, problems=fixed(fact.problems)) for fact in page.facts],
        lines=[replace(row, problems=fixed(row.problems)) for row in page.lines],
        problems=fixed(page.problems),
    )


def _fix(claim: Claim, problem: dict, actor) -> dict:
    where, _, field = problem["field"].partition(".")
    help_words = _WHO.get(where, "")
    url, is_dialog = "", True
    if where == "coverage" and actor.can(Permission.COVERAGE_EDIT):
        url = reverse("records:coverage-edit", args=[claim.coverage_id])
    elif where == "patient":
        may_edit = actor.can(Permission.PATIENT_EDIT)
        url = reverse("records:patient-edit" if may_edit else "records:patient", args=[claim.patient_id])
        is_dialog = False
    elif where == "billing" and actor.can(Permission.FEE_EDIT):
        url = reverse("billing:claim-provider")
    elif where == "payer" and actor.can(Permission.FEE_EDIT):
        url = reverse("billing:payer-terms", args=[claim.payer_id])
    elif where in ("rendering", "supervising") and actor.can(Permission.STAFF_MANAGE):
        member = claim.rendering_id if where == "rendering" else claim.supervising_id
        url = reverse("staff:member", args=[member]) if member else ""
        is_dialog = False
    elif where in ("claim", "line") and actor.can(Permission.CLAIM_WORK):
        url, is_dialog = _own(claim, where, field, problem.get("line"))
    return {"url": url, "is_dialog": is_dialog, "help": "" if url else help_words}


def _own(claim: Claim, where: str, field: str, number: int | None) -> tuple[str, bool]:
    """A field of the claim, of one of its lines, or of the visit behind it."""
    charges = reverse("billing:charges", args=[claim.encounter_id])
    line = next((row for row in claim.lines.all() if row.number == number), None)
    if where == "line" and line is not None and field in ("modifiers", "pointers", "place_of_service", "ndc"):
        return reverse("billing:claim-line", args=[claim.pk, line.pk]), True
    if where == "line" or field in ("diagnoses", "lines"):
        return charges, False
    if field == "follows" and claim.follows_id:
        return reverse("billing:claim", args=[claim.follows_id]), False
    if field == "file_by":
        return "", False
    return reverse("billing:claim-edit", args=[claim.pk]), True
