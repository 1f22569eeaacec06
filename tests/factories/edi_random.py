"""Claims with every optional part there or not, at random: the same for the same number."""

import datetime as dt
import random
from dataclasses import replace

from billing.edi.claims import Adjustment, Claim, Contact, Drug, OtherInsurance, ServiceLine, Subscriber
from tests.factories.edi import (
    BILLING,
    DAY,
    HOME,
    REFERRING,
    STREET,
    SUPERVISING,
    child_claim,
    claim,
    full_claim,
    money,
    secondary_claim,
)

_MAKERS = (claim, child_claim, full_claim, secondary_claim)
_FILING = [
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
    "AM",
    "BL",
    "CH",
    "CI",
    "DS",
    "FI",
    "HM",
    "LM",
    "MB",
    "MC",
    "OF",
    "TV",
    "VA",
    "WC",
    "ZZ",
]
_SECONDARY = ["12", "13", "14", "15", "16", "41", "42", "43", "47"]
_PERSON_BILLS = replace(
    BILLING, is_person=True, last_name="OKAFOR", first_name="ADA", suffix="JR", is_tax_id_ssn=True
)
_ANNEX = replace(BILLING, contact=Contact(), tax_id="", taxonomy="", last_name='ANN & SONS "NORTH" (B)')


def any_claim(number: int) -> Claim:
    """The claim of that number."""
    dice = random.Random(number)
    made = dice.choice(_MAKERS)()
    changes = {
        name: value for name, value in {
            "place_of_service": dice.choice(("02", "10", "12", "20", "81", "99")), "referring": REFERRING,
            "supervising": SUPERVISING, "facility": _ANNEX, "prior_authorization": "PA/1-2", "referral_number": "R 9",
            "clia": "14D0000001", "note": "SEE LETTER (3) #4; AGAIN?", "onset_on": DAY, "patient_paid": money("5.05"),
            "rendering": None, "pay_to": HOME, "billing": _PERSON_BILLS, "may_release": False, "is_benefit_assigned": False,
            "is_signature_on_file": False,
        }.items() if dice.random() < 0.3
    }  # fmt: skip
    if dice.random() < 0.3:
        changes |= {"frequency": dice.choice("78"), "payer_control": "26068-CRQ-0-0-MRN6-A1"}
    if dice.random() < 0.2:
        changes |= {"related_causes": ("EM",), "accident_on": DAY}
    if made.dependent:
        relationship = dice.choice(("01", "19", "20", "21", "39", "40", "53", "G8"))
        changes["dependent"] = replace(made.dependent, relationship=relationship)
    if dice.random() < 0.3:
        changes["payer"] = replace(made.payer, address=STREET, id_qualifier=dice.choice(("PI", "XV")))
    return replace(
        made, account=f"R{number}", subscriber=_subscriber(dice, made.subscriber),
        lines=tuple(_line(dice, line) for line in made.lines),
        other_insurance=tuple(_other(dice, other) for other in made.other_insurance), **changes,
    )  # fmt: skip


def _subscriber(dice: random.Random, one: Subscriber) -> Subscriber:
    person = replace(one.person, suffix=dice.choice(("", "III")), sex=dice.choice("FMU"))
    return replace(
        one, person=person, filing_code=dice.choice(_FILING), group_number=dice.choice(("", one.group_number)),
        secondary_type=dice.choice(_SECONDARY) if one.order != "P" else "", group_name="",
    )  # fmt: skip


def _line(dice: random.Random, one: ServiceLine) -> ServiceLine:
    drug = Drug(ndc="12345678901", quantity=money("1.5"), unit=dice.choice(("ML", "UN", "GR", "F2", "ME")))
    return replace(
        one, units=dice.choice((money("1"), money("3"), money("0.25"))), unit=dice.choice(("UN", "MJ")),
        description=dice.choice(("", "WHAT IT WAS")), note=dice.choice(("", "A NOTE")), drug=dice.choice((None, drug)),
        modifiers=dice.choice(((), ("GT",), ("LT", "RT"), ("A1", "A2", "A3", "A4"))), is_emergency=dice.choice((True, False)),
        service_to=dice.choice((None, DAY + dt.timedelta(days=2))), prior_authorization=dice.choice(("", "PA3")),
        clia=dice.choice(("", "14D0000001")),
    )  # fmt: skip


def _other(dice: random.Random, one: OtherInsurance) -> OtherInsurance:
    whole = Adjustment(group="CO", reason="45", amount=money("1"))
    return replace(
        one, relationship=dice.choice(("18", "01", "19", "G8")), non_covered=dice.choice((None, money("1"))),
        remaining_patient_liability=dice.choice((None, money("40"))), adjudicated_on=dice.choice((None, DAY)),
        is_benefit_assigned=dice.choice((True, False)), may_release=dice.choice((True, False)),
        remark_codes=dice.choice(((), ("N1", "MA07"))), adjustments=dice.choice(((), (whole,))),
    )  # fmt: skip
