"""The coverage card: what a 271 says about one patient, summed up as plain data that can be kept as JSON.

The summary never hides what it is made from: every benefit stands under `benefits`, with its segments as received.
"""

from __future__ import annotations

from typing import Any

from billing.edi.readers.eligibility import Benefit, Dated, EligibilityAnswer, Entity, Member
from billing.edi.values import iso, plain

ACTIVE, INACTIVE = frozenset("12345"), frozenset("678")
WHOLE_PLAN = "30"
SCOPES = {
    "IND": "individual", "FAM": "family", "EMP": "employee", "ESP": "employee_and_spouse", "ECH": "employee_and_children",
    "CHD": "children", "DEP": "dependents", "SPC": "spouse_and_children", "SPO": "spouse",
}  # fmt: skip
PERIODS = {
    "6": "hour", "7": "day", "13": "24_hours", "21": "years", "22": "service_year", "23": "calendar_year", "24": "year_to_date",
    "25": "contract", "26": "episode", "27": "visit", "28": "outlier", "29": "remaining", "30": "exceeded", "31": "not_exceeded",
    "32": "lifetime", "33": "lifetime_remaining", "34": "month", "35": "week", "36": "admission",
}  # fmt: skip
NETWORKS = {"Y": "in", "N": "out", "W": "either", "U": "unknown"}
RELATIONSHIPS = {
    "18": "self",
    "01": "spouse",
    "19": "child",
    "20": "employee",
    "21": "unknown",
    "53": "life_partner",
    "G8": "other",
}
# Codes of dates, the best first: those of the plan, of eligibility, of the coverage, of a benefit.
_BEGINS = ("346", "291", "307", "356", "348", "292")
_ENDS = ("347", "291", "307", "357", "349", "292")
_ONLY_RANGES_END = {"291", "307", "292"}
_GROUP_NUMBERS = ("6P", "1L", "18")
_OTHER_COVERAGE, _PRIMARY_CARE = "R", "P3"


def coverage_card(answer: EligibilityAnswer) -> dict[str, Any]:
    """The card of one answer.

    `status` is `active`, `inactive` or `not_verified`: the last whenever the payer says that it could not answer, on any level, and when
    it says nothing. Amounts are text in US dollars ("10.00"), percentages text ("20"), dates text (2026-03-01), what is not known is None.
    """
    member = answer.patient
    benefits = member.benefits if member else []
    plan = _plan_benefit(benefits)
    return {
        "status": _status(answer, benefits),
        "plan": plan.plan if plan and plan.plan else next((one.plan for one in benefits if one.plan), None),
        "payer": answer.payer.name if answer.payer else None,
        "payer_id": (answer.payer.id if answer.payer else "") or None,
        "dates": _dates(member, plan),
        "patient": _person(member, is_self=answer.dependent is None),
        "subscriber": _person(answer.subscriber, is_self=True),
        "member_id": _member_id(answer),
        "group": _group(answer),
        "insurance_type": (plan.insurance_type if plan else "") or None,
        "copays": _amounts(benefits, "B"),
        "deductibles": _amounts(benefits, "C"),
        "coinsurance": _amounts(benefits, "A"),
        "out_of_pocket": _amounts(benefits, "G"),
        "primary_care": _primary_care(member),
        "authorization": sorted(
            {what for one in benefits if one.authorization == "Y" for what in _subject(one)}
        ),
        "other_coverage": [_other_coverage(one) for one in benefits if one.code == _OTHER_COVERAGE],
        "trace": member.traces[0][0] if member and member.traces else None,
        "errors": [
            {"level": one.level, "code": one.code, "follow_up": one.follow_up} for one in answer.rejects
        ],
        "benefits": [_benefit(one) for one in benefits],
    }


def _status(answer: EligibilityAnswer, benefits: list[Benefit]) -> str:
    """What the payer says of the plan as a whole decides; without that, one active benefit is enough to be covered."""
    if answer.rejects:
        return "not_verified"
    whole = {one.code for one in benefits if _is_whole_plan(one)}
    for codes in (whole, {one.code for one in benefits}):
        if codes & ACTIVE:
            return "active"
        if codes & INACTIVE:
            return "inactive"
    return "not_verified"


def _is_whole_plan(benefit: Benefit) -> bool:
    return not benefit.service_types or WHOLE_PLAN in benefit.service_types


def _plan_benefit(benefits: list[Benefit]) -> Benefit | None:
    """The benefit that says whether the plan is active: for the whole plan, if there is one."""
    said = [one for one in benefits if one.code in ACTIVE | INACTIVE]
    return next((one for one in said if _is_whole_plan(one)), said[0] if said else None)


def _dates(member: Member | None, plan: Benefit | None) -> dict[str, str | None]:
    dates = [*(member.dates if member else ()), *(plan.dates if plan else ())]
    return {"begin": _day(dates, _BEGINS, is_end=False), "end": _day(dates, _ENDS, is_end=True)}


def _day(dates: list[Dated], qualifiers: tuple[str, ...], *, is_end: bool) -> str | None:
    for qualifier in qualifiers:
        for one in dates:
            if one.qualifier != qualifier:
                continue
            day = (one.last if qualifier in _ONLY_RANGES_END else one.first) if is_end else one.first
            if day:
                return iso(day)
    return None


def _person(member: Member | None, *, is_self: bool) -> dict[str, Any] | None:
    if member is None:
        return None
    who = member.named
    code = member.relationship or ("18" if is_self else "")
    return {
        "name": who.name if who else None,
        "first_name": who.first_name if who else None,
        "last_name": who.last_name if who else None,
        "birth_date": iso(member.birth_date),
        "sex": member.sex or None,
        "relationship": RELATIONSHIPS.get(code, code) or None,
        "address": {
            name: getattr(member.address, name) for name in ("line1", "line2", "city", "state", "postal_code")
        },
    }


def _member_id(answer: EligibilityAnswer) -> str | None:
    for member in (answer.dependent, answer.subscriber):
        if member and member.named and member.named.id:
            return member.named.id
    return None


def _group(answer: EligibilityAnswer) -> str | None:
    for member in (answer.dependent, answer.subscriber):
        for one in member.references if member else ():
            if one.qualifier in _GROUP_NUMBERS and one.value:
                return one.value
    return None


def _amounts(benefits: list[Benefit], code: str) -> list[dict[str, Any]]:
    return [
        {
            "amount": plain(one.amount), "percent": _percent(one), "scope": SCOPES.get(one.coverage_level, one.coverage_level) or None,
            "period": PERIODS.get(one.period, one.period) or None, "network": NETWORKS.get(one.network),
            "service_types": list(one.service_types), "messages": list(one.messages),
        }
        for one in benefits
        if one.code == code and (one.amount is not None or one.percent is not None)
    ]  # fmt: skip


def _percent(benefit: Benefit) -> str | None:
    return None if benefit.percent is None else format(benefit.percent.normalize(), "f")


def _subject(benefit: Benefit) -> tuple[str, ...]:
    """What a benefit is about: its service types, else its procedure, else the whole plan."""
    return benefit.service_types or ((benefit.procedure,) if benefit.procedure else (WHOLE_PLAN,))


def _primary_care(member: Member | None) -> dict[str, Any] | None:
    if member is None:
        return None
    every = [*member.entities, *(entity for one in member.benefits for entity in one.entities)]
    return next((_entity(one) for one in every if one.named.role == _PRIMARY_CARE), None)


def _other_coverage(benefit: Benefit) -> dict[str, Any]:
    return {
        "payer": next((one.named.name for one in benefit.entities), None),
        "insurance_type": benefit.insurance_type or None,
        "plan": benefit.plan or None,
        "references": [{"qualifier": one.qualifier, "value": one.value} for one in benefit.references],
        "dates": [_dated(one) for one in benefit.dates],
    }


def _entity(entity: Entity) -> dict[str, Any]:
    who = entity.named
    return {
        "role": who.role, "name": who.name, "id_qualifier": who.id_qualifier or None, "id": who.id or None,
        "contacts": [{"kind": kind, "value": value} for kind, value in entity.contacts],
    }  # fmt: skip


def _dated(one: Dated) -> dict[str, str | None]:
    return {"qualifier": one.qualifier, "first": iso(one.first), "last": iso(one.last)}


def _benefit(one: Benefit) -> dict[str, Any]:
    return {
        "code": one.code, "coverage_level": one.coverage_level or None, "service_types": list(one.service_types),
        "insurance_type": one.insurance_type or None, "plan": one.plan or None, "period": one.period or None,
        "amount": plain(one.amount), "percent": _percent(one),
        "quantity_qualifier": one.quantity_qualifier or None, "quantity": plain(one.quantity),
        "authorization": one.authorization or None, "network": one.network or None, "procedure": one.procedure or None,
        "dates": [_dated(each) for each in one.dates],
        "references": [{"qualifier": each.qualifier, "value": each.value, "words": each.words} for each in one.references],
        "messages": list(one.messages), "entities": [_entity(each) for each in one.entities],
        "segments": [segment.text for segment in one.segments],
    }  # fmt: skip
