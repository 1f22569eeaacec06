"""Limits, conversions and what follows from the numbers, against the published vectors."""

import datetime as dt
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.rules.vitals import derived
from records.rules.vitals.catalog import GLUCOSE, HEIGHT, TEMP, WEIGHT, parse_number, shown
from records.rules.vitals.check import Entry, Setting, check
from records.rules.vitals.defaults import DEFAULTS
from records.rules.vitals.derived import Past, Pressure
from records.rules.vitals.limits import judge, months_old, select

ADULT, DAY = D(456), dt.date(2026, 3, 4)
LIMITS = select(DEFAULTS, ADULT)
F, LB = TEMP.unit("[degF]"), WEIGHT.unit("[lb_av]")


def adult(vital, value):
    return judge(LIMITS, vital, D(str(value))).tier


@pytest.mark.parametrize(
    ("systolic", "diastolic", "expected"),
    [
        (118, 76, "normal"),
        (124, 78, "elevated"),
        (124, 82, "stage 1"),
        (142, 70, "stage 2"),
        (128, 92, "stage 2"),
        (182, 80, "severe"),
        (150, 121, "severe"),
        (180, 120, "stage 2"),
        (88, 70, "low"),
        (112, 58, "low"),
        (130, 79, "stage 1"),
        (129, 79, "elevated"),
        (119, 79, "normal"),
    ],
)
def test_pressure_class(systolic, diastolic, expected):
    assert derived.pressure_class(D(systolic), D(diastolic)) == expected


@given(st.integers(30, 300), st.integers(10, 200))
def test_a_higher_pressure_is_never_a_milder_class(systolic, diastolic):
    order = ["low", "normal", "elevated", "stage 1", "stage 2", "severe"]
    now = order.index(derived.pressure_class(D(systolic), D(diastolic)))
    assert order.index(derived.pressure_class(D(systolic + 1), D(diastolic))) >= now
    assert order.index(derived.pressure_class(D(systolic), D(diastolic + 1))) >= now


def test_children_under_thirteen_need_the_table():
    assert derived.pressure_words(D(100), D(60), D(155)) == "needs table"
    assert derived.pressure_words(D(142), D(60), D(156)) == "stage 2"


@pytest.mark.parametrize(
    ("vital", "value", "tier"),
    [
        ("systolic", 29, "reject"),
        ("systolic", 30, "red"),
        ("systolic", 90, "red"),
        ("systolic", 91, "confirm"),
        ("systolic", 100, "confirm"),
        ("systolic", 101, "ok"),
        ("systolic", 159, "ok"),
        ("systolic", 160, "confirm"),
        ("systolic", 180, "confirm"),
        ("systolic", 181, "red"),
        ("systolic", 300, "red"),
        ("systolic", 301, "reject"),
        ("diastolic", 9, "reject"),
        ("diastolic", 49, "confirm"),
        ("diastolic", 50, "ok"),
        ("diastolic", 99, "ok"),
        ("diastolic", 100, "confirm"),
        ("diastolic", 120, "confirm"),
        ("diastolic", 121, "red"),
        ("diastolic", 201, "reject"),
        ("pulse", 19, "reject"),
        ("pulse", 40, "red"),
        ("pulse", 50, "confirm"),
        ("pulse", 51, "ok"),
        ("pulse", 110, "ok"),
        ("pulse", 111, "confirm"),
        ("pulse", 131, "red"),
        ("pulse", 301, "reject"),
        ("resp", 2, "reject"),
        ("resp", 8, "red"),
        ("resp", 11, "confirm"),
        ("resp", 12, "ok"),
        ("resp", 20, "ok"),
        ("resp", 21, "confirm"),
        ("resp", 25, "red"),
        ("resp", 101, "reject"),
        ("temp", "24.9", "reject"),
        ("temp", "35.0", "red"),
        ("temp", "35.1", "confirm"),
        ("temp", "36.0", "confirm"),
        ("temp", "36.1", "ok"),
        ("temp", "37.9", "ok"),
        ("temp", "38.0", "confirm"),
        ("temp", "40.0", "red"),
        ("temp", "45.1", "reject"),
        ("spo2", 39, "reject"),
        ("spo2", 91, "red"),
        ("spo2", 92, "confirm"),
        ("spo2", 95, "confirm"),
        ("spo2", 96, "ok"),
        ("spo2", 100, "ok"),
        ("spo2", 101, "reject"),
        ("pain", 7, "ok"),
        ("pain", 8, "red"),
        ("pain", 11, "reject"),
        ("glucose", 53, "red"),
        ("glucose", 69, "confirm"),
        ("glucose", 70, "ok"),
        ("glucose", 250, "ok"),
        ("glucose", 251, "confirm"),
        ("glucose", 401, "red"),
        ("bmi", "6.9", "reject"),
        ("bmi", "15.9", "confirm"),
        ("bmi", 16, "ok"),
        ("bmi", 61, "confirm"),
        ("height", 119, "confirm"),
        ("height", 120, "ok"),
        ("height", 276, "reject"),
        ("weight", "0.2", "reject"),
        ("weight", 651, "reject"),
        ("pulse_pressure", 0, "reject"),
        ("pulse_pressure", 19, "confirm"),
        ("pulse_pressure", 20, "ok"),
        ("pulse_pressure", 101, "confirm"),
    ],
)
def test_adult_tiers(vital, value, tier):
    assert adult(vital, value) == tier


def test_pregnancy_lowers_the_red_line():
    limits = select(DEFAULTS, ADULT, frozenset({"pregnant"}))
    assert judge(limits, "systolic", D(160)).tier == "red"
    assert judge(limits, "diastolic", D(110)).tier == "red"
    assert judge(LIMITS, "systolic", D(160)).tier == "confirm"
    assert judge(select(DEFAULTS, ADULT, frozenset({"postpartum"})), "diastolic", D(110)).tier == "red"


@pytest.mark.parametrize(
    ("months", "vital", "value", "tier"),
    [
        ("0.5", "pulse", 99, "confirm"),
        ("0.5", "pulse", 205, "ok"),
        ("0.5", "systolic", 59, "red"),
        ("0.5", "systolic", 60, "ok"),
        (6, "systolic", 69, "red"),
        (6, "systolic", 71, "confirm"),
        (6, "resp", 61, "red"),
        (12, "systolic", 71, "red"),
        (12, "systolic", 72, "confirm"),
        (24, "systolic", 73, "red"),
        (24, "systolic", 74, "confirm"),
        (108, "systolic", 87, "red"),
        (120, "systolic", 89, "red"),
        (120, "systolic", 90, "confirm"),
        (144, "systolic", 89, "red"),
        (48, "pulse", 121, "confirm"),
        (48, "pulse", 145, "red"),
        (48, "pulse", 120, "ok"),
        (1, "temp", "38.0", "red"),
        (1, "temp", "35.9", "red"),
        (1, "temp", "37.9", "ok"),
        (12, "temp", "38.5", "ok"),
        (12, "temp", "39.0", "confirm"),
        (12, "temp", "40.0", "red"),
        (48, "temp", "38.0", "confirm"),
        (200, "spo2", 91, "red"),
    ],
)
def test_children_have_their_own_bands(months, vital, value, tier):
    limits = select(DEFAULTS, D(str(months)))
    assert judge(limits, vital, D(str(value))).tier == tier


def test_every_age_has_one_band_for_each_number():
    for months in (
        "0",
        "0.93",
        "0.94",
        "11.99",
        "12",
        "35.99",
        "36",
        "71.9",
        "72",
        "119",
        "120",
        "143.9",
        "144",
        "215.9",
    ):
        for vital in ("pulse", "resp", "systolic"):
            bands = [
                one for one in select(DEFAULTS, D(months)) if one.vital == vital and one.tier == "confirm"
            ]
            assert len(bands) == 1, (months, vital)


def test_conversions_are_exact():
    assert F.to_canonical(D("100.4")) == 38
    assert adult("temp", F.to_canonical(D("100.4"))) == "confirm"
    assert F.to_canonical(D("95.0")) == 35
    assert adult("temp", F.to_canonical(D("95.0"))) == "red"
    assert LB.to_canonical(D("154.3")) == D("69.989302691")
    assert HEIGHT.unit("[in_i]").to_canonical(D(69)) == D("175.26")
    assert GLUCOSE.unit("mmol/L").to_canonical(D(10)) == D("180.16")
    assert shown(WEIGHT, LB.to_canonical(D("154.3")), LB) == "154.3 lb"
    assert shown(TEMP, D(38)) == "38.0 °C"


@given(
    st.decimals(1, 999, places=1, allow_nan=False), st.sampled_from(WEIGHT.units + TEMP.units + HEIGHT.units)
)
def test_a_unit_and_back_is_the_number_typed(typed, unit):
    assert abs(unit.from_canonical(unit.to_canonical(typed)) - typed) < D("1e-20")


@pytest.mark.parametrize("text", ["", "1e3", "-5", "nan", "12 0", "1.2.3", "٣.٣x", "+4", "1" * 13])
def test_what_is_no_number(text):
    assert parse_number(text) is None


def test_plain_numbers():
    assert parse_number(" 98,6 ") == D("98.6")
    assert parse_number(".5") == D("0.5")


def test_bmi():
    value = derived.bmi(D(70), D(175))
    assert round(value, 1) == D("22.9")
    assert [derived.bmi_class(D(str(n))) for n in (18.4, 18.5, 25, 30, 35, 40)] == [
        "underweight",
        "healthy weight",
        "overweight",
        "obesity 1",
        "obesity 2",
        "obesity 3",
    ]
    assert derived.mean_pressure(D(120), D(80)).quantize(D("0.1")) == D("93.3")


def test_average_of_the_last_two_and_what_to_do_next():
    one = Pressure(D(142), D(90))
    assert derived.summarize([one]).prompt == "Rest 5 minutes and repeat"
    pair = derived.summarize([one, Pressure(D(130), D(85))])
    assert (pair.systolic, pair.diastolic, pair.prompt) == (
        136,
        D("87.5"),
        "Readings differ by more than 10: take a third",
    )
    third = derived.summarize([one, Pressure(D(130), D(85)), Pressure(D(126), D(83))])
    assert (third.systolic, third.diastolic, third.prompt) == (128, 84, "")
    left_out = derived.summarize([one, Pressure(D(190), D(90), is_excluded=True)])
    assert (left_out.systolic, left_out.count) == (142, 1)
    assert derived.summarize([Pressure(D(118), D(76))]).prompt == ""
    assert derived.summarize([]) is None


def test_orthostatic_vectors():
    lying = Pressure(D(130), D(80))
    assert derived.orthostatic_is_positive(lying, [Pressure(D(112), D(78)), Pressure(D(109), D(74))])
    assert not derived.orthostatic_is_positive(lying, [Pressure(D(112), D(78))])
    assert derived.orthostatic_is_positive(lying, [Pressure(D(114), D(74))], from_sitting=True)


def test_age_in_months_is_whole_on_each_birthday():
    assert months_old(dt.date(2026, 2, 4), DAY) == D("0.92")
    assert months_old(dt.date(2026, 2, 3), DAY) >= D("0.94")
    assert months_old(dt.date(2025, 3, 4), DAY) == 12
    assert months_old(dt.date(2008, 3, 4), DAY) == 216
    assert months_old(dt.date(2008, 3, 5), DAY) < 216


def setting(**past):
    return Setting(LIMITS, ADULT, DAY, past)


def only(entries, where=None):
    found = check(entries, where or setting())
    assert len(found) == 1
    return found[0]


def test_a_whole_set_is_checked():
    found = check(
        [
            Entry("systolic", "128"),
            Entry("diastolic", "84"),
            Entry("temp", "98.6", detail={"route": "oral"}),
            Entry("weight", "154.3"),
            Entry("height", "69"),
            Entry("pulse", ""),
        ],
        setting(),
    )
    assert [(one.entry.vital, one.tier) for one in found] == [
        ("systolic", "ok"),
        ("diastolic", "ok"),
        ("temp", "ok"),
        ("weight", "ok"),
        ("height", "ok"),
    ]
    assert found[3].value == D("69.989302691")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([Entry("systolic", "80"), Entry("diastolic", "80")], "higher than diastolic"),
        ([Entry("systolic", "120")], "both numbers"),
        ([Entry("diastolic", "80")], "both numbers"),
        ([Entry("temp", "98.6")], "needs its route"),
        ([Entry("spo2", "98")], "room air or oxygen"),
        ([Entry("pulse", "72.5")], "whole number"),
        ([Entry("pulse", "abc")], "has to be a number"),
        ([Entry("weight", "150", unit="stone")], "unit not known"),
        ([Entry("weight", "150", not_done="refused")], "not both"),
        ([Entry("pulse", not_done="lazy")], "not both"),
        ([Entry("lmp", "2026-03-05")], "future"),
        ([Entry("lmp", "yesterday")], "has to be a date"),
        ([Entry("steps", "9000")], "Not a vital sign"),
        ([Entry("acvpu", code="X")], "not one of the choices"),
    ],
)
def test_what_cannot_be_saved(entries, words):
    rejected = [one for one in check(entries, setting()) if one.tier == "reject"]
    assert rejected
    assert words in rejected[0].text


def test_confirm_needs_the_tick_and_red_does_not():
    assert only([Entry("pulse", "112")]).is_problem
    assert not only([Entry("pulse", "112", is_confirmed=True)]).is_problem
    red = only([Entry("pulse", "140")])
    assert (red.tier, red.is_problem) == ("red", False)


def test_codes():
    assert only([Entry("glucose", "hi")]).tier == "red"
    assert only([Entry("acvpu", code="A")]).tier == "ok"
    assert only([Entry("acvpu", code="V")]).tier == "red"
    assert only([Entry("lmp", code="menopause")]).tier == "ok"
    assert only([Entry("lmp", "2026-01-17")]).tier == "confirm"
    assert only([Entry("lmp", "2026-01-18")]).tier == "ok"
    assert only([Entry("pulse", not_done="refused")]).tier == "ok"
    assert only([Entry("pain", "2", detail={"chest": "1"})]).tier == "red"
    assert only([Entry("glucose", "301", detail={"symptoms": "1"})]).tier == "red"
    assert only([Entry("glucose", "301")]).tier == "confirm"


def test_weight_against_earlier_ones():
    recent = {"weight": [Past(D(70), dt.date(2026, 1, 4))]}
    assert only([Entry("weight", "75", unit="kg")], setting(**recent)).tier == "ok"
    assert only([Entry("weight", "75.1", unit="kg")], setting(**recent)).tier == "confirm"
    slip = only([Entry("weight", "154.3", unit="kg")], setting(weight=[Past(D(70), dt.date(2025, 1, 4))]))
    assert (slip.tier, slip.text) == ("confirm", "About half or twice the last weight: pounds or kilograms?")
    lost = {"weight": [Past(D(80), dt.date(2025, 11, 1))]}
    assert only([Entry("weight", "76", unit="kg")], setting(**lost)).tier == "red"
    assert only([Entry("weight", "76", unit="kg", detail={"intended": "1"})], setting(**lost)).tier == "ok"
    assert only([Entry("weight", "76.1", unit="kg")], setting(**lost)).tier == "ok"


def test_height_and_bmi_against_earlier_ones():
    past = {"height": [Past(D(175), dt.date(2025, 1, 4))]}
    assert only([Entry("height", "171.9", unit="cm")], setting(**past)).tier == "confirm"
    assert only([Entry("height", "172", unit="cm")], setting(**past)).tier == "ok"
    assert only([Entry("weight", "480", unit="kg")], setting(**past)).tier == "reject"


@given(
    st.text(max_size=12), st.sampled_from(["systolic", "pulse", "temp", "weight", "glucose", "lmp", "pain"])
)
def test_nothing_typed_breaks_the_check(text, vital):
    for one in check([Entry(vital, text, detail={"route": "oral", "oxygen": "air"})], setting()):
        assert one.tier in {"ok", "confirm", "red", "reject"}
