"""How old a release of ICD-10-CM is on a day of service. The ICD year starts on October 1, with an April update."""

import datetime as dt
import re


def release_starts(release: str) -> dt.date:
    """The first day of a release: named by its month ("2026-04" is April 1, 2026) or by its ICD year alone.

    "2027" alone is the year that starts on October 1, 2026. Raises ValueError for a name without a year.
    """
    match = re.search(r"(20\d{2})(?:[-_ ]?(\d{1,2}))?", release)
    if not match:
        raise ValueError(f"The release {release!r} names no year.")
    year, month = int(match[1]), int(match[2] or 0)
    return dt.date(year, month, 1) if 1 <= month <= 12 else dt.date(year - 1, 10, 1)


def icd_year_starts(day: dt.date) -> dt.date:
    """October 1 of the ICD year that a day falls into."""
    return dt.date(day.year if day.month >= 10 else day.year - 1, 10, 1)


def is_out_of_date(release: str, day: dt.date) -> bool:
    """Whether a newer ICD year has begun since a release, so that codes may have come and gone."""
    return release_starts(release) < icd_year_starts(day)
