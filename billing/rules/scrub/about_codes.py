"""Checks of diagnoses, procedure codes and modifiers. Diagnoses stand without their dot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from billing.rules.npi import clia_holds

from .facts import ClaimFacts, Found, LineFacts

Parameters = Mapping[str, Any]
MAX_DIAGNOSES, MAX_POINTERS, MAX_MODIFIERS = 12, 4, 4
NDC_UNITS = ("F2", "GR", "ME", "ML", "UN")


def diagnosis_valid(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """One to twelve diagnoses, each billable in the release that holds on the day of service."""
    if not facts.diagnoses:
        yield Found("claim.diagnoses", "There is no diagnosis.")
    if len(facts.diagnoses) > MAX_DIAGNOSES:
        yield Found("claim.diagnoses", f"A claim carries up to {MAX_DIAGNOSES} diagnoses.")
    for code in facts.diagnoses:
        if code not in facts.valid_diagnoses:
            yield Found(
                "claim.diagnoses", f"{dotted(code)} is not billable on {facts.service_from:%m/%d/%Y}."
            )


def pointers(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Each line points at one to four diagnoses that are there, none twice."""
    for line in facts.lines:
        if not line.pointers:
            yield Found("line.pointers", f"{line.code} points at no diagnosis.", line.number)
        elif len(line.pointers) > MAX_POINTERS or len(set(line.pointers)) < len(line.pointers):
            yield Found("line.pointers", "Point at one to four different diagnoses.", line.number)
        elif any(not 1 <= place <= len(facts.diagnoses) for place in line.pointers):
            yield Found("line.pointers", f"{line.code} points at a diagnosis that is not there.", line.number)


def main_diagnosis(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """Codes with these beginnings say how or where, never why: they cannot be first."""
    if facts.diagnoses and _begins(facts.diagnoses[0], given):
        yield Found("claim.diagnoses", f"{dotted(facts.diagnoses[0])} cannot be the main reason.")


def diagnosis_sex(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """Codes that belong to one sex, on a patient of the other."""
    if facts.sex not in ("female", "male") or facts.sex == given.get("sex"):
        return
    for code in facts.diagnoses:
        if _begins(code, given):
            yield Found("claim.diagnoses", f"{dotted(code)} is unusual for a patient who is {facts.sex}.")


def diagnosis_age(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """Codes that belong to an age, on a patient of another."""
    years, days = facts.age_years, facts.age_days
    too_young = "min_years" in given and years < int(given["min_years"])
    too_old = ("max_years" in given and years > int(given["max_years"])) or (
        "max_days" in given and days > int(given["max_days"])
    )
    if not (too_young or too_old):
        return
    for code in facts.diagnoses:
        if _begins(code, given):
            yield Found("claim.diagnoses", f"{dotted(code)} is unusual at {_age_words(years, days)}.")


def code_valid(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Codes that a list on file knows, but not on that day."""
    for line in facts.lines:
        if line.is_valid is False:
            yield Found("line.code", f"{line.code} is not valid on {line.service_on:%m/%d/%Y}.", line.number)


def code_form(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Codes that are the clinic's own: payers know five letters and digits."""
    for line in facts.lines:
        if len(line.code) != 5 or not line.code.isalnum() or not line.code.isascii():
            yield Found("line.code", f"{line.code} is a code of the clinic's own.", line.number)


def modifier_form(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Up to four modifiers of two letters or digits, none twice."""
    for line in facts.lines:
        if len(line.modifiers) > MAX_MODIFIERS:
            yield Found("line.modifiers", f"A line carries up to {MAX_MODIFIERS} modifiers.", line.number)
        elif len(set(line.modifiers)) < len(line.modifiers):
            yield Found("line.modifiers", "A modifier stands twice.", line.number)
        for modifier in line.modifiers:
            if len(modifier) != 2 or not modifier.isalnum() or not modifier.isascii():
                yield Found("line.modifiers", f"“{modifier}” is not a modifier.", line.number)


def modifier_needed(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """Named codes, or codes with these beginnings, without any of the modifiers."""
    wanted = tuple(given.get("modifiers", ()))
    codes = set(given.get("codes", ()))
    for line in facts.lines:
        concerned = line.code in codes or ("prefixes" in given and _begins(line.code, given))
        if concerned and not set(wanted).intersection(line.modifiers):
            yield Found("line.modifiers", f"{line.code} needs {' or '.join(wanted)}.", line.number)


def separate_visit(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """A visit on the day of a procedure, without the modifier for a separate service."""
    modifier, kinds = given.get("modifier", "25"), set(given.get("kinds", ("procedure",)))
    for line in facts.lines:
        if line.kind != "visit" or modifier in line.modifiers:
            continue
        if any(other.kind in kinds and other.service_on == line.service_on for other in facts.lines):
            yield Found("line.modifiers", f"{line.code} beside a procedure needs {modifier}.", line.number)


def clia(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """A line marked as a waived test, and no CLIA number of the clinic."""
    modifier = given.get("modifier", "QW")
    marked = [line for line in facts.lines if modifier in line.modifiers]
    if marked and not clia_holds(facts.clia):
        yield Found("billing.clia", "The clinic's CLIA number is missing.", marked[0].number)


def ndc(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """Drugs without an NDC, and an NDC that is not whole: eleven digits, a quantity and a unit."""
    kinds = set(given.get("kinds", ()))
    for line in facts.lines:
        wanted = line.kind in kinds or ("prefixes" in given and _begins(line.code, given))
        if line.ndc and not _ndc_is_whole(line):
            yield Found("line.ndc", "An NDC has eleven digits, a quantity and a unit.", line.number)
        elif wanted and not line.ndc:
            yield Found("line.ndc", f"{line.code} needs the NDC of what was given.", line.number)


def units_at_most(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """More units of a code on one day than usual."""
    for code, most in dict(given.get("codes", {})).items():
        lines = [line for line in facts.lines if line.code == code]
        units = sum(line.units for line in lines)
        if units > int(most):
            yield Found("line.units", f"{units} units of {code}; {most} are usual.", lines[0].number)


def no_charge(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """Lines that cost nothing."""
    for line in facts.lines:
        if line.amount <= 0:
            yield Found("line.amount", f"{line.code} has no amount.", line.number)


def dotted(code: str) -> str:
    """A diagnosis as people write it: E11.9."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def _ndc_is_whole(line: LineFacts) -> bool:
    has_form = len(line.ndc) == 11 and line.ndc.isascii() and line.ndc.isdigit()
    return has_form and bool(line.ndc_quantity and line.ndc_quantity > 0) and line.ndc_unit in NDC_UNITS


def _begins(code: str, given: Parameters) -> bool:
    prefixes: Iterable[str] = given.get("prefixes", ())
    return any(code.startswith(prefix.replace(".", "")) for prefix in prefixes)


def _age_words(years: int, days: int) -> str:
    return f"{days} days of age" if days < 365 else f"{years} years of age"
