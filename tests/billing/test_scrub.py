"""Claim rules: each finds what it is for, names where to fix it, and leaves a right claim alone."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from billing.models import ClaimRule
from billing.rules.npi import clia_holds, npi_holds, tax_id_holds, zip_is_whole
from billing.rules.scrub import CHECKS, ClaimFacts, LineFacts, Person, Rule, counted, scrub

DAY = dt.date(2026, 3, 10)
LINE = LineFacts(
    number=1, code="G0463", kind="visit", amount=Decimal("120.00"), service_on=DAY, is_valid=True
)
TEST = LineFacts(
    number=2, code="G0328", kind="lab", modifiers=("QW",), amount=Decimal("20.00"), service_on=DAY
)
GOOD = ClaimFacts(
    today=DAY + dt.timedelta(days=2),
    service_from=DAY,
    lines=(LINE,),
    diagnoses=("E119",),
    valid_diagnoses=frozenset({"E119"}),
    payer_key="p1",
    payer_number="LKH01",
    billing=Person("Maple Street Clinic", "1999990009"),
    tax_id="36-1234567",
    billing_address=("14 Maple Street", "Springfield", "IL", "62701-1234"),
    clia="14D2099999",
    rendering=Person("Ada Stone, MD", "1999990017"),
    member_number="LKH123",
    sex="female",
    age_days=14_000,
    patient_address=("1 Elm Street", "Springfield", "IL", "62701"),
    file_by=DAY + dt.timedelta(days=180),
)


def rule(kind: str, severity: str = "error", **parameters) -> Rule:
    return Rule(kind, kind, severity, f"About {kind}.", parameters)


def line(**changes) -> ClaimFacts:
    return replace(GOOD, lines=(replace(LINE, **changes),))


WOMEN = {"sex": "female", "prefixes": ["Z34", "N92"]}
CASES = [
    ("billing_provider", replace(GOOD, billing=Person("Maple", "1999990008")), {}, "billing.npi", None),
    ("billing_provider", replace(GOOD, billing=Person("", "1999990009")), {}, "billing.name", None),
    ("billing_provider", replace(GOOD, tax_id="123"), {}, "billing.tax_id", None),
    ("billing_provider", replace(GOOD, billing_address=("14 Maple", "", "IL", "62701-1234")), {},
     "billing.address_line1", None),
    ("billing_provider", replace(GOOD, billing_address=("14 Maple", "Springfield", "IL", "62701")), {},
     "billing.postal_code", None),
    ("rendering_npi", replace(GOOD, rendering=Person()), {}, "claim.rendering", None),
    ("rendering_npi", replace(GOOD, rendering=Person("Ada Stone", "")), {}, "rendering.npi", None),
    ("other_npi", replace(GOOD, referring=Person("Bo Reed", "12")), {}, "claim.referring_npi", None),
    ("other_npi", replace(GOOD, supervising=Person("Bo Reed", "")), {}, "supervising.npi", None),
    ("subscriber", replace(GOOD, member_number=" "), {}, "coverage.member_id", None),
    ("subscriber", replace(GOOD, is_subscriber=False, subscriber_birth_date=DAY), {}, "coverage.subscriber_name", None),
    ("subscriber", replace(GOOD, is_subscriber=False, subscriber_name="Bo Reed"), {},
     "coverage.subscriber_birth_date", None),
    ("patient", replace(GOOD, patient_address=("", "", "IL", "62701")), {}, "patient.address_line1", None),
    ("patient", replace(GOOD, age_days=-1), {}, "patient.birth_date", None),
    ("patient", replace(GOOD, died_on=DAY - dt.timedelta(days=1)), {}, "patient.deceased_on", None),
    ("patient_sex", replace(GOOD, sex="unknown"), {}, "patient.sex_at_birth", None),
    ("coverage_dates", replace(GOOD, coverage_holds=False), {}, "coverage.starts_on", None),
    ("payer_number", replace(GOOD, payer_number=""), {}, "payer.payer_id", None),
    ("has_lines", replace(GOOD, lines=()), {}, "claim.lines", None),
    ("has_lines", replace(GOOD, lines=(LINE,) * 51), {}, "claim.lines", None),
    ("future_date", replace(GOOD, today=DAY - dt.timedelta(days=1)), {}, "line.service_on", 1),
    ("timely_filing", replace(GOOD, file_by=DAY), {}, "claim.file_by", None),
    ("timely_filing", replace(GOOD, file_by=GOOD.today + dt.timedelta(days=21)), {"warn_days": 21},
     "claim.file_by", None),
    ("authorization", replace(GOOD, needs_authorization=frozenset({"G0463"})), {}, "claim.authorization", 1),
    ("replacement", replace(GOOD, frequency="7"), {}, "claim.payer_control", None),
    ("secondary", replace(GOOD, rank=2), {}, "claim.follows", None),
    ("accident", replace(GOOD, related_to="work"), {}, "claim.accident_on", None),
    ("accident", replace(GOOD, related_to="auto", accident_on=DAY), {}, "claim.accident_state", None),
    ("duplicate_line", replace(GOOD, lines=(LINE, replace(LINE, number=2))), {"allowed": ["76"]},
     "line.modifiers", 2),
    ("duplicate_claim", replace(GOOD, elsewhere=frozenset({"G0463@2026-03-10"})), {}, "claim.lines", 1),
    ("place_fits", line(place_of_service=""), {}, "line.place_of_service", 1),
    ("place_fits", line(place_of_service="10"), {}, "line.place_of_service", 1),
    ("place_fits", replace(GOOD, modality="telehealth"), {}, "line.place_of_service", 1),
    ("diagnosis_valid", replace(GOOD, diagnoses=()), {}, "claim.diagnoses", None),
    ("diagnosis_valid", replace(GOOD, diagnoses=("E119", "E11")), {}, "claim.diagnoses", None),
    ("pointers", line(pointers=()), {}, "line.pointers", 1),
    ("pointers", line(pointers=(2,)), {}, "line.pointers", 1),
    ("pointers", line(pointers=(1, 1)), {}, "line.pointers", 1),
    ("main_diagnosis", replace(GOOD, diagnoses=("W0110XA",)), {"prefixes": ["W"]}, "claim.diagnoses", None),
    ("diagnosis_sex", replace(GOOD, sex="male", diagnoses=("Z3400",)), WOMEN, "claim.diagnoses", None),
    ("diagnosis_age", replace(GOOD, diagnoses=("Z00121",)), {"max_years": 17, "prefixes": ["Z00.12"]},
     "claim.diagnoses", None),
    ("diagnosis_age", replace(GOOD, age_days=29, diagnoses=("Z00110",)), {"max_days": 28, "prefixes": ["Z00.11"]},
     "claim.diagnoses", None),
    ("diagnosis_age", replace(GOOD, age_days=900, diagnoses=("Z0000",)), {"min_years": 15, "prefixes": ["Z00.0"]},
     "claim.diagnoses", None),
    ("code_valid", line(is_valid=False), {}, "line.code", 1),
    ("code_form", line(code="LOC-101"), {}, "line.code", 1),
    ("modifier_form", line(modifiers=("ABC",)), {}, "line.modifiers", 1),
    ("modifier_form", line(modifiers=("LT", "LT")), {}, "line.modifiers", 1),
    ("modifier_form", line(modifiers=("LT", "RT", "XE", "XS", "XU")), {}, "line.modifiers", 1),
    ("modifier_needed", line(code="G0328"), {"codes": ["G0328"], "modifiers": ["QW"]}, "line.modifiers", 1),
    ("modifier_needed", line(code="J1885"), {"prefixes": ["J"], "modifiers": ["JW", "JZ"]}, "line.modifiers", 1),
    ("separate_visit", replace(GOOD, lines=(LINE, replace(LINE, number=2, code="Q0091", kind="procedure"))),
     {"modifier": "25", "kinds": ["procedure"]}, "line.modifiers", 1),
    ("clia", replace(GOOD, lines=(LINE, TEST), clia="14D"), {"modifier": "QW"}, "billing.clia", 2),
    ("ndc", line(code="J1885"), {"prefixes": ["J"]}, "line.ndc", 1),
    ("ndc", line(ndc="1234567890", ndc_quantity=Decimal(1), ndc_unit="ML"), {}, "line.ndc", 1),
    ("ndc", line(ndc="12345678901"), {}, "line.ndc", 1),
    ("units_at_most", line(units=3), {"codes": {"G0463": 2}}, "line.units", 1),
    ("no_charge", line(amount=Decimal("0.00")), {}, "line.amount", 1),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "facts", "parameters", "field", "number"), CASES)
def test_a_check_finds_its_fault_and_names_the_field(kind, facts, parameters, field, number):
    (found,) = scrub(facts, [rule(kind, **parameters)])
    assert (found.rule, found.severity, found.field, found.line) == (kind, "error", field, number)
    assert found.detail.endswith(".")


def test_every_check_has_a_case_and_leaves_a_right_claim_alone():
    assert {case[0] for case in CASES} == set(CHECKS)
    given = {kind: parameters for kind, _, parameters, _, _ in CASES}
    assert scrub(GOOD, [rule(kind, **given[kind]) for kind in CHECKS]) == []


@pytest.mark.parametrize(
    ("facts", "kind", "parameters"),
    [
        (replace(GOOD, lines=(LINE, replace(LINE, number=2, modifiers=("76",)))), "duplicate_line", {"allowed": ["76"]}),
        (replace(GOOD, frequency="8", file_by=DAY), "timely_filing", {}),
        (replace(GOOD, file_by=DAY), "timely_filing", {"warn_days": 30}),
        (replace(GOOD, modality="telehealth", lines=(replace(LINE, place_of_service="10"),)), "place_fits", {}),
        (replace(GOOD, sex="unknown", diagnoses=("Z3400",)), "diagnosis_sex", WOMEN),
        (line(is_valid=None), "code_valid", {}),
        (line(modifiers=("25",)), "separate_visit", {}),
        (replace(GOOD, is_electronic=False, payer_number=""), "payer_number", {}),
    ],
)  # fmt: skip
def test_what_is_no_fault(facts, kind, parameters):
    assert scrub(facts, [rule(kind, **parameters)]) == []


def test_rules_hold_by_day_payer_and_kind_of_payer():
    bad = line(amount=Decimal(0))
    base = Rule("r", "no_charge", "error", "Words.")
    off = [
        replace(base, severity="off"),
        replace(base, effective_from=DAY + dt.timedelta(days=1)),
        replace(base, effective_to=DAY - dt.timedelta(days=1)),
        replace(base, payer_key="p2"),
        replace(base, parameters={"payer_kinds": ["medicare"]}),
        replace(base, kind="of another version"),
    ]
    assert scrub(bad, off) == []
    on = [replace(base, effective_from=DAY, effective_to=DAY, payer_key="p1")]
    assert len(scrub(bad, on)) == 1


def test_the_graver_of_two_rules_counts_and_errors_come_first():
    bad = replace(GOOD, rank=2, lines=(replace(LINE, amount=Decimal(0)),))
    rules = [
        rule("no_charge", "warning"),
        Rule("own", "no_charge", "error", "Ours."),
        rule("secondary", "warning"),
    ]
    found = scrub(bad, rules)
    assert [(one.rule, one.severity) for one in found] == [("own", "error"), ("secondary", "warning")]
    assert counted(found) == (1, 1)


@pytest.mark.django_db
def test_every_shipped_rule_is_of_a_known_kind_and_takes_known_parameters():
    rows = list(ClaimRule.objects.all())
    assert len(rows) == 36
    for row in rows:
        assert set(row.parameters) <= set(CHECKS[row.kind].takes), row.code
        assert row.words.endswith("."), row.code


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (
            npi_holds,
            ["1999990009", "1234567893"],
            ["1999990008", "3234567893", "199999000", "19999９0009", ""],
        ),
        (tax_id_holds, ["361234567", "36-1234567"], ["36123456", "36123456X"]),
        (zip_is_whole, ["62701-1234", "627011234"], ["62701", "62701-12"]),
        (clia_holds, ["14D2099999", "14d2099999"], ["14E2099999", "14D209999"]),
    ],
)
def test_numbers(check, good, bad):
    assert [text for text in good if not check(text)] == []
    assert [text for text in bad if check(text)] == []
