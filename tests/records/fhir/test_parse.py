"""The pure layer: FHIR dicts in, facts or a reason out."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.fhir.facts import ResultFacts, Skipped, VitalsFacts
from records.fhir.insurance import contained_coverages
from records.fhir.parse import READERS, parse
from records.fhir.plan import make_plan
from records.fhir.sources import staged
from records.fhir.values import clean_name, reference_key, state_code, zip_code
from records.rules.vitals.defaults import DEFAULTS
from tests.records.fhir import made

AT = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def plan_of(resources, **options):
    return make_plan(
        [staged(r) for r in resources], **{"clean_names": True, "limits": DEFAULTS, "at": AT, **options}
    )


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("Medhurst46", "Medhurst"),
        ("O'Keefe54", "O'Keefe"),
        ("Ana María12", "Ana María"),
        ("John III", "John III"),
        ("3M", "3M"),
    ],
)
def test_clean_name_drops_only_trailing_digits(written, cleaned):
    assert clean_name(written) == cleaned


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ({"reference": "urn:uuid:abc"}, "abc"),
        ({"reference": "Patient/abc"}, "abc"),
        ({"reference": "https://x.test/fhir/Patient/abc/_history/3"}, "abc"),
        ({"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999974493"}, "9999974493"),
        ({"reference": "#coverage"}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_reference_key(reference, key):
    assert reference_key(reference) == key


def test_address_parts_are_normalised():
    assert (state_code("Massachusetts"), state_code("ks"), state_code("Ontario")) == ("MA", "KS", "")
    assert (zip_code("01890"), zip_code("668391105"), zip_code("00000"), zip_code("")) == (
        "01890",
        "66839-1105",
        "",
        "",
    )


def test_a_patient_is_read_with_clean_names():
    facts = parse(made.patient(), key="k", clean_names=True)
    assert (facts.first_name, facts.middle_name, facts.last_name) == ("Rosa", "Lee", "Quimby")
    assert (facts.sex_at_birth, facts.birth_date, facts.language) == ("female", dt.date(1984, 2, 29), "es")
    assert facts.phones == (("mobile", "217-555-0140"),)
    assert facts.emails == ("rosa.quimby@example.org",)
    assert facts.state == "IL"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": []}, "the patient has no first and last name"),
        ({"birthDate": None}, "the patient has no birth date"),
        ({"birthDate": "2020-13-45"}, "it holds a date that is not one"),
        ({"name": "Rosa"}, "the patient has no first and last name"),
    ],
)
def test_a_patient_that_cannot_be_told_apart_is_skipped(change, reason):
    assert parse(made.patient(**change), key="k") == Skipped(reason)


@pytest.mark.parametrize("panel", ["85354-9", "55284-4"])
def test_blood_pressure_is_one_observation_with_two_readings(panel):
    facts = parse(made.pressure(panel, 121.4, 78.2), key="k")
    assert isinstance(facts, VitalsFacts)
    assert {r.vital: r.value for r in facts.readings} == {
        "systolic": Decimal("121.4"),
        "diastolic": Decimal("78.2"),
    }


@pytest.mark.parametrize(
    ("code", "value", "unit", "vital", "canonical"),
    [
        ("29463-7", 154.3, "[lb_av]", "weight", Decimal("69.989")),
        ("29463-7", 3450, "g", "weight", Decimal("3.450")),
        ("8302-2", 1.75, "m", "height", Decimal("175.000")),
        ("8302-2", 70, "[in_i]", "height", Decimal("177.800")),
        ("8310-5", 100.4, "[degF]", "temp", Decimal("38.000")),
        ("8867-4", 71.6, "/min", "pulse", Decimal("72")),
        ("59408-5", 97.2, "%", "spo2", Decimal("97")),
    ],
)
def test_vital_signs_are_stored_in_canonical_units(code, value, unit, vital, canonical):
    plan = plan_of([made.patient(), made.quantity(code, value, unit)])
    assert [(row.vital, row.value) for row in plan.vitals[0].rows] == [(vital, canonical)]


def test_a_vital_in_an_unknown_unit_is_kept_as_a_result():
    facts = parse(made.quantity("29463-7", 11, "stone"), key="k")
    assert isinstance(facts, ResultFacts)
    assert (facts.value_text, facts.unit) == ("11", "stone")


def test_values_that_could_not_be_typed_are_skipped_by_name():
    plan = plan_of([made.patient(), made.quantity("29463-7", 900, "kg")])
    assert plan.vitals == []
    assert plan.skipped == {("Observation", "Weight is outside the possible range"): 1}
    assert plan.taken["Observation"] == 0


def test_bmi_is_computed_again_with_weight_and_height_and_kept_as_a_result_without():
    whole = plan_of(
        [
            made.patient(),
            made.quantity("29463-7", 70, "kg"),
            made.quantity("8302-2", 175, "cm"),
            made.quantity("39156-5", 22.86, "kg/m2"),
        ]
    )
    alone = plan_of([made.patient(), made.quantity("39156-5", 22.86, "kg/m2")])
    assert {row.vital for row in whole.vitals[0].rows} == {"weight", "height"}
    assert whole.results == []
    assert [(r.code, r.value_text) for r in alone.results] == [("39156-5", "22.9")]
    assert (whole.taken["Observation"], alone.taken["Observation"]) == (3, 1)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_withdrawn_observations_are_skipped(status):
    assert parse(made.quantity("8867-4", 70, "/min", status=status), key="k") == Skipped(
        f"the observation is {status}"
    )


def test_an_observation_without_a_value_is_skipped():
    made_one = made.quantity("2093-3", 1, "mg/dL")
    del made_one["valueQuantity"]
    assert parse(made_one, key="k") == Skipped("the observation has no value")


def test_a_contained_coverage_is_the_same_in_every_explanation():
    one = made.about("ExplanationOfBenefit", "e1", billablePeriod={"start": "2012-01-02"},
                     contained=[{"resourceType": "Coverage", "id": "coverage", "payor": [{"display": "medicare"}]}])  # fmt: skip
    two = {**one, "id": "e2", "billablePeriod": {"start": "2015-01-02"}}
    plan = plan_of([made.patient(), one, two])
    assert [c["id"] for c in contained_coverages(one)] == [c["id"] for c in contained_coverages(two)]
    assert [(c.payer_name, c.kind, c.starts_on) for c in plan.coverages] == [
        ("Medicare", "medicare", dt.date(2012, 1, 2))
    ]
    assert plan.taken["Coverage"] == 2


def test_renewals_and_repeats_become_one_line_and_all_count_as_taken():
    plan = plan_of(made.chart())
    assert [(m.name, m.is_active, m.started_on) for m in plan.medications] == [
        ("lisinopril 10 MG Oral Tablet", True, dt.date(2018, 5, 1))
    ]
    assert [(c.words, c.is_active, c.onset_on) for c in plan.conditions] == [
        ("Hypertension", True, dt.date(2017, 1, 2))
    ]
    assert (plan.taken["MedicationRequest"], plan.taken["Condition"]) == (2, 2)


def test_what_is_given_twice_counts_once():
    plan = plan_of([made.patient(), made.encounter(), made.encounter()])
    assert len(plan.encounters) == 1
    assert plan.skipped == {("Encounter", "it is given more than once"): 1}


def test_what_lies_in_the_future_is_left_out():
    plan = plan_of([made.patient(), made.encounter(period={"start": "2031-01-01T10:00:00Z"})])
    assert plan.encounters == []
    assert plan.skipped == {("Encounter", "it is dated in the future"): 1}


def test_the_content_hash_does_not_depend_on_the_order_of_files():
    rows = made.chart()
    assert plan_of(rows).content_hash == plan_of(rows[::-1]).content_hash
    assert plan_of(rows).content_hash != plan_of(rows[:-3]).content_hash


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["code", "coding", "subject", "reference", "period", "start", "value", "status", "name", "given", "text", "component"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(resource_type=st.sampled_from(sorted(READERS)), body=st.dictionaries(
    st.sampled_from(["code", "status", "name", "birthDate", "period", "component", "valueQuantity", "category", "subject",
                     "effectiveDateTime", "vaccineCode", "occurrenceDateTime", "total", "payor", "telecom", "address"]),
    _JSON, max_size=6))  # fmt: skip
def test_no_content_ever_raises(resource_type, body):
    read = parse({**body, "resourceType": resource_type}, key="k", clean_names=True)
    assert isinstance(read, Skipped) or read.key == "k"
