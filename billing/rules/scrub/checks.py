"""The kinds of check, by name: what each looks at, which parameters it takes, and how it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import about_claim, about_codes, about_people
from .facts import ClaimFacts, Found

Finder = Callable[[ClaimFacts, Mapping[str, Any]], Iterator[Found]]


@dataclass(frozen=True)
class Check:
    """`takes` names the parameters, each with what it means, for the page that edits rules."""

    words: str
    find: Finder
    takes: Mapping[str, str]


_PREFIXES = {"prefixes": "codes begin with one of these"}
_PAYERS = {"payer_kinds": "only for these kinds of payer: commercial, medicare, medicaid"}


def _check(words: str, find: Finder, **takes: str) -> Check:
    return Check(words, find, {**takes, **_PAYERS})


CHECKS: dict[str, Check] = {
    "billing_provider": _check("The billing provider is complete", about_people.billing_provider),
    "rendering_npi": _check("Who treated has a valid NPI", about_people.rendering_npi),
    "other_npi": _check("Who referred or supervised has a valid NPI", about_people.other_npi),
    "subscriber": _check("Member ID and subscriber are known", about_people.subscriber),
    "patient": _check("Address and dates of the patient", about_people.patient),
    "patient_sex": _check("The patient's sex is one that payers take", about_people.patient_sex),
    "coverage_dates": _check("The coverage holds on the day of service", about_people.coverage_dates),
    "payer_number": _check("The payer has an electronic number", about_people.payer_number),
    "has_lines": _check("There is something to claim", about_claim.has_lines),
    "future_date": _check("Nothing is claimed before it was done", about_claim.future_date),
    "timely_filing": _check(
        "The claim is in time", about_claim.timely_filing, warn_days="warn only, when so many days are left"
    ),
    "authorization": _check("Authorization where the payer asks for one", about_claim.authorization),
    "replacement": _check("A replacement or void has the payer's number", about_claim.replacement),
    "secondary": _check("A second payer sees what the first one decided", about_claim.secondary),
    "accident": _check("An accident has its date and state", about_claim.accident),
    "duplicate_line": _check(
        "No line stands twice", about_claim.duplicate_line, allowed="modifiers that explain a repeat"
    ),
    "duplicate_claim": _check("No other claim has the same service", about_claim.duplicate_claim),
    "place_fits": _check(
        "The place of service fits the kind of visit",
        about_claim.place_fits,
        telehealth="places of a video or telephone visit",
    ),
    "diagnosis_valid": _check("Diagnoses are valid and billable on the day", about_codes.diagnosis_valid),
    "pointers": _check("Each line points at a diagnosis", about_codes.pointers),
    "main_diagnosis": _check("The main reason is one", about_codes.main_diagnosis, **_PREFIXES),
    "diagnosis_sex": _check(
        "Diagnosis fits the sex at birth", about_codes.diagnosis_sex, sex="female or male", **_PREFIXES
    ),
    "diagnosis_age": _check(
        "Diagnosis fits the age",
        about_codes.diagnosis_age,
        min_years="at least so old",
        max_years="at most so old",
        max_days="at most so many days old",
        **_PREFIXES,
    ),
    "code_valid": _check("Procedure codes are valid on the day", about_codes.code_valid),
    "code_form": _check("Procedure codes are ones that payers know", about_codes.code_form),
    "modifier_form": _check("Modifiers have two characters, none twice", about_codes.modifier_form),
    "modifier_needed": _check(
        "Codes that need a modifier",
        about_codes.modifier_needed,
        codes="these codes",
        modifiers="one of these modifiers",
        **_PREFIXES,
    ),
    "separate_visit": _check(
        "A visit beside a procedure on the same day is marked as separate",
        about_codes.separate_visit,
        modifier="the modifier that says so",
        kinds="kinds of service beside the visit",
    ),
    "clia": _check(
        "A waived test has the CLIA number", about_codes.clia, modifier="what marks a waived test"
    ),
    "ndc": _check(
        "Drugs have their NDC, quantity and unit", about_codes.ndc, kinds="kinds of service", **_PREFIXES
    ),
    "units_at_most": _check("Not more units than usual", about_codes.units_at_most, codes="code: most units"),
    "no_charge": _check("Each line has an amount", about_codes.no_charge),
}
