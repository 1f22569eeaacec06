"""Warnings of a visit: what is shown, until when, and that every one has a sign and words."""

import re
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from scheduling.rules.marks import WORDS, Facts, Mark, marks_of, words_of

FINE = Facts(
    is_upcoming=True,
    is_soon=True,
    is_confirmed=True,
    is_coverage_checked=True,
    gaps=(),
    needs_interpreter=False,
    has_namesake=False,
)
ALL = replace(
    FINE,
    is_confirmed=False,
    is_coverage_checked=False,
    gaps=("no phone",),
    needs_interpreter=True,
    has_namesake=True,
)


def test_each_warning_follows_from_its_fact():
    assert marks_of(FINE) == ()
    assert marks_of(ALL) == tuple(Mark)
    assert marks_of(replace(FINE, is_confirmed=False)) == (Mark.UNCONFIRMED,)
    assert marks_of(replace(FINE, is_coverage_checked=False)) == (Mark.COVERAGE,)
    assert marks_of(replace(FINE, gaps=("no address",))) == (Mark.FORMS,)


def test_nobody_calls_about_next_week_yet():
    assert marks_of(replace(FINE, is_confirmed=False, is_soon=False)) == ()


def test_what_can_be_mended_beforehand_is_not_shown_once_the_patient_is_here():
    assert marks_of(replace(ALL, is_upcoming=False)) == (Mark.INTERPRETER, Mark.SAME_NAME)


def test_words():
    assert words_of((Mark.COVERAGE, Mark.SAME_NAME)) == "Coverage not checked, Same name today"
    assert set(WORDS) == set(Mark)


def test_every_warning_has_its_sign_and_its_line_in_the_legend():
    folder = Path(settings.BASE_DIR, "templates", "scheduling", "calendar")
    sheet, legend = (folder / name for name in ("_marks.html", "_legend.html"))
    assert re.findall(r'icon_symbol "[a-z-]+" "mark-([a-z-]+)"', sheet.read_text()) == [m.value for m in Mark]
    lines = re.findall(r'<use href="#mark-([a-z-]+)"/></svg>([^<]+)</li>', legend.read_text())
    assert lines == [(mark.value, mark.words) for mark in Mark]
