"""Filled patterns escape like a template."""

from django.utils.safestring import SafeString, mark_safe

from clinic.ui.markup import fill, joined


def test_values_are_escaped_and_markup_is_left():
    made = fill("<b title='{words}'>{words}</b>{mark}", words="<i> & \"x\" 'y'", mark=mark_safe("<hr>"))
    assert isinstance(made, SafeString)
    shown = "&lt;i&gt; &amp; &quot;x&quot; &#x27;y&#x27;"
    assert made == f"<b title='{shown}'>{shown}</b><hr>"


def test_braces_in_a_value_are_words():
    assert fill("{name}", name="{other}") == "{other}"


def test_what_is_no_markup_is_escaped_when_joined():
    assert joined([mark_safe("<p>"), "<script>"]) == "<p>&lt;script&gt;"
