"""What a payer decided about a claim, kept with it. The money itself is posted by whoever reads the remittance."""

from decimal import Decimal

from billing.models import Claim
from billing.rules.adjudication import read_decision
from billing.rules.claim_states import DENIED, PAID
from clinic.core.db import service
from clinic.core.errors import Refused

from ._claims import lock_claim, move, note, save


@service
def record_decision(
    *,
    by,
    claim: Claim,
    is_denied: bool,
    paid: Decimal,
    adjusted: Decimal,
    patient_owes: Decimal,
    adjudication: dict | None = None,
    payer_control: str = "",
    words: str = "",
    at=None,
) -> Claim:
    """Add one remittance's amounts (dollars, negative in a reversal) to a claim and move it to paid or denied.

    `adjudication` has the form of `billing.rules.adjudication`. A decision on a claim that stands in that state
    already only adds up. Refuses a claim that was never sent, and an adjudication that is not of that form.
    Audited as claim.decided.
    """
    claim = lock_claim(claim)
    if claim.sent_at is None:
        raise Refused(f"Claim {claim.account} was never sent.")
    try:
        read_decision(adjudication)
    except ValueError as error:
        raise Refused(str(error)) from error
    claim.paid += paid
    claim.adjusted += adjusted
    claim.patient_owes += patient_owes
    claim.adjudication = adjudication or claim.adjudication
    claim.payer_control = payer_control or claim.payer_control
    to = DENIED if is_denied else PAID
    facts = {"paid": str(paid), "adjusted": str(adjusted), "patient_owes": str(patient_owes)}
    if claim.state == to:
        note(by=by, claim=claim, kind="decided", words=words, at=at, **facts)
        return save(claim)
    return move(by=by, claim=claim, to=to, kind="decided", words=words, at=at, **facts)
