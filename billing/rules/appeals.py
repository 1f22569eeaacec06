"""The proposed words of an appeal of a denied claim, by the kind of denial. Pure."""

import datetime as dt
from collections.abc import Mapping

OPENING = (
    "To the appeals department:\n\n"
    "We ask you to review your decision on the claim below and to pay it.\n\n"
    "Patient: {patient}, born {birth_date}\n"
    "Member number: {member}\n"
    "Your claim number: {control}\n"
    "Our account number: {account}\n"
    "Date of service: {service}\n"
    "Amount refused: {amount}\n"
    "Your reason: {reasons}"
)
CLOSING = (
    "We ask for a written decision. If you uphold the denial, please name the rule of the plan that it rests on and "
    "who reviewed it.\n\nSincerely,\n\n{clinic}"
)
ARGUMENTS: Mapping[str, str] = {
    "registration": "The patient's data on the claim has been checked against the insurance card. A copy of the card is enclosed. Please match the claim to this member.",
    "eligibility": "Coverage was checked before the visit and was active on the date of service. The answer to that check is enclosed.",
    "authorization": "An authorization was in place, or none was needed for this service on that day. What we hold about it is enclosed; please review the service on its merits.",
    "coding": "The documentation of the visit supports the services and diagnoses as billed. The note of the visit is enclosed.",
    "timely": "The claim was filed in time. The receipt of the first filing, with its date, is enclosed.",
    "medical": "The service was needed for this patient's condition. The note of the visit and the results that led to it are enclosed.",
    "duplicate": "This is a separate service, not one that you have paid before. The documentation of both is enclosed.",
    "other": "The service was given as billed and is covered by the plan. The documentation is enclosed.",
}


def appeal_body(
    category: str,
    *,
    patient: str,
    birth_date: dt.date,
    member: str,
    control: str,
    account: str,
    service: dt.date,
    amount: str,
    reasons: str,
    clinic: str,
) -> str:
    """The whole letter, to be edited by who sends it. What is not known is named so, never left blank.

    Raises KeyError for a kind of denial that is none.
    """
    opening = OPENING.format(
        patient=patient,
        birth_date=f"{birth_date:%m/%d/%Y}",
        member=member or "not on file",
        control=control or "not known to us",
        account=account,
        service=f"{service:%m/%d/%Y}",
        amount=amount,
        reasons=reasons,
    )
    return "\n\n".join((opening, ARGUMENTS[category], CLOSING.format(clinic=clinic)))
