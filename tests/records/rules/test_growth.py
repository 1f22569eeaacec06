"""Growth percentiles against the published cases, and what holds for every child."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.rules import growth
from records.rules.growth import age_months, height_chart, lms, ordinal, standing, weight_chart

SEXES = ("male", "female")
CHARTS = ("weight-infant", "weight", "length", "stature", "bmi", "head", "weight-for-length")


def test_a_boy_of_nine_months():
    row = lms("weight-infant", "male", 9.5)
    assert (row.l, row.m, row.s) == (-0.1600954, 9.476500305, 0.11218624)
    found = standing("weight-infant", "male", 9.5, 9.7)
    assert found.z == pytest.approx(0.2074, abs=1e-4)
    assert found.percentile == pytest.approx(58.2, abs=0.05)
    assert row.value(-1.6448536) == pytest.approx(7.90, abs=0.005)
    assert found.words == "58th"


def test_a_girl_of_nine_and_a_half_years():
    row = lms("bmi", "female", 114.5)
    assert (row.l, row.m, row.s) == (-2.257782149, 16.57626713, 0.132796819)
    found = standing("bmi", "female", 114.5, 21.2)
    assert found.z == pytest.approx(1.4215, abs=1e-4)
    assert found.percentile == pytest.approx(92.2, abs=0.05)


def test_above_the_95th_bmi_percentile_the_extended_method_counts():
    found = standing("bmi", "male", 50.5, 22.6)
    assert found.percentile == pytest.approx(99.7683, abs=1e-3)
    assert found.z == pytest.approx(2.83, abs=5e-3)
    assert found.words == "over 99th"


def test_a_bmi_that_cannot_be_ends_at_a_number():
    assert standing("bmi", "male", 30, 140).z < 8


@pytest.mark.parametrize(
    ("chart", "sex", "at"),
    [("weight", "male", 23.9), ("weight", "male", 240.5), ("head", "female", 36.1), ("weight", "unknown", 60),
     ("weight", "intersex", 60), ("length", "male", -0.1), ("weight-for-length", "male", 44.9)],
)  # fmt: skip
def test_nothing_is_read_beyond_a_table(chart, sex, at):
    assert lms(chart, sex, at) is None
    assert standing(chart, sex, at, 10) is None


@pytest.mark.parametrize("value", [0, -3])
def test_a_value_that_is_none_has_no_standing(value):
    assert standing("weight", "male", 60, value) is None


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("sex", SEXES)
def test_tables_are_whole_and_in_order(chart, sex):
    places, parameters = growth._tables()[chart, sex]
    assert places == sorted(set(places))
    assert all(one.m > 0 and one.s > 0 for one in parameters)


@given(st.sampled_from(CHARTS), st.sampled_from(SEXES), st.floats(0, 1), st.floats(-2.5, 1.6))
def test_a_value_and_its_z_score_are_two_ways_to_say_one_thing(chart, sex, share, z):
    places, _ = growth._tables()[chart, sex]
    at = places[0] + (places[-1] - places[0]) * share
    value = lms(chart, sex, at).value(z)
    assert standing(chart, sex, at, value).z == pytest.approx(z, abs=1e-6)


def test_which_table_and_which_age():
    assert (weight_chart(23.9), weight_chart(24)) == ("weight-infant", "weight")
    assert height_chart(30, is_lying=True) == "length"
    assert height_chart(30, is_lying=False) == "stature"
    assert height_chart(12, is_lying=False) == "length"
    assert age_months(dt.date(2025, 1, 1), dt.date(2026, 1, 1)) == pytest.approx(11.99, abs=0.01)


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (53, "53rd")]
)
def test_ordinals(number, words):
    assert ordinal(number) == words
