"""Cells of a CSV file that a spreadsheet opens."""

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: Any) -> Any:
    """The value for a cell. A text that a spreadsheet would run as a formula gets an apostrophe before it.

    Numbers stay as they are, None is an empty cell; blanks before the formula don't hide it.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
