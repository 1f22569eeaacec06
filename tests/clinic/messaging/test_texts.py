"""Wordings: the linter's rules, and 500 generated messages that keep them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.messaging.rules.texts import (
    LONGEST,
    SMS_LENGTH,
    UnknownVariable,
    fill,
    gsm7_length,
    lint,
    longest_example,
    shorten,
    to_gsm7,
)
from clinic.messaging.services.policy import shipped_templates

URL = "https://clinic.example.org"
SHIPPED = shipped_templates()
GOOD = "{clinic}: {first_name}, your visit is {date} {time}. Call {phone}. STOP to opt out."


def rules_of(body, **kwargs):
    return [found.rule for found in lint(body, channel="sms", public_url=URL, **kwargs)]


@pytest.mark.parametrize("row", SHIPPED, ids=lambda row: f"{row['code']}-{row['channel']}-{row['language']}")
def test_every_shipped_wording_passes(row):
    found = lint(
        row["body"],
        channel=row["channel"],
        purpose=row["purpose"],
        public_url=URL,
        heading=row.get("heading", ""),
    )
    assert found == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (GOOD + " {last_name}", "variable"),
        (GOOD + " {balance}", "variable"),
        (GOOD + " {first_name", "variable"),
        ("{first_name}, see you {date}. Call {phone}. STOP ends.", "clinic"),
        (GOOD.replace(" STOP to opt out.", ""), "optout"),
        (GOOD.replace(" Call {phone}.", ""), "contact"),
        (GOOD + " Please bring your insurance.", "telling"),
        (GOOD + " Colonoscopy prep: fasting.", "telling"),
        (GOOD + " Dermatology desk", "telling"),
        (GOOD + " Your lab results are in.", "telling"),
        (GOOD + " Balance due", "telling"),
        (GOOD + " reason: cough", "telling"),
        (GOOD + " x" * 60, "length"),
        (GOOD + " ✓", "gsm7"),
        (GOOD + " María á", "gsm7"),
    ],
)
def test_what_a_wording_may_not_do(body, rule):
    assert rule in rules_of(body)


def test_an_email_needs_a_subject_line():
    assert [f.rule for f in lint(GOOD, channel="email", public_url=URL)] == ["heading"]


def test_length_counts_extended_characters_twice():
    assert gsm7_length("a€") == 3
    assert gsm7_length("日") is None
    assert to_gsm7("José – “Núñez” á😀") == 'José - "Nuñez" a'


def test_filling_refuses_what_is_not_allowed_and_what_is_missing():
    with pytest.raises(UnknownVariable):
        fill("{last_name}", {"last_name": "Ortiz"}, channel="sms")
    with pytest.raises(UnknownVariable):
        fill("{first_name}", {"first_name": ""}, channel="sms")


def test_values_are_data():
    assert fill("{first_name}", {"first_name": "{phone}"}, channel="sms") == "{phone}"


@pytest.mark.parametrize(
    ("name", "value", "short"),
    [
        ("first_name", "Mary-Elizabeth-Ann", "Mary"),
        ("first_name", "Wolfeschlegelsteinhausen", "Wolfeschlege"),
        ("clinic", "Maple Street Family Medicine", "Maple Street Family"),
        ("first_name", "Al\nBob", "Al Bob"),
    ],
)
def test_long_values_are_cut_where_it_reads_well(name, value, short):
    assert shorten(name, value) == short


names = st.text(
    st.characters(codec="utf-8", categories=("L", "Mn", "Pd", "Zs", "Cc")), min_size=1, max_size=60
)
texts_only = [row for row in SHIPPED if row["channel"] == "sms"]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(texts_only), names, names, st.sampled_from(["Wed, Sep 30", "mié 30 sep"]))
def test_five_hundred_generated_texts_keep_the_rules(row, first, clinic, date):
    values = {
        "first_name": first if first.strip() and first.isprintable() else "Maria",
        "clinic": clinic if clinic.strip() and clinic.isprintable() else "Maple Street",
        "date": date,
        "time": "12:45 PM",
        "phone": "312-555-0142",
        "link": f"{URL}/v/" + "A" * 22,
    }
    text = fill(row["body"], values, channel="sms")
    assert gsm7_length(text) is not None
    assert gsm7_length(text) <= SMS_LENGTH
    assert "{first_name}" not in text
    assert not re.search(r"[\r\n\x00]", text)


def test_the_longest_example_really_is_the_longest():
    body = "".join("{" + name + "}" for name in LONGEST)
    assert len(longest_example(body, public_url=URL)) == sum(LONGEST.values())
