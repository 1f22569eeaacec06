"""What the answers of a follow-up call mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules import follow_up_script as script
from scheduling.rules.follow_up_script import BY_CODE, DECLINED, ITEMS, Level, assess

WELL = {
    "feeling": "better", "pain": "2", "bleeding": "none", "fever": "none", "wound": "slight",
    "medicines": "taking", "instructions": "clear", "next_visit": "booked", "teach_back": "understood",
}  # fmt: skip


def level(**changes) -> Level:
    return assess(WELL | changes).level


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Level.WELL),
        ({"pain": "0"}, Level.WELL),
        ({"pain": "3"}, Level.WELL),
        ({"pain": "4"}, Level.CONCERN),
        ({"pain": "7"}, Level.CONCERN),
        ({"pain": "8"}, Level.RED),
        ({"pain": "10"}, Level.RED),
        ({"feeling": "worse"}, Level.CONCERN),
        ({"bleeding": "spotting"}, Level.WELL),
        ({"bleeding": "stopped"}, Level.CONCERN),
        ({"bleeding": "does_not_stop"}, Level.RED),
        ({"fever": "unmeasured"}, Level.CONCERN),
        ({"fever": "from_100_4"}, Level.CONCERN),
        ({"fever": "from_104"}, Level.RED),
        ({"wound": "growing"}, Level.CONCERN),
        ({"wound": "open_or_pus"}, Level.CONCERN),
        ({"wound": "growing", "fever": "from_100_4"}, Level.RED),
        ({"wound": "open_or_pus", "fever": "unmeasured"}, Level.RED),
        ({"wound": "slight", "fever": "from_100_4"}, Level.CONCERN),
        ({"medicines": "not_obtained"}, Level.CONCERN),
        ({"medicines": "none"}, Level.WELL),
        ({"instructions": "questions"}, Level.CONCERN),
        ({"next_visit": "wants_one"}, Level.WELL),
        ({"teach_back": "re_taught"}, Level.WELL),
        ({"teach_back": "not_able"}, Level.CONCERN),
        ({"pain": DECLINED, "feeling": DECLINED}, Level.WELL),
    ],
)
def test_what_an_answer_means(changes, expected):
    assert level(**changes) is expected


def test_the_clinic_s_own_pain_limits_hold():
    answers = WELL | {"pain": "6"}
    assert assess(answers, pain_concern_from=7, pain_red_from=9).level is Level.WELL
    assert assess(answers, pain_concern_from=3, pain_red_from=6).level is Level.RED


def test_any_group_of_the_emergency_list_is_red_and_named():
    found = assess(WELL, flags={"brain": True, "mind": False}, flag_names={"brain": "Brain"})
    assert (found.level, found.red, found.concerns) == (Level.RED, ("Brain",), ())


def test_a_provider_reads_what_was_said():
    found = assess(WELL | {"pain": "8", "medicines": "not_obtained"})
    assert found.words == "Pain 0 to 10: 8; Medicines: could not get them"


def test_what_is_missing_and_what_is_no_answer():
    assert script.missing({"pain": "3"}) == [item.code for item in ITEMS if item.code != "pain"]
    assert script.missing(WELL) == []
    assert script.unknown(WELL | {"pain": DECLINED}) == []
    assert script.unknown({"pain": "11", "mood": "fine"}) == ["pain", "mood"]


@given(
    st.fixed_dictionaries(
        {
            code: st.sampled_from([*(c.value for c in item.choices), DECLINED])
            for code, item in BY_CODE.items()
        }
    )
)
def test_red_beats_concern_beats_well(answers):
    """Against a second reading of the table, written the other way round."""
    red = (
        answers["bleeding"] == "does_not_stop"
        or answers["fever"] == "from_104"
        or (answers["pain"] != DECLINED and int(answers["pain"]) >= 8)
        or (answers["fever"] not in ("none", DECLINED) and answers["wound"] in ("growing", "open_or_pus"))
    )
    calm = {
        "feeling": {"better", "same"}, "bleeding": {"none", "spotting"}, "fever": {"none"},
        "wound": {"none", "slight"}, "medicines": {"taking", "none"}, "instructions": {"clear"},
        "next_visit": {"booked", "not_needed", "wants_one"}, "teach_back": {"understood", "re_taught"},
        "pain": {"0", "1", "2", "3"},
    }  # fmt: skip
    well = all(answers[code] in allowed | {DECLINED} for code, allowed in calm.items())
    assert assess(answers).level is (Level.RED if red else Level.WELL if well else Level.CONCERN)
