"""One claim of an 837P: its head, its providers, what other payers did, and its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from billing.edi.claims import (
    ORIGINAL,
    REPLACEMENT,
    VOID,
    Address,
    Adjustment,
    Claim,
    LineAdjudication,
    OtherInsurance,
    Provider,
    ServiceLine,
    Subscriber,
)
from billing.edi.writers.segments import (
    Unwritable,
    address,
    amount,
    code,
    composite,
    date_segment,
    needed,
    number,
    organization_name,
    person_name,
    provider_name,
    segment,
    words,
)

MOST_DIAGNOSES, MOST_LINES, MOST_MODIFIERS, MOST_POINTERS = 12, 50, 4, 4
_TRIPLETS = 6


def claim_segments(claim: Claim) -> Iterator[str]:
    """CLM and all that belongs to it. Raises Unwritable for what is missing, too many or doesn't add up."""
    _refuse_nonsense(claim)
    yield _head(claim)
    if claim.onset_on:
        yield date_segment("431", claim.onset_on)
    if claim.accident_on:
        yield date_segment("439", claim.accident_on)
    if claim.patient_paid:
        yield segment("AMT", "F5", amount(claim.patient_paid))
    for qualifier, value, what in (
        ("9F", claim.referral_number, "The referral number"),
        ("G1", claim.prior_authorization, "The authorization number"),
        ("F8", claim.payer_control, "The payer's claim number"),
        ("X4", claim.clia, "The CLIA number"),
    ):
        if value:
            yield segment("REF", qualifier, code(value, what))
    if claim.note:
        yield segment("NTE", "ADD", words(claim.note, 80))
    yield segment("HI", *(
        composite("ABF" if place else "ABK", _diagnosis(text)) for place, text in enumerate(claim.diagnoses)
    ))  # fmt: skip
    yield from _providers(claim)
    for other in claim.other_insurance:
        yield from _other_insurance(other)
    for place, line in enumerate(claim.lines, 1):
        yield from _line(line, place)


def _refuse_nonsense(claim: Claim) -> None:
    if not 1 <= len(claim.diagnoses) <= MOST_DIAGNOSES:
        raise Unwritable(f"A claim has 1 to {MOST_DIAGNOSES} diagnoses, not {len(claim.diagnoses)}.")
    if claim.diagnosis_system != "ICD-10-CM":
        raise Unwritable("Diagnoses are sent as ICD-10-CM only.")
    if not 1 <= len(claim.lines) <= MOST_LINES:
        raise Unwritable(f"A claim has 1 to {MOST_LINES} lines, not {len(claim.lines)}.")
    if claim.frequency not in (ORIGINAL, REPLACEMENT, VOID):
        raise Unwritable(f"{claim.frequency!r} is not 1 (new), 7 (replaces) or 8 (voids).")
    if claim.frequency != ORIGINAL and not claim.payer_control:
        raise Unwritable("To replace or void a claim, the payer's number of that claim is needed.")
    if claim.charge < 0 or any(line.charge < 0 for line in claim.lines):
        raise Unwritable("A charge can't be negative.")
    if claim.charge != claim.lines_total:
        raise Unwritable(f"The claim says {claim.charge}, its lines add up to {claim.lines_total}.")
    if {"AA", "OA"} & set(claim.related_causes) and not claim.accident_on:
        raise Unwritable("The date of the accident is missing.")
    if "AA" in claim.related_causes and not claim.accident_state:
        raise Unwritable("The state where the car accident happened is missing.")


def _head(claim: Claim) -> str:
    causes = (
        composite(*(*claim.related_causes, "", "", "")[:3], claim.accident_state)
        if claim.related_causes
        else ""
    )
    return segment(
        "CLM", needed(code(claim.account, "The account number", 38), "The account number"), amount(claim.charge),
        "", "", composite(needed(claim.place_of_service, "The place of service"), "B", claim.frequency),
        "Y" if claim.is_signature_on_file else "N", "A" if claim.is_assignment_accepted else "C",
        "Y" if claim.is_benefit_assigned else "N", "Y" if claim.may_release else "I", "", causes,
    )  # fmt: skip


def _diagnosis(text: str) -> str:
    return needed(code(text.replace(".", "").upper(), "A diagnosis code", 7), "A diagnosis code")


def _providers(claim: Claim) -> Iterator[str]:
    if claim.referring:
        yield provider_name("DN", claim.referring)
    if claim.rendering:
        yield from _rendering(claim.rendering)
    if claim.facility:
        yield provider_name("77", claim.facility)
        if claim.facility.address == Address():
            raise Unwritable("The address of the place of service is missing.")
        yield from address(claim.facility.address, "the place of service")
    if claim.supervising:
        yield provider_name("DQ", claim.supervising)


def _rendering(provider: Provider) -> Iterator[str]:
    yield provider_name("82", provider)
    if provider.taxonomy:
        yield segment("PRV", "PE", "PXC", code(provider.taxonomy, "The taxonomy code"))


def _other_insurance(other: OtherInsurance) -> Iterator[str]:
    subscriber = other.subscriber
    yield policy(subscriber, other.relationship)
    yield from adjustment_segments(other.adjustments)
    for qualifier, value in (
        ("D", other.paid), ("A8", other.non_covered), ("EAF", other.remaining_patient_liability),
    ):  # fmt: skip
        if value is not None:
            yield segment("AMT", qualifier, amount(value))
    yield segment(
        "OI", "", "", "Y" if other.is_benefit_assigned else "N", "", "", "Y" if other.may_release else "I"
    )
    if other.remark_codes:
        yield segment("MOA", "", "", *other.remark_codes[:5])
    member = needed(code(subscriber.member_id, "The other insurance's member number", 80),
                    "The other insurance's member number")  # fmt: skip
    yield person_name("IL", subscriber.person, "MI", member)
    yield from address(subscriber.person.address, "the other insurance's subscriber")
    yield organization_name(
        "PR", other.payer.name, other.payer.id_qualifier, other.payer.payer_id, "the other payer"
    )
    yield from address(other.payer.address, "the other payer")
    if other.adjudicated_on:
        yield date_segment("573", other.adjudicated_on)
    if other.payer_control:
        yield segment("REF", "F8", code(other.payer_control, "The other payer's claim number"))


def policy(subscriber: Subscriber, relationship: str) -> str:
    """SBR: which payer in turn, whose policy, which group. The group's name stands only where it has no number."""
    group = code(subscriber.group_number, "The group number")
    return segment(
        "SBR", subscriber.order, relationship, group, "" if group else words(subscriber.group_name, 60),
        subscriber.secondary_type, "", "", "", subscriber.filing_code,
    )  # fmt: skip


def adjustment_segments(adjustments: Iterable[Adjustment]) -> Iterator[str]:
    """CAS: those of one group together, six to a segment, groups in the order in which they first come."""
    groups: dict[str, list[Adjustment]] = {}
    for one in adjustments:
        groups.setdefault(one.group, []).append(one)
    for group, members in groups.items():
        for start in range(0, len(members), _TRIPLETS):
            elements: list[str] = []
            for one in members[start : start + _TRIPLETS]:
                elements += [code(one.reason, "A reason code", 5), amount(one.amount),
                             number(one.quantity) if one.quantity is not None else ""]  # fmt: skip
            yield segment("CAS", group, *elements)


def procedure(qualifier: str, service: str, modifiers: tuple[str, ...], description: str = "") -> str:
    """The composite that names a service: a code, up to four modifiers, words only where the code says too little."""
    if len(modifiers) > MOST_MODIFIERS:
        raise Unwritable(f"A line has up to {MOST_MODIFIERS} modifiers, not {len(modifiers)}.")
    service = needed(code(service, "A service code", 48), "A service code")
    if not description:
        return composite(qualifier, service, *modifiers)
    return composite(
        qualifier, service, *(*modifiers, "", "", "", "")[:MOST_MODIFIERS], words(description, 80)
    )


def _line(line: ServiceLine, place: int) -> Iterator[str]:
    if not 1 <= len(line.pointers) <= MOST_POINTERS:
        raise Unwritable(
            f"Line {place} points at {len(line.pointers)} diagnoses; 1 to {MOST_POINTERS} are right."
        )
    if line.units <= 0 or line.units != line.units.quantize(Decimal("0.001")):
        raise Unwritable(f"Line {place} has {line.units} units.")
    yield segment("LX", str(place))
    yield segment(
        "SV1", procedure(line.code_qualifier, line.code, line.modifiers, line.description), amount(line.charge),
        line.unit, number(line.units), line.place_of_service, "", composite(*map(str, line.pointers)), "",
        "Y" if line.is_emergency else "",
    )  # fmt: skip
    yield date_segment("472", line.service_from, line.service_to)
    for qualifier, value, what in (
        ("G1", line.prior_authorization, "The line's authorization number"),
        ("6R", line.control, "The line's number"),
        ("X4", line.clia, "The line's CLIA number"),
    ):
        if value:
            yield segment("REF", qualifier, code(value, what))
    if line.note:
        yield segment("NTE", "ADD", words(line.note, 80))
    yield from _drug(line)
    if line.rendering:
        yield from _rendering(line.rendering)
    if line.supervising:
        yield provider_name("DQ", line.supervising)
    for one in line.adjudications:
        yield from _adjudication(one)


def _drug(line: ServiceLine) -> Iterator[str]:
    if not line.drug:
        return
    ndc = line.drug.ndc.replace("-", "")
    if len(ndc) != 11 or not ndc.isdigit():
        raise Unwritable(f"The NDC {line.drug.ndc} does not have eleven digits.")
    yield segment("LIN", "", "N4", ndc)
    yield segment("CTP", "", "", "", number(line.drug.quantity), line.drug.unit)
    if line.drug.prescription:
        yield segment("REF", "XZ", code(line.drug.prescription, "The prescription number"))


def _adjudication(one: LineAdjudication) -> Iterator[str]:
    yield segment(
        "SVD", code(one.payer_id, "The other payer's number", 80), amount(one.paid),
        procedure(one.code_qualifier, one.code, one.modifiers), "", number(one.paid_units),
    )  # fmt: skip
    yield from adjustment_segments(one.adjustments)
    if one.adjudicated_on is None:
        raise Unwritable("The day on which the other payer decided about a line is missing.")
    yield date_segment("573", one.adjudicated_on)
    if one.remaining_patient_liability is not None:
        yield segment("AMT", "EAF", amount(one.remaining_patient_liability))
