"""The questions of a follow-up call, and what an answer means. No clock, no ORM.

The questions' words and the pain limits are data (`FollowUpScript`); which answers there are, and which of them a
call taker must act on, stand here, because the emergency path hangs on them. Source: domain specification 3.5 and 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    WELL = "well"
    CONCERN = "concern"
    RED = "red"


DECLINED = "declined"


@dataclass(frozen=True)
class Choice:
    value: str
    words: str
    level: Level = Level.WELL


@dataclass(frozen=True)
class Item:
    """One question. `choices` in the order they are offered; pain is a number from 0 to 10."""

    code: str
    name: str
    choices: tuple[Choice, ...]


def _pain() -> tuple[Choice, ...]:
    return tuple(Choice(str(number), str(number)) for number in range(11))


ITEMS: tuple[Item, ...] = (
    Item(
        "feeling",
        "How they are",
        (
            Choice("better", "Better"),
            Choice("same", "About the same"),
            Choice("worse", "Worse", Level.CONCERN),
        ),
    ),
    Item("pain", "Pain 0 to 10", _pain()),
    Item(
        "bleeding",
        "Bleeding",
        (
            Choice("none", "None"),
            Choice("spotting", "Spotting"),
            Choice("stopped", "More than spotting, has stopped", Level.CONCERN),
            Choice("does_not_stop", "Does not stop", Level.RED),
        ),
    ),
    Item(
        "fever",
        "Fever",
        (
            Choice("none", "None"),
            Choice("unmeasured", "Feels hot, not measured", Level.CONCERN),
            Choice("from_100_4", "100.4 °F (38.0 °C) or more", Level.CONCERN),
            Choice("from_104", "104 °F (40.0 °C) or more", Level.RED),
        ),
    ),
    Item(
        "wound",
        "Redness, swelling, drainage",
        (
            Choice("none", "None, or no wound"),
            Choice("slight", "A little, not growing"),
            Choice("growing", "Growing redness or swelling", Level.CONCERN),
            Choice("open_or_pus", "Opening, or pus", Level.CONCERN),
        ),
    ),
    Item(
        "medicines",
        "Medicines",
        (
            Choice("taking", "Has them and takes them"),
            Choice("none", "None were prescribed"),
            Choice("not_taking", "Has them, does not take them", Level.CONCERN),
            Choice("not_obtained", "Could not get them", Level.CONCERN),
        ),
    ),
    Item(
        "instructions",
        "Instructions",
        (Choice("clear", "Clear"), Choice("questions", "Has questions", Level.CONCERN)),
    ),
    Item(
        "next_visit",
        "Next visit",
        (
            Choice("booked", "Booked"),
            Choice("not_needed", "Not needed"),
            Choice("wants_one", "Wants one booked"),
        ),
    ),
    Item(
        "teach_back",
        "Teach-back",
        (
            Choice("understood", "Said it back rightly"),
            Choice("re_taught", "Rightly after a second time"),
            Choice("not_able", "Could not say it back", Level.CONCERN),
        ),
    ),
)
BY_CODE = {item.code: item for item in ITEMS}
HOT = {"unmeasured", "from_100_4", "from_104"}
ANGRY = {"growing", "open_or_pus"}
# Together these are one of the emergency list: a wound opening, pus or spreading redness with fever.
TOGETHER = "wound_with_fever"
TOGETHER_WORDS = "Fever with a wound that opens, runs or reddens"


@dataclass(frozen=True)
class Assessment:
    """`red` and `concerns` hold what was said, in words that a provider reads."""

    level: Level
    red: tuple[str, ...]
    concerns: tuple[str, ...]

    @property
    def words(self) -> str:
        return "; ".join((*self.red, *self.concerns))


def missing(answers: Mapping[str, str]) -> list[str]:
    """Codes of questions without an answer. "Did not want to say" is one."""
    return [item.code for item in ITEMS if not answers.get(item.code)]


def unknown(answers: Mapping[str, str]) -> list[str]:
    """Codes of answers that the script does not know."""
    return [
        code
        for code, value in answers.items()
        if code not in BY_CODE
        or (value != DECLINED and value not in {choice.value for choice in BY_CODE[code].choices})
    ]


def assess(
    answers: Mapping[str, str],
    *,
    pain_concern_from: int = 4,
    pain_red_from: int = 8,
    flags: Mapping[str, bool] | None = None,
    flag_names: Mapping[str, str] | None = None,
) -> Assessment:
    """What the answers mean: well, a concern for the provider today, or a red flag now.

    `flags` are the groups of the emergency list that were asked about, each yes or no; any yes is red.
    """
    red = [(flag_names or {}).get(code, code) for code, is_yes in (flags or {}).items() if is_yes]
    concerns: list[str] = []
    for item in ITEMS:
        value = answers.get(item.code, "")
        choice = next((one for one in item.choices if one.value == value), None)
        if choice is None:
            continue
        level = (
            _pain_level(int(value), pain_concern_from, pain_red_from) if item.code == "pain" else choice.level
        )
        words = f"{item.name}: {choice.words[0].lower()}{choice.words[1:]}"
        if level is Level.RED:
            red.append(words)
        elif level is Level.CONCERN:
            concerns.append(words)
    if answers.get("fever") in HOT and answers.get("wound") in ANGRY:
        red.append(TOGETHER_WORDS)
    level = Level.RED if red else Level.CONCERN if concerns else Level.WELL
    return Assessment(level, tuple(red), tuple(concerns))


def _pain_level(pain: int, concern_from: int, red_from: int) -> Level:
    return Level.RED if pain >= red_from else Level.CONCERN if pain >= concern_from else Level.WELL
