"""Made-up claims, questions and remittances for tests of X12. Their NPIs only have check digits that fit."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from billing.edi.claims import (
    Address,
    Adjustment,
    Claim,
    Contact,
    Dependent,
    Drug,
    LineAdjudication,
    OtherInsurance,
    Payer,
    Person,
    Provider,
    ServiceLine,
    Submission,
    Subscriber,
)
from billing.edi.envelopes import Reading
from billing.edi.inquiries import EligibilityInquiry, StatusInquiry
from billing.edi.readers.claims import read_claims
from billing.edi.writers.claims import write_claims
from billing.edi.writers.envelope import ControlNumbers, Partners

AT = dt.datetime(2026, 3, 9, 14, 5, 30)  # local time, as files carry it
DAY = dt.date(2026, 3, 6)
PARTNERS = Partners(sender="CLINIC01", receiver="CLEARHOUSE", is_test=True)
NUMBERS = ControlNumbers(interchange=17, group=17)
STREET = Address(
    line1="12 HARBOR RD", line2="SUITE 4", city="SPRINGFIELD", state="IL", postal_code="627010004"
)
HOME = Address(line1="8 MILL LN", city="SPRINGFIELD", state="IL", postal_code="62704")
BILLING = Provider(
    last_name="LAKESIDE FAMILY CLINIC", npi="1234567893", tax_id="123456789", taxonomy="261QP2300X", address=STREET,
    contact=Contact(name="BILLING OFFICE", phone="2175550142"),
)  # fmt: skip
RENDERING = Provider(
    last_name="OKAFOR", first_name="ADA", is_person=True, npi="1245319599", taxonomy="207Q00000X"
)
# No taxonomy code is sent for who supervises.
SUPERVISING = replace(RENDERING, taxonomy="")
REFERRING = Provider(last_name="LINDQVIST", first_name="PER", is_person=True, npi="1679576722")
PAYER = Payer(name="PRAIRIE HEALTH PLAN", payer_id="PHP01")
SECOND_PAYER = Payer(name="RIVER MUTUAL", payer_id="RVM02")
RUTH = Person(last_name="ABERNATHY", first_name="RUTH", middle_name="J", birth_date=dt.date(1961, 4, 2), sex="F", address=HOME)  # fmt: skip
TOM = Person(last_name="ABERNATHY", first_name="TOM", birth_date=dt.date(2015, 9, 30), sex="M", address=HOME)
SUBMISSION = Submission(
    submitter_name="LAKESIDE FAMILY CLINIC", submitter_id="CLINIC01",
    submitter_contact=Contact(name="BILLING OFFICE", phone="2175550142"), receiver_name="CLEARHOUSE",
    receiver_id="CLEARHOUSE", reference="B000017",
)  # fmt: skip


def money(text: str) -> Decimal:
    return Decimal(text)


def written(*claims: Claim, numbers: ControlNumbers = NUMBERS) -> str:
    """An 837P with these claims."""
    return write_claims(claims, SUBMISSION, PARTNERS, numbers, AT)


def read_back(text: str) -> list[Claim]:
    """The claims of an 837P; nothing in it may be odd."""
    found = []
    for one in Reading(text).sets():
        for each in read_claims(one):
            assert each.problems == []
            found.append(each.claim)
        assert one.warnings == []
    return found


def subscriber(member_id: str = "PHP000100", **changes) -> Subscriber:
    return replace(
        Subscriber(person=RUTH, member_id=member_id, group_number="GRP7", filing_code="CI"), **changes
    )


def line(**changes) -> ServiceLine:
    return replace(ServiceLine(code="G0463", charge=money("140"), service_from=DAY, control="L1"), **changes)


def claim(**changes) -> Claim:
    """A claim of two lines, 165.50 in all; what is changed must add up again unless the test wants it otherwise."""
    start = Claim(
        account="A1001", charge=money("165.50"), place_of_service="11", billing=BILLING, subscriber=subscriber(),
        payer=PAYER, diagnoses=("E119", "I10"), rendering=RENDERING,
        lines=(line(pointers=(1, 2)), line(code="G0008", charge=money("25.50"), pointers=(1,), control="L2")),
    )  # fmt: skip
    return replace(start, **changes)


def child_claim(**changes) -> Claim:
    """A claim for a child on a parent's policy."""
    start = claim(account="A1002", dependent=Dependent(person=TOM, relationship="19"))
    return replace(start, **changes)


def full_claim() -> Claim:
    """A claim that has everything that can be written."""
    drug = Drug(ndc="00000123401", quantity=money("2.5"), unit="ML", prescription="RX77")
    lines = (
        line(
            modifiers=("GT", "Q6"), pointers=(1, 2, 3), place_of_service="12", prior_authorization="PA2", note="as asked",
            is_emergency=True, clia="14D0000001",
        ),
        line(
            code="J1100", charge=money("25.50"), units=money("2.5"), pointers=(2,), control="L2", drug=drug,
            service_to=DAY + dt.timedelta(days=1), rendering=REFERRING, supervising=SUPERVISING,
        ),
    )  # fmt: skip
    return claim(
        account="A1003", lines=tuple(replace(one, note=one.note.upper()) for one in lines), frequency="7", payer_control="PC55501",
        pay_to=Address(line1="PO BOX 9", city="SPRINGFIELD", state="IL", postal_code="627050009"),
        diagnoses=("E119", "I10", "J069", "Z23"), referring=REFERRING, supervising=SUPERVISING,
        facility=Provider(last_name="NORTH ANNEX", npi="1548293848", address=STREET),
        prior_authorization="PA1", referral_number="REF9", clia="14D0000001", onset_on=DAY - dt.timedelta(days=9),
        accident_on=DAY - dt.timedelta(days=10), related_causes=("AA", "OA"), accident_state="IL",
        patient_paid=money("20"), is_assignment_accepted=False, note="SENT AGAIN",
        subscriber=subscriber(group_number="", group_name="HARBOR WORKS"),
    )  # fmt: skip


def secondary_claim(**changes) -> Claim:
    """A claim to the second payer, with what the first one did: paid 92.40, left 40 to the patient."""
    first = OtherInsurance(
        payer=PAYER, subscriber=subscriber(person=replace(RUTH, birth_date=None, sex="")), paid=money("92.40"), remaining_patient_liability=money("40"),
        payer_control="PC777", remark_codes=("N1",),
    )  # fmt: skip
    decided = DAY + dt.timedelta(days=12)
    paid = (
        LineAdjudication(
            payer_id="PHP01", paid=money("72"), code="G0463", adjudicated_on=decided,
            adjustments=(Adjustment(group="CO", reason="45", amount=money("28")),
                         Adjustment(group="PR", reason="1", amount=money("15")),
                         Adjustment(group="PR", reason="3", amount=money("25"), quantity=money("1"))),
        ),
        LineAdjudication(
            payer_id="PHP01", paid=money("20.40"), code="G0008", adjudicated_on=decided,
            adjustments=(Adjustment(group="CO", reason="45", amount=money("5.10")),),
        ),
    )  # fmt: skip
    base = claim()
    lines = tuple(replace(one, adjudications=(done,)) for one, done in zip(base.lines, paid, strict=True))
    start = replace(
        base, account="A1004", payer=SECOND_PAYER, subscriber=subscriber("RVM200", order="S", group_number=""),
        other_insurance=(first,), lines=lines,
    )  # fmt: skip
    return replace(start, **changes)


def eligibility_inquiry(**changes) -> EligibilityInquiry:
    start = EligibilityInquiry(
        payer=PAYER, provider=replace(BILLING, address=Address(), contact=Contact(), tax_id="", taxonomy=""), subscriber=RUTH,
        member_id="PHP000100", service_on=DAY, trace="V-2026-0001", trace_origin="9123456789",
    )  # fmt: skip
    return replace(start, **changes)


def status_inquiry(**changes) -> StatusInquiry:
    start = StatusInquiry(
        payer=PAYER, submitter_name="LAKESIDE FAMILY CLINIC", submitter_id="CLINIC01", provider=BILLING,
        subscriber=RUTH, member_id="PHP000100", trace="S-2026-0001", account="A1001", charge=money("165.50"),
        service_from=DAY,
    )  # fmt: skip
    return replace(start, **changes)
