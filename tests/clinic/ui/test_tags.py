"""Template tags give exactly this."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.template import Context, Template

from clinic.ui import sparklines

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def rendered(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_pill_says_the_state_and_its_tone():
    assert rendered("{% pill 'no_show' %}") == '<span class="pill pill-danger">No-show</span>'
    assert rendered("{% pill 'with_provider' %}") == '<span class="pill pill-now">With provider</span>'


def test_pill_takes_words_and_tone_of_its_own():
    assert rendered("{% pill 'x' 'Two left' 'soon' %}") == '<span class="pill pill-soon">Two left</span>'


def test_pill_of_an_unknown_state_is_plain_and_escaped():
    assert (
        rendered("{% pill state %}", state="on_<b>hold")
        == '<span class="pill pill-plain">On &lt;b&gt;hold</span>'
    )


def test_pill_refuses_an_unknown_tone():
    assert rendered("{% pill 'done' '' 'pink' %}") == '<span class="pill pill-plain">Done</span>'


@pytest.mark.parametrize(
    ("amount", "words"),
    [(Decimal("1234.5"), "$1,234.50"), (Decimal("-25"), "-$25.00"), (Decimal("0"), "$0.00"), (None, "")],
)
def test_money(amount, words):
    assert rendered("{% money x %}", x=amount) == words


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("full", "Wed, Mar 4, 2026"),
        ("short", "Wed, Mar 4"),
        ("plain", "Mar 4, 2026"),
        ("numeric", "03/04/2026"),
    ],
)
def test_day_has_four_forms(form, words):
    assert rendered("{% day d form %}", d=date(2026, 3, 4), form=form) == words


def test_clock_is_in_the_zone_it_is_given():
    assert (
        rendered("{% clock at 'America/Chicago' %}", at=NOW)
        == '<time datetime="2026-03-04T15:00+00:00">9:00 AM</time>'
    )
    assert (
        rendered("{% clock at 'America/New_York' %}", at=NOW)
        == '<time datetime="2026-03-04T15:00+00:00">10:00 AM</time>'
    )
    assert rendered("{% clock at %}", at=None) == ""


@pytest.mark.parametrize(
    ("minutes", "level", "words"),
    [
        (14, "", "14m"),
        (15, " since-amber", "15m"),
        (29, " since-amber", "29m"),
        (30, " since-red", "30m"),
        (65, " since-red", "1h 05m"),
    ],
)
def test_since_changes_color_on_its_limits(minutes, level, words):
    start = NOW - timedelta(minutes=minutes)
    with time_machine.travel(NOW, tick=False):
        assert rendered("{% since at 15 30 %}", at=start) == (
            f'<time class="since{level}" datetime="{start.isoformat(timespec="seconds")}" data-since'
            f' data-amber="15" data-red="30">{words}</time>'
        )


def test_since_never_counts_below_zero():
    with time_machine.travel(NOW, tick=False):
        assert ">0m</time>" in rendered("{% since at %}", at=NOW + timedelta(minutes=5))


def test_icon_is_hidden_from_screen_readers_unless_it_has_a_label():
    assert ' aria-hidden="true">' in rendered("{% icon 'calendar' %}")
    labelled = rendered("{% icon 'calendar' words %}", words="Visits <today>")
    assert ' role="img" aria-label="Visits &lt;today&gt;">' in labelled
    assert "aria-hidden" not in labelled


def test_icon_never_reads_outside_its_folder():
    assert rendered("{% icon '../../../../package' %}") == rendered("{% icon 'no-such-icon' %}")


def test_empty_links_to_how_to_make_one():
    html = rendered("{% empty 'No visits yet' 'Book one with n' '/book/' 'Book a visit' %}")
    assert '<p class="empty-words">No visits yet</p>' in html
    assert '<a class="btn btn-primary" href="/book/">Book a visit</a>' in html


def test_form_key_is_new_each_time():
    keys = {rendered("{% form_key %}") for _ in range(3)}
    assert len(keys) == 3
    assert all(key.startswith('<input type="hidden" name="form_key" value="') for key in keys)


def test_avatar_leaves_the_credential_out():
    assert ">DR</span>" in rendered("{% avatar 'Dana Reyes, CMA' %}")
    assert ">OM</span>" in rendered("{% avatar 'Ortiz, Maria' %}")
    assert '<img src="/p/" alt="Maria Ortiz">' in rendered("{% avatar 'Maria Ortiz' '/p/' %}")


def test_around_disappears_when_there_is_nothing_in_it():
    source = "{% around 'aside' 'page-aside' %} {{ words }} {% endaround %}"
    assert rendered(source, words="") == ""
    assert rendered(source, words="x") == '<aside class="page-aside"> x </aside>'
    labelled = "{% around 'section' 'a b' 'Patient' %}x{% endaround %}"
    assert rendered(labelled) == '<section class="a b" aria-label="Patient">x</section>'


@pytest.mark.parametrize(
    ("inside", "level", "expected"),
    [
        ("Patients", 1, '<h1 class="page-title">Patients</h1>'),
        ('<h1 class="a">Patients</h1><p>x</p>', 1, '<h1 class="a">Patients</h1><p>x</p>'),
        ('<h1 class="a">Patients</h1>', 2, '<h2 class="a">Patients</h2>'),
        ("", 1, ""),
    ],
)
def test_heading_is_there_once_and_of_its_level(inside, level, expected):
    assert rendered(f"{{% heading {level} %}}{inside}{{% endheading %}}") == expected


def test_callout_of_danger_is_announced():
    assert 'class="callout callout-danger" role="alert"' in rendered(
        "{% callout 'danger' %}x{% endcallout %}"
    )
    assert (
        "role="
        not in rendered("{% callout 'soon' %}x{% endcallout %}").split("callout-body")[0].split("<svg")[0]
    )


def test_sparkline_draws_between_gaps_and_marks_the_last():
    drawn = sparklines.svg([1, 2, None, 2, 3], label="Weight")
    assert drawn.count("<polyline") == 2
    assert 'aria-label="Weight"' in drawn
    assert '<circle cx="85.0" cy="3.0" r="2.5"/>' in drawn


def test_sparkline_of_one_value_is_nothing():
    assert sparklines.svg([7, None]) == ""
