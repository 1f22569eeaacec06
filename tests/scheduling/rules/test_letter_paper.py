"""Letters as PDF: as many pages as letters, words as they stand, and nothing that the typeface lacks."""

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.letter_paper import Paper, letter_pdf, printable

BODY = "Dear Ana Soto,\n\nplease call us at 312-555-0100 <soon> & ask.\nThank you.\n\nMaple Street"


def paper(**fields) -> Paper:
    values = {
        "sender": ("Maple Street Family Health", "12 Maple St"), "to": ("Ana Soto", "1 Elm St", "Quincy, IL 62301"),
        "day": "03/10/2026", "heading": "We missed you", "body": BODY,
    }  # fmt: skip
    return Paper(**{**values, **fields})


def words_of(pdf: bytes) -> str:
    """What the pages show, from their streams."""
    import base64

    shown = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        text = zlib.decompress(base64.a85decode(stream.strip(), adobe=False) if b"~>" not in stream
                               else base64.a85decode(b"<~" + stream.strip(), adobe=True))  # fmt: skip
        shown += re.findall(rb"\((.*?)\) Tj", text)
    return b"\n".join(shown).decode("cp1252", "replace")


def test_each_letter_is_a_page_of_its_own():
    assert letter_pdf([paper(), paper(), paper()]).count(b"/Type /Page\n") == 3


def test_it_says_what_it_was_given():
    text = words_of(letter_pdf([paper(remark="Certified mail")]))
    for line in ("Certified mail", "Ana Soto", "1 Elm St", "Quincy, IL 62301", "03/10/2026", "We missed you"):
        assert line in text
    assert "please call us at 312-555-0100 <soon> & ask." in text.replace("\n", "")


def test_the_same_words_give_the_same_bytes():
    assert letter_pdf([paper()]) == letter_pdf([paper()])


@pytest.mark.parametrize(
    ("given_name", "printed"),
    [("Muñoz Ibáñez", "Muñoz Ibáñez"), ("Nguyễn", "Nguyen"), ("Łukasz Đặng", "Lukasz Dang"), ("李", "?")],
)
def test_what_the_typeface_lacks_is_made_plain(given_name, printed):
    assert printable(given_name) == printed


@given(st.text(max_size=200))
def test_any_text_can_be_printed(text):
    plain = printable(text)
    assert plain.encode("cp1252").decode("cp1252") == plain
    assert not any(one < " " and one != "\n" for one in plain)
