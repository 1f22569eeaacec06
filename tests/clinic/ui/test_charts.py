"""Plots without script or inline style, safe against what names may hold."""

import re

import pytest

from clinic.ui.charts import Series, plot, ticks


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (0, [0, 1]), (1, [0, 0.5, 1]), (3, [0, 1, 2, 3]), (4, [0, 1, 2, 3, 4]), (7, [0, 2, 4, 6, 8]), (55, [0, 20, 40, 60]),
        (0.15, [0, 0.05, 0.1, 0.15]), (1000, [0, 500, 1000]),
    ],
)  # fmt: skip
def test_ticks_are_round_and_hold_the_most(most, expected):
    assert ticks(most) == pytest.approx(expected)


def test_nothing_is_drawn_of_nothing():
    assert plot("line", [], [], title="x") == ""
    assert plot("line", ["a"], [Series("s", (None,))], title="x") == ""


@pytest.mark.parametrize("form", ["line", "bars", "stack", "spread"])
def test_a_plot_has_a_name_escapes_and_no_inline_style(form):
    drawn = plot(form, ["<b>", "Tue"], [Series("A&B", (1, 2)), Series("C", (2, None))], title='Say "x"')
    assert 'aria-label="Say &quot;x&quot;' in drawn
    assert "<b>" not in drawn
    assert "&lt;b&gt;" in drawn
    assert "A&amp;B" in drawn
    assert not re.search(r"style=|<script|onload", drawn)


def test_a_gap_breaks_the_line():
    drawn = plot("line", list("abcde"), [Series("s", (1, 2, None, 3, 4))], title="x")
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 5 - 1


def test_bars_are_as_high_as_their_values():
    drawn = plot("bars", ["a", "b"], [Series("s", (10, 5))], title="x")
    heights = [float(high) for high in re.findall(r'<rect class="s1"[^>]* height="([\d.]+)"', drawn)]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)


def test_a_stack_stands_on_what_is_below_it():
    drawn = plot("stack", ["a"], [Series("s", (6,)), Series("t", (4,))], title="x")
    (y1, h1), (y2, h2) = re.findall(
        r'<rect class="s\d" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn
    )
    assert float(y2) + float(h2) == pytest.approx(float(y1), abs=0.2)
