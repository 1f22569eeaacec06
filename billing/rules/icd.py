"""Which release of ICD-10-CM holds on a day of service. The ICD year starts on October 1, with an April update."""

import datetime as dt
import re
from collections.abc import Iterable

_MONTHS = {"april": 4, "apr": 4, "october": 10, "oct": 10}


def release_starts(release: str) -> dt.date:
    """The first day of a release named by its ICD year: "2026" (October 1, 2025) or "2026-04" (April 1, 2026).

    Raises ValueError for a name without a year.
    """
    match = re.search(r"(20\d{2})(?:[-_ ]?(\d{1,2}|[a-z]+))?", release.lower())
    if not match:
        raise ValueError(f"The release {release!r} names no year.")
    year, rest = int(match[1]), match[2] or ""
    month = _MONTHS.get(rest) or (int(rest) if rest.isdigit() else 0)
    if 1 <= month <= 9:
        return dt.date(year, month, 1)
    return dt.date(year - 1, 10, 1)


def release_on(releases: Iterable[str], day: dt.date) -> str | None:
    """The release that holds on a day: the latest begun by then, else the earliest on file."""
    ordered = sorted(releases, key=release_starts)
    begun = [release for release in ordered if release_starts(release) <= day]
    return begun[-1] if begun else (ordered[0] if ordered else None)


def icd_year_starts(day: dt.date) -> dt.date:
    """October 1 of the ICD year that a day falls into."""
    return dt.date(day.year if day.month >= 10 else day.year - 1, 10, 1)


def is_out_of_date(release: str, day: dt.date) -> bool:
    """Whether a newer ICD year has begun since a release, so that codes may have come and gone."""
    return release_starts(release) < icd_year_starts(day)
