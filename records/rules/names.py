"""Names, ages, dates and numbers as people write them. No ORM, no clock."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

# Letters that carry no separable accent and so survive decomposition.
_UNDECOMPOSED = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "ı": "i",
    }
)
_APOSTROPHES = re.compile(r"['’ʼ`´.]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_DIGITS = re.compile(r"\D+")


def fold(text: str) -> str:
    """Lower case, no accents or apostrophes, other punctuation to spaces: O’Brien-Núñez → obrien nunez.

    The same function folds what is stored and what is searched, so the two always meet.
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_UNDECOMPOSED)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def digits(text: str) -> str:
    """Only the digits: (480) 555-0142 → 4805550142."""
    return _DIGITS.sub("", text)


def search_text(names: list[str], numbers: list[str]) -> str:
    """The one column the finder looks in. Begins with a space, so that every word start follows one.

    Hyphenated names are kept both apart and joined; numbers are stored as digits or folded ids.
    """
    words: list[str] = []
    for name in names:
        words.extend(fold(name).split())
        if "-" in name:
            words.append(fold(name.replace("-", "")).replace(" ", ""))
    words.extend(re.sub(r"[^a-z0-9]", "", fold(number)) for number in numbers)
    return " " + " ".join(dict.fromkeys(word for word in words if word))


def display_name(first: str, last: str, preferred: str = "", suffix: str = "") -> str:
    """Maria “Mia” Ortiz Jr."""
    called = f" “{preferred}”" if preferred and preferred != first else ""
    return f"{first}{called} {last}{f' {suffix}' if suffix else ''}"


def list_name(first: str, last: str) -> str:
    return f"{last}, {first}"


def age_years(born: dt.date, on: dt.date) -> int:
    """Whole years; someone born on Feb 29 turns a year older on Mar 1 in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_months(born: dt.date, on: dt.date) -> int:
    """Whole months."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def age_words(born: dt.date, on: dt.date) -> str:
    """38 y, 20 mo (under 2 years), 5 wk (under 3 months), 12 d (under 4 weeks)."""
    days = (on - born).days
    if days < 0:
        return "not born yet"
    if days < 28:
        return f"{days} d"
    months = age_months(born, on)
    if months < 3:
        return f"{days // 7} wk"
    return f"{months} mo" if months < 24 else f"{age_years(born, on)} y"


@dataclass(frozen=True)
class NameParts:
    first: str
    last: str


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}


def parse_birth_date(text: str, today: dt.date) -> dt.date | None:
    """A date of birth in any usual US form, or None.

    Takes 3/4/1988, 03-04-88, 3.4.1988, 03041988, 1988-03-04, 19880304, Mar 4 1988, 4 March 1988 and
    Mar 4, '88. Numbers are month first. A two-digit year is the latest that is not in the future.
    Dates in the future or over 130 years ago are refused, as is 2/30.
    """
    cleaned = text.strip().lower().replace(",", " ").replace("'", " ").replace("’", " ")
    year_month_day = _numeric(cleaned) or _worded(cleaned)
    if year_month_day is None:
        return None
    year, month, day, is_short = year_month_day
    if is_short:
        year += today.year // 100 * 100
    try:
        found = dt.date(year, month, day)
        if is_short and found > today:
            found = dt.date(year - 100, month, day)
    except ValueError:
        return _short_leap(year, month, day, today) if is_short else None
    return found if today.year - 130 <= found.year and found <= today else None


def _short_leap(year: int, month: int, day: int, today: dt.date) -> dt.date | None:
    # 2/29/00 read in a century whose year is no leap year may still be right in the one before.
    try:
        found = dt.date(year - 100, month, day)
    except ValueError:
        return None
    return found if found <= today else None


def _numeric(text: str) -> tuple[int, int, int, bool] | None:
    match = re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", text)
    if match:
        return int(match[1]), int(match[2]), int(match[3]), False
    match = re.fullmatch(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})", text)
    if match:
        return int(match[3]), int(match[1]), int(match[2]), len(match[3]) == 2
    if re.fullmatch(r"\d{8}", text):
        # 1988-03-04 run together starts with a century; 03-04-1988 never does, as no month is 19 or 20.
        if text[:2] in {"18", "19", "20"}:
            return int(text[:4]), int(text[4:6]), int(text[6:]), False
        return int(text[4:]), int(text[:2]), int(text[2:4]), False
    return None


def _worded(text: str) -> tuple[int, int, int, bool] | None:
    parts = re.split(r"[\s./-]+", text)
    if len(parts) != 3:
        return None
    months = [_MONTHS.get(part.rstrip(".")) for part in parts]
    if months[0]:
        month, day, year = months[0], parts[1], parts[2]
    elif months[1]:
        day, month, year = parts[0], months[1], parts[2]
    else:
        return None
    day = re.sub(r"(st|nd|rd|th)$", "", day)
    if not (day.isdigit() and len(day) <= 2 and year.isdigit() and len(year) in (2, 4)):
        return None
    return int(year), month, int(day), len(year) == 2
