"""What payers answer before they decide: codes into words and the field to fix. Words are the clinic's own."""

from dataclasses import dataclass

ACCEPTED, REJECTED, WAITING = "accepted", "rejected", "waiting"
_CATEGORIES = {
    "A0": (WAITING, "Passed on to another place"),
    "A1": (ACCEPTED, "Received"),
    "A2": (ACCEPTED, "Accepted for processing"),
    "A3": (REJECTED, "Returned, cannot be processed"),
    "A4": (REJECTED, "Not found"),
    "A5": (WAITING, "Split into several claims"),
    "A6": (REJECTED, "Information is missing"),
    "A7": (REJECTED, "Information is invalid"),
    "A8": (REJECTED, "Parts contradict each other"),
}
# Status code -> words and field; "{who}" is filled from the entity that the answer names.
_STATUS: dict[str, tuple[str, str]] = {
    "19": ("Received", ""),
    "20": ("Accepted", ""),
    "21": ("Something is missing or invalid", ""),
    "24": ("{Who} is not approved for electronic claims", ""),
    "26": ("{Who} was not found", "{who}"),
    "27": ("The policy was canceled", "coverage.ends_on"),
    "29": ("Subscriber and policy number do not belong together", "coverage.member_id"),
    "30": ("Subscriber and member ID do not belong together", "coverage.member_id"),
    "31": ("The subscriber's name differs from the payer's", "coverage.subscriber_name"),
    "32": ("The policy number was not found", "coverage.member_id"),
    "33": ("The member ID was not found", "coverage.member_id"),
    "54": ("The payer has processed this claim before", "claim.lines"),
    "78": ("The payer is processing this claim already", "claim.lines"),
    "88": ("Not covered on the day of service", "coverage.starts_on"),
    "97": ("The payer does not know the patient", "coverage.member_id"),
    "116": ("Sent to the wrong payer", "coverage.payer"),
    "124": ("Name, address, phone or number of {who}", "{who}"),
    "125": ("Name of {who}", "{who}"),
    "126": ("Address of {who}", "{who}"),
    "128": ("Tax ID of {who}", "billing.tax_id"),
    "145": ("Taxonomy code of {who}", "billing.taxonomy"),
    "153": ("Number of {who}", "{who}"),
    "156": ("Relationship to the subscriber", "coverage.relationship"),
    "157": ("Sex of {who}", "patient.sex_at_birth"),
    "158": ("Date of birth of {who}", "patient.birth_date"),
    "164": ("Member number of {who}", "coverage.member_id"),
    "171": ("Other insurance", "claim.follows"),
    "178": ("The amount of the claim", "line.amount"),
    "187": ("Date of service", "line.service_on"),
    "218": ("NDC", "line.ndc"),
    "247": ("A line of the claim", "claim.lines"),
    "249": ("Place of service", "line.place_of_service"),
    "252": ("Authorization number", "claim.authorization"),
    "254": ("Main diagnosis", "claim.diagnoses"),
    "255": ("A diagnosis", "claim.diagnoses"),
    "286": ("The earlier payer's decision", "claim.follows"),
    "453": ("A modifier", "line.modifiers"),
    "454": ("A procedure code", "line.code"),
    "464": ("The payer's number of the earlier claim", "claim.payer_control"),
    "476": ("Units", "line.units"),
    "477": ("A line does not point at a diagnosis", "line.pointers"),
    "478": ("The account number", "claim.account"),
    "481": ("The form of the file", ""),
    "488": ("Diagnoses of a line", "line.pointers"),
    "500": ("ZIP code of {who}", "{who}"),
    "501": ("State of {who}", "{who}"),
    "502": ("City of {who}", "{who}"),
    "503": ("Street of {who}", "{who}"),
    "504": ("Last name of {who}", "{who}"),
    "505": ("First name of {who}", "{who}"),
    "507": ("A procedure code", "line.code"),
    "508": ("A diagnosis", "claim.diagnoses"),
    "511": ("A sign that is not allowed", ""),
    "562": ("NPI of {who}", "{who}"),
    "746": ("This was sent before", "claim.lines"),
}
_WHO = {
    "85": ("the billing provider", "billing.npi"),
    "82": ("the rendering provider", "rendering.npi"),
    "DN": ("the referring provider", "claim.referring_npi"),
    "DQ": ("the supervising provider", "supervising.npi"),
    "77": ("the place of service", "billing.address_line1"),
    "IL": ("the subscriber", "coverage.subscriber_name"),
    "QC": ("the patient", "patient.address_line1"),
    "PR": ("the payer", "payer.payer_id"),
    "41": ("the submitter", ""),
    "40": ("the receiver", ""),
}


@dataclass(frozen=True)
class Told:
    """One answer in words. `verdict` is accepted, rejected or waiting; `field` is where to correct, "" if unknown."""

    verdict: str
    words: str
    field: str
    code: str


def told(category: str, status: str, entity: str = "", said: str = "") -> Told:
    """A status of an acknowledgment in words: "Information is invalid: NPI of the rendering provider."

    `said` is the payer's free text, kept as it came. Unknown codes are shown as codes, never dropped; an
    unknown category counts as waiting, so that no claim is moved by what nobody understands.
    """
    verdict, general = _CATEGORIES.get(category, (WAITING, f"Category {category}"))
    words, field = _STATUS.get(status, (f"code {status}" if status else "", ""))
    who, place = _WHO.get(entity, ("someone on the claim", ""))
    words = words.replace("{who}", who).replace("{Who}", who[:1].upper() + who[1:])
    text = f"{general}: {words}." if words and verdict != ACCEPTED else f"{general}."
    if said.strip():
        text = f"{text} “{said.strip()[:200]}”"
    code = "/".join(part for part in (category, status, entity) if part)
    return Told(verdict, text, field.replace("{who}", place), code)


def verdict_of(several: list[Told]) -> str:
    """One word for several answers about one claim: rejected if any says so, accepted if one does."""
    verdicts = {one.verdict for one in several}
    return next((one for one in (REJECTED, ACCEPTED) if one in verdicts), WAITING)
