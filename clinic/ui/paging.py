"""Pages of a list without counting it: one row more than shown tells whether there is a next page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """Rows of one page; iterating gives the rows."""

    rows: list[Any]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def previous_number(self) -> int:
        return self.number - 1

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(request: HttpRequest, queryset: Any, size: int = PAGE_SIZE) -> Page:
    """The page that `?page=` names, of a sliceable; one query, never a COUNT. A wrong number is page 1."""
    raw = request.GET.get("page", "1")
    number = int(raw) if raw.isdecimal() and 0 < int(raw) < 10_000 else 1
    start = (number - 1) * size
    rows = list(queryset[start : start + size + 1])
    return Page(rows=rows[:size], number=number, has_next=len(rows) > size)
