"""The cells of the day's grid: `{% load day_grid %}`, `{% day_cells column.cells %}`.

A day has some hundred of them, and as template text they were two thirds of what the page cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from clinic.ui.markup import fill, joined
from scheduling.queries.day_rows import Cell
from scheduling.rules.marks import Mark, words_of

register = template.Library()

_VISIT = (
    '<a class="cell cell-visit{short} tone-of-{tone} {place}" id="v-{id}{part}" href="{url}" data-dialog="wide"{gesture}>'
    '<span class="visit-line">{mark}{signs}{clock} <b>{name}</b></span>'
    '<span class="visit-sub"><i class="type-swatch fill-{color}"></i>'
    '<span class="visually-hidden">{state}. {warnings}</span>{sub}</span></a>'
)
# What static/js/scheduling/move.js reads off a visit that can still be changed.
_GESTURE = ' data-visit data-at="{at}" data-minutes="{minutes}"'
_SIGNS = '<span class="marks" title="{words}">{signs}</span>'
_SIGN = '<svg class="warn-sign" aria-hidden="true"><use href="#mark-{mark}"/></svg>'
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
        part=cell.part,
        url=visit.url,
        gesture=fill(_GESTURE, at=visit.at, minutes=visit.minutes) if visit.may_change else "",
        mark=fill(_MARK, mark=visit.mark) if visit.mark else "",
        signs=_signs(visit.marks) if visit.marks else "",
        warnings=f"{visit.mark_words}. " if visit.marks else "",
        color=visit.color,
        clock=visit.clock,
        name=visit.name,
        state=visit.state_words,
        sub=visit.sub,
    )


@lru_cache(maxsize=64)
def _signs(marks: tuple[Mark, ...]) -> SafeString:
    """The signs of a visit's warnings; there are few combinations."""
    return fill(_SIGNS, words=words_of(marks), signs=joined(fill(_SIGN, mark=mark) for mark in marks))
