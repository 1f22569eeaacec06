"""Wordings: the linter's rules, and 1,000 generated messages that keep them."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.messaging.rules.spoken import seconds_to_say
from clinic.messaging.rules.telling import telling_words
from clinic.messaging.rules.texts import (
    LONGEST,
    SMS_LENGTH,
    UnknownVariable,
    fill,
    gsm7_length,
    lint,
    lint_answer,
    longest_example,
    segments,
    shorten,
    to_gsm7,
)
from clinic.messaging.services.policy import shipped_templates
from scheduling.rules.reminders import day_words, spoken_day_words, time_words

URL = "https://clinic.example.org"
SHIPPED = shipped_templates()
PLACEHOLDER = re.compile(r"\{(?:first_name|clinic|date|time|phone|link)\}")
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
TELLING = {"en": ["fasting", "your results", "dermatology", "balance due", "Mrs. Ortiz"],
           "es": ["ayunas", "sus resultados", "cardiología", "su saldo", "apellido"]}  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(
    st.sampled_from(SHIPPED),
    names,
    names,
    st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)),
    st.sampled_from(["America/New_York", "America/Phoenix", "Pacific/Honolulu"]),
)
def test_a_thousand_generated_messages_keep_the_rules(row, first, clinic, starts, zone):
    starts = starts.replace(tzinfo=UTC)
    is_call = row["channel"] == "voice"
    values = {
        "first_name": first if first.strip() and first.isprintable() else "Maria",
        "clinic": clinic if clinic.strip() and clinic.isprintable() else "Maple Street",
        "date": (spoken_day_words if is_call else day_words)(starts, zone, row["language"]),
        "time": time_words(starts, zone),
        "phone": "312-555-0142",
        "link": f"{URL}/v/" + "A" * 22,
    }
    text = fill(row["body"], values, channel=row["channel"])
    heading = fill(row.get("heading", ""), values, channel=row["channel"])
    assert not PLACEHOLDER.search(text + heading)
    assert not re.search(r"[\r\x00]", text)
    if row["channel"] == "sms":
        assert gsm7_length(text) is not None
        assert segments(text) == 1
        assert gsm7_length(text) <= SMS_LENGTH
        assert "\n" not in text
    if is_call:
        blank = fill(row["body"], dict.fromkeys(values, "x"), channel="voice")
        assert seconds_to_say(blank) < 60
    # Whatever is filled in, the wording itself tells nothing.
    assert telling_words(re.sub(r"\{\w+\}", " ", f"{row.get('heading', '')} {row['body']}")) == []


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([row for row in SHIPPED if row["purpose"] != "receipt"]), st.data())
def test_a_telling_word_anywhere_in_a_wording_is_found(row, data):
    word = data.draw(st.sampled_from(TELLING[row["language"]]))
    words = row["body"].split(" ")
    at = data.draw(st.integers(0, len(words)))
    body = " ".join([*words[:at], word, *words[at:]])
    found = lint(body, channel=row["channel"], purpose=row["purpose"], public_url=URL, heading="x")
    assert "telling" in {one.rule for one in found}


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", 0), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
     ("日" * 70, 1), ("日" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_parts_of_a_text(text, parts):
    assert segments(text) == parts


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 0.0), ("word " * 140, 60.0), ("312-555-0142", 4.3), ("a" * 140, 10.0)],
)
def test_how_long_a_script_takes(text, seconds):
    assert seconds_to_say(text) == seconds


CALL = "{clinic} here. {first_name}, your visit is {date} {time}. Call {phone}. To stop these calls press 9."


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (CALL, []),
        (CALL.replace("press 9", "oprima el 9"), []),
        (CALL.replace(" To stop these calls press 9.", ""), ["optout"]),
        (CALL.replace("Call {phone}. ", ""), ["contact"]),
        (CALL + " {link}", ["variable"]),
        (
            "Hello, this is a message about a visit that you have soon, from {clinic}. " + CALL[14:],
            ["identify"],
        ),
        (CALL + " please listen" * 70, ["length"]),
        (CALL + " Your biopsy is done.", ["telling"]),
    ],
)
def test_what_a_script_may_not_do(body, rules):
    assert [found.rule for found in lint(body, channel="voice", public_url=URL)] == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [("We have your umbrella.", []), ("Your lab results", ["telling"]), ("{first_name}", ["variable"]),
     ("x" * 320, ["length"]), (" ", ["empty"])],
)  # fmt: skip
def test_what_staff_may_not_write(text, rules):
    assert [found.rule for found in lint_answer(text)] == rules


def test_accents_do_not_hide_a_telling_word():
    assert telling_words("Su cita de CARDIOLOGÍA") == [("cardiologia", "a specialty")]
    assert telling_words("An apology from our logo") == []


def test_the_longest_example_really_is_the_longest():
    body = "".join("{" + name + "}" for name in LONGEST)
    assert len(longest_example(body, public_url=URL)) == sum(LONGEST.values())
