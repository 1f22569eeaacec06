"""The shipped vaccine tables."""

import datetime as dt

import pytest

from records.rules import vaccines


def test_the_tables_are_whole():
    assert len(vaccines.vaccines()) == 288
    assert len(vaccines.makers()) == 89
    assert vaccines.vaccine_name("3") == "MMR"
    assert vaccines.vaccines()["03"].is_active
    assert vaccines.makers()["PMC"] == "Sanofi Pasteur"
    assert vaccines.vaccine_name("none") == "CVX none"


def test_the_sheet_to_hand_out_is_the_vaccines_own_before_the_general_one():
    sheets = vaccines.current_statements("08")
    assert [one.document for one in sheets] == ["Hepatitis B Vaccine VIS", "Multi Pediatric Vaccines VIS"]
    assert sheets[0].edition_on == dt.date(2025, 1, 31)
    assert all(one.is_current for one in sheets)


@pytest.mark.parametrize(
    ("age", "kinds", "code"),
    [
        (50, ["medicaid"], "V01"),
        (19, [], "V01"),
        (18, ["medicaid"], "V02"),
        (5, [], "V03"),
        (5, ["commercial"], "V01"),
    ],
)
def test_suggested_eligibility(age, kinds, code):
    assert vaccines.suggested_eligibility(age, kinds) == code
    assert code in vaccines.FUNDING_OF
