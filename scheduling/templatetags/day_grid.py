"""The cells of the day's grid: `{% load day_grid %}`, `{% day_cells column.cells %}`.

A day has some hundred of them, and as template text they were two thirds of what the page cost.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from clinic.ui.markup import fill, joined
from scheduling.queries.day_rows import Cell

register = template.Library()

_VISIT = (
    '<a class="cell cell-visit{short} tone-of-{tone} {place}" id="v-{id}" href="{url}" data-dialog="wide">'
    '<span class="visit-line">{mark}{clock} <b>{name}</b></span>'
    '<span class="visit-sub"><span class="visually-hidden">{state}. </span>{sub}</span></a>'
)
_MARK = '<span class="visit-mark">{mark}</span>'
_FREE = (
    '<a class="cell cell-free {place}" href="{url}" data-dialog title="{words}" aria-label="Book {words}">'
    "<span>+ {words}</span></a>"
)
_OTHER = '<span class="cell cell-{kind} {place}">{words}</span>'
_WORDS = '<span class="cell-words">{words}</span>'


@register.simple_tag
def day_cells(cells: Iterable[Cell]) -> SafeString:
    """A column's visits, free time to click, and time that is off, away or held."""
    return joined(map(_cell, cells))


def _cell(cell: Cell) -> SafeString:
    if cell.visit:
        return _visit(cell)
    if cell.kind == "free":
        return fill(_FREE, place=cell.place, url=cell.url, words=cell.words)
    words = fill(_WORDS, words=cell.words) if cell.words else ""
    return fill(_OTHER, kind=cell.kind, place=cell.place, words=words)


def _visit(cell: Cell) -> SafeString:
    visit = cell.visit
    return fill(
        _VISIT,
        short=" cell-short" if cell.is_short else "",
        tone=visit.tone,
        place=cell.place,
        id=visit.id,
        url=visit.url,
        mark=fill(_MARK, mark=visit.mark) if visit.mark else "",
        clock=visit.clock,
        name=visit.name,
        state=visit.state_words,
        sub=visit.sub,
    )
