"""The cells of the day's grid: `{% load day_grid %}`, `{% day_cells column.cells %}`.

A day has some hundred of them, and as template text they were two thirds of what the page cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from clinic.ui.markup import fill, joined
from scheduling.queries.day_rows import Cell, Step, Visit
from scheduling.rules.marks import Mark, words_of

register = template.Library()

_VISIT = (
    '<a class="cell cell-visit{short}{kind} tone-of-{tone} {place}" id="v-{id}{part}" href="{url}" data-dialog="wide"{gesture}>'
    '<span class="visit-line">{mark}{signs}{clock} <b>{name}</b></span>'
    '<span class="visit-sub"><i class="type-swatch fill-{color}"></i>'
    '<span class="visually-hidden">{state}. {warnings}</span>{sub}</span></a>'
)
# What static/js/scheduling/move.js reads off a visit that can still be changed.
_GESTURE = ' data-visit data-at="{at}" data-minutes="{minutes}"'
_SIGNS = '<span class="marks" title="{words}">{signs}</span>'
_SIGN = '<svg class="warn-sign" aria-hidden="true"><use href="#{name}"/></svg>'
_MARK = '<span class="visit-mark">{mark}</span>'
# One added step: its own time, what it is, and what it belongs to. It moves with its visit, never alone.
_STEP_SUB = "{name} · part of {visit} {clock}{who}"
_CLASH = "Same time as another here"
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
    visit, step = cell.visit, cell.step
    # What is to be mended about a visit stands on its main part, once.
    marks = () if step else visit.marks
    warnings = [words for words in (words_of(marks), _CLASH if cell.is_clash else "") if words]
    return fill(
        _VISIT,
        short=" cell-short" if cell.is_short else "",
        kind=(" cell-step" if step else "") + (" is-clash" if cell.is_clash else ""),
        tone=visit.tone,
        place=cell.place,
        id=visit.id,
        part=f"-{step.id}{cell.part}" if step else cell.part,
        url=visit.url,
        gesture=_gesture(visit) if visit.may_change and not step else "",
        mark=fill(_MARK, mark=visit.mark) if visit.mark and not step else "",
        signs=_signs(marks, cell.is_clash) if marks or cell.is_clash else "",
        warnings=f"{', '.join(warnings)}. " if warnings else "",
        color=step.color if step else visit.color,
        clock=step.clock if step else visit.clock,
        name=visit.name,
        state=visit.state_words,
        sub=_step_words(visit, step) if step else visit.sub,
    )


def _gesture(visit: Visit) -> SafeString:
    return fill(_GESTURE, at=visit.at, minutes=visit.minutes)


def _step_words(visit: Visit, step: Step) -> str:
    who = f", {visit.who}" if visit.who else ""
    return _STEP_SUB.format(name=step.name, visit=visit.type_name, clock=visit.clock, who=who)


@lru_cache(maxsize=64)
def _signs(marks: tuple[Mark, ...], is_clash: bool) -> SafeString:
    """The signs of a visit's warnings; there are few combinations."""
    words = [words for words in (_CLASH if is_clash else "", words_of(marks)) if words]
    names = [*(["sign-clash"] if is_clash else []), *(f"mark-{mark}" for mark in marks)]
    signs = joined(fill(_SIGN, name=name) for name in names)
    return fill(_SIGNS, words=", ".join(words), signs=signs)
