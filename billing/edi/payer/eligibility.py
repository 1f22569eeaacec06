"""Answers 270 with 271."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from billing.edi.answers import Benefit, BenefitEntity, EligibilityAnswer, Refusal
from billing.edi.inquiries import EligibilityInquiry
from billing.edi.payer.cases import Silent, dice, ending
from billing.edi.payer.plans import Plan, month_starts, plan_of
from billing.edi.payer.requests import questions
from billing.edi.writers.answers import write_eligibility_answers

_OUTPATIENT = ("98", "UC", "5", "4", "80", "68")
_WHOLE = ("30",)
_VISIT, _CALENDAR_YEAR, _REMAINING = "27", "23", "29"
_PRIMARY_CARE = (
    ("HALVORSEN", "INGRID", "1902800014"), ("MBEKI", "THANDI", "1902800022"), ("OKONKWO", "CHIDI", "1902800030"),
)  # fmt: skip


def answer_eligibility(text: str) -> str:
    """The 271 to a 270, as text. Raises Silent where the payer does not answer, EdiError for what is no 270."""
    envelope, inquiries = questions(text, "270")
    if any(ending(one.member_id) == "92" for one in inquiries):
        raise Silent("No answer.")
    answers = [_answer(one) for one in inquiries]
    return write_eligibility_answers(answers, envelope.partners, envelope.numbers, envelope.at)


def _answer(inquiry: EligibilityInquiry) -> EligibilityAnswer:
    case = ending(inquiry.member_id)
    patient = "dependent" if inquiry.dependent else "subscriber"
    refusals = {
        "88": Refusal(level=patient, code="67" if inquiry.dependent else "75", follow_up="C", is_request_valid=False),
        "89": Refusal(level="provider", code="51", follow_up="C", is_request_valid=False),
        "91": Refusal(level="subscriber", code="75", follow_up="C", is_request_valid=False),
        "93": Refusal(level="payer", code="42", follow_up="R"),
        "94": Refusal(level=patient, code="71", follow_up="C", is_request_valid=False),
    }  # fmt: skip
    if refusal := refusals.get(case):
        return EligibilityAnswer(inquiry=inquiry, refusals=(refusal,))
    year_starts = inquiry.service_on.replace(month=1, day=1)
    if case == "90":
        ended = month_starts(inquiry.service_on) - dt.timedelta(days=1)
        return EligibilityAnswer(
            inquiry=inquiry, plan_dates=(("346", ended.replace(month=1, day=1), None), ("347", ended, None)),
            benefits=(Benefit(kind="6", service_types=_WHOLE, plan=plan_of(inquiry.member_id, inquiry.payer.name).name),),
        )  # fmt: skip
    plan = plan_of(inquiry.member_id, inquiry.payer.name)
    begins = year_starts
    if case == "96":
        plan, begins = replace(plan, name="VALUE EPO 2000"), month_starts(inquiry.service_on)
    return EligibilityAnswer(
        inquiry=inquiry, plan_dates=(("346", begins, None),), benefits=_benefits(inquiry, plan, case),
        group_number=inquiry.group_number or f"G{1000 + dice(inquiry.payer.payer_id, 9000)}",
    )  # fmt: skip


def _benefits(inquiry: EligibilityInquiry, plan: Plan, case: str) -> tuple[Benefit, ...]:
    found = [
        Benefit(kind="1", service_types=_WHOLE, insurance_type=plan.kind, plan=plan.name),
        Benefit(kind="1", service_types=_OUTPATIENT),
    ]
    if case == "95":
        other = BenefitEntity(role="PRP", name="RIVER MUTUAL", id_qualifier="PI", identifier="RVM02")
        found.append(Benefit(kind="R", service_types=_WHOLE, entity=other))
    if plan.kind == "HM":
        last, first, npi = _PRIMARY_CARE[dice(inquiry.member_id, len(_PRIMARY_CARE))]
        doctor = BenefitEntity(
            role="P3", name=last, first_name=first, is_person=True, id_qualifier="XX", identifier=npi
        )
        found.append(Benefit(kind="L", service_types=_WHOLE, entity=doctor))
    found += _deductibles(plan)
    found += _shares(plan, "N" if case == "98" else "Y", "Y" if case == "97" else "N")
    found.append(Benefit(kind="I", service_types=("35",)))
    return tuple(found)


def _deductibles(plan: Plan) -> list[Benefit]:
    """Total and what is left of it, for the patient and, but for public payers, for the family (twice as much); the same
    for out-of-pocket."""
    left, spent_left = plan.deductible_left, plan.out_of_pocket - plan.spent
    levels = (("IND", 1),) if plan.is_public else (("IND", 1), ("FAM", 2))
    found = []
    for kind, whole, rest in (("C", plan.deductible, left), ("G", plan.out_of_pocket, spent_left)):
        for level, times in levels:
            found += [
                Benefit(kind=kind, level=level, service_types=_WHOLE, period=_CALENDAR_YEAR, amount=whole * times,
                        network="Y"),
                Benefit(kind=kind, level=level, service_types=_WHOLE, period=_REMAINING, amount=whole * (times - 1) + rest,
                        network="Y"),
            ]  # fmt: skip
    return found


def _shares(plan: Plan, network: str, authorization: str) -> list[Benefit]:
    """Copays of a copay plan; the patient's share in per cent of any plan, dearer outside the network."""
    found = []
    extra = Decimal(30) if network == "N" else Decimal(0)
    if plan.has_copay:
        for types, amount, words in (
            (("98",), plan.copay, ()), (("98",), plan.specialist_copay, ("SPECIALIST",)),
            (("UC",), plan.urgent_copay, ()), (("86",), plan.urgent_copay if plan.is_public else Decimal(250), ()),
        ):  # fmt: skip
            found.append(Benefit(
                kind="B", level="IND", service_types=types, period=_VISIT, amount=amount + extra, network=network,
                authorization=authorization if types == ("98",) else "", messages=words,
            ))  # fmt: skip
    elif authorization == "Y":
        found.append(Benefit(kind="1", service_types=("98",), authorization="Y", network=network))
    found.append(Benefit(kind="B", level="IND", service_types=("80", "68"), period=_VISIT, amount=Decimal(0), network=network))  # fmt: skip
    for share, inside in ((plan.coinsurance, "Y"), (plan.coinsurance * 2, "N")):
        found.append(Benefit(kind="A", level="IND", service_types=_WHOLE, percent=share, network=inside))
    return found
