"""Names, dates of birth, phones, MRNs and duplicates."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.rules import mrn
from records.rules.duplicates import Person, score
from records.rules.finding import slips, understand
from records.rules.names import (
    age_words,
    age_years,
    display_name,
    fold,
    parse_birth_date,
    search_text,
)

TODAY = dt.date(2026, 11, 22)
BORN = dt.date(1988, 3, 4)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("O’Brien-Núñez", "obrien nunez"),
        ("ÉLODIE", "elodie"),
        ("Łukasz Øster", "lukasz oster"),
        ("Weiß", "weiss"),
        ("  St. John ", "st john"),
        ("d'Arc", "darc"),
        ("Müller", "muller"),
        ("İpek", "ipek"),
        ("100%_", "100"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_search_text_begins_with_a_space():
    text = search_text(["Garcia-López", "José"], ["100-482-0", "+14805550142", "m.ortiz@example.com"])
    assert text == " garcia lopez garcialopez jose 1004820 14805550142 mortizexamplecom"


@pytest.mark.parametrize(
    "text",
    [
        "3/4/1988",
        "03/04/1988",
        "3-4-88",
        "3.4.1988",
        "03041988",
        "19880304",
        "1988-03-04",
        "Mar 4 1988",
        "Mar 4, 1988",
        "4 March 1988",
        "March 4th 1988",
        "mar 4 '88",
        "4-MAR-1988",
        "3 4 1988",
    ],
)
def test_a_date_of_birth_in_any_usual_form(text):
    assert parse_birth_date(text, TODAY) == BORN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2/30/1990",
        "13/13/1990",
        "3/4",
        "1988",
        "11/23/2026",
        "3/4/1890",
        "Ortiz",
        "31 April 2000",
        "0/1/1990",
    ],
)
def test_what_is_no_date_of_birth(text):
    assert parse_birth_date(text, TODAY) is None


def test_two_digit_years_are_the_latest_past_ones():
    assert parse_birth_date("11/22/26", TODAY) == TODAY
    assert parse_birth_date("11/23/26", TODAY) == dt.date(1926, 11, 23)
    assert parse_birth_date("2/29/00", TODAY) == dt.date(2000, 2, 29)


@given(st.dates(dt.date(1900, 1, 1), TODAY))
def test_every_date_is_read_back(day):
    for text in (f"{day:%m/%d/%Y}", f"{day:%Y-%m-%d}", f"{day:%b %d, %Y}", f"{day:%m%d%Y}"):
        assert parse_birth_date(text, TODAY) == day


def test_ages():
    assert age_years(dt.date(2000, 2, 29), dt.date(2026, 2, 28)) == 25
    assert age_years(dt.date(2000, 2, 29), dt.date(2026, 3, 1)) == 26
    assert [age_words(TODAY - dt.timedelta(days=n), TODAY) for n in (3, 27, 30, 80, 200, 800)] == [
        "3 d",
        "27 d",
        "4 wk",
        "11 wk",
        "6 mo",
        "2 y",
    ]


def test_names_shown():
    assert display_name("Maria", "Ortiz", "Mia", "Jr.") == "Maria “Mia” Ortiz Jr."
    assert display_name("Maria", "Ortiz", "Maria") == "Maria Ortiz"


def test_mrn():
    assert mrn.format_mrn(100482) == "100-482-0"
    assert mrn.format_mrn(7) == "000-007-6"
    assert mrn.format_mrn(1_234_567) == f"1234-567-{mrn.check_digit('1234567')}"
    assert mrn.is_valid("100-482-0")
    assert mrn.is_valid("1004820")
    assert not mrn.is_valid("100-482-1")
    assert not mrn.is_valid("")


@given(st.integers(0, 999_999), st.data())
def test_every_wrong_digit_and_every_swap_is_noticed(number, data):
    whole = mrn.format_mrn(number).replace("-", "")
    place = data.draw(st.integers(0, len(whole) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != whole[place]]))
    assert not mrn.is_valid(whole[:place] + digit + whole[place + 1 :])
    if place + 1 < len(whole) and whole[place] != whole[place + 1]:
        assert not mrn.is_valid(whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :])


def person(first="Maria", last="Ortiz", born=BORN, **more):
    return Person(first, last, born, **more)


@pytest.mark.parametrize(
    ("other", "points", "reasons"),
    [
        (person(), 85, ("same last name", "same first name", "same date of birth")),
        (
            person("Mariah", "Ortis"),
            73,
            ("last name sounds alike", "first name sounds alike", "same date of birth"),
        ),
        (person("Ortiz", "Maria"), 65, ("first and last name swapped", "same date of birth")),
        (
            person(born=dt.date(1988, 4, 3)),
            75,
            ("same last name", "same first name", "day and month of birth swapped"),
        ),
        (
            person(born=dt.date(1988, 3, 5)),
            67,
            ("same last name", "same first name", "date of birth differs in one part"),
        ),
        (person("Tom", "Chen", dt.date(1950, 1, 1)), 0, ()),
        (person("Luis", "Ortiz", dt.date(1962, 9, 9)), 0, ("same last name",)),
    ],
)
def test_duplicate_score(other, points, reasons):
    found = score(person(), other)
    assert (found.points, found.reasons) == (points, reasons)


def test_a_household_is_no_duplicate_and_a_member_id_is():
    phone = frozenset({"+13125550142"})
    assert not score(person(phones=phone), person("Luis", born=dt.date(1962, 9, 9), phones=phone)).is_warning
    same = score(person("Mary", member_ids=frozenset({"W1"})), person("Maria", member_ids=frozenset({"W1"})))
    assert same.is_strong
    assert "same insurance member ID" in same.reasons


def test_a_date_of_birth_alone_is_no_suspicion():
    assert not score(person(), person("Tom", "Chen")).is_warning


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_score_is_the_same_both_ways(first, last):
    one, other = person(first, last), person()
    assert score(one, other).points == score(other, one).points
    assert 0 <= score(one, other).points <= 100


@pytest.mark.parametrize(
    ("text", "born", "words"),
    [
        ("ort mar", None, ("ort", "mar")),
        ("Ortiz 3/4/1988", BORN, ("ortiz",)),
        ("mar 4 1988 ortiz", BORN, ("ortiz",)),
        ("03041988", BORN, ()),
        ("(480) 555-0142", None, ("4805550142",)),
        ("480 555 0142", None, ("4805550142",)),
        ("100-482-0", None, ("1004820",)),
        ("W-123 456", None, ("w123", "456")),
        ("O'Brien", None, ("obrien",)),
        ("Núñez, José", None, ("nunez", "jose")),
        ("a", None, ()),
        ("  ", None, ()),
        ("%_", None, ()),
    ],
)
def test_what_the_finder_understands(text, born, words):
    found = understand(text, TODAY)
    assert (found.birth_date, found.words) == (born, words)


def test_patterns_begin_at_a_word_for_two_letters():
    assert understand("or mar", TODAY).patterns == ("% or%", "%mar%")


def test_slips_cover_one_wrong_missing_extra_or_swapped_letter():
    patterns = slips("smtih")
    assert "% smith%" in patterns
    assert "% _rtiz%" in slips("artiz")
    assert slips("li") == ()
    assert len(slips("ortiz")) < 25
