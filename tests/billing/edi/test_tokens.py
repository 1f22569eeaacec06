"""Segments out of bytes: whatever the delimiters, line breaks and the size of the file."""

from __future__ import annotations

import hashlib
import string
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError
from billing.edi.tokens import LONGEST_SEGMENT, Source, Tokens
from tests.billing.edi.files import ISA, file

CARRIED = string.ascii_letters + string.digits + " .,-'/()"
MARKS = "*|~^:>`+!\x1c\x1d\x1e\x1f"


def segments(given: bytes | str) -> list[list[str]]:
    return [segment.elements for segment in Tokens(Source(given))]


@st.composite
def files(draw):
    """Delimiters, and segments as lists of elements; what carries text has no blank at its edges, as files have none."""
    element, repetition, component, end = draw(st.permutations(MARKS))[:4]
    text = st.text(CARRIED, max_size=8).map(str.strip)
    tag = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=3).filter(
        lambda tag: tag not in ("ISA", "IEA")
    )
    element_text = st.one_of(text, st.lists(text, min_size=2, max_size=3).map(component.join))
    repeated = st.lists(element_text, min_size=1, max_size=2).map(repetition.join)
    lines = draw(st.lists(st.tuples(tag, st.lists(repeated, max_size=6)), max_size=12))
    return (element, repetition, component, end), [[head, *rest] for head, rest in lines]


@settings(max_examples=60, deadline=None)
@given(files(), st.sampled_from(["", "\n", "\r\n", "\r\n   "]), st.sampled_from(["", "\ufeff"]))
def test_what_was_written_is_read_back(written, between, mark):
    (element, repetition, component, end), lines = written
    isa = ISA.translate(str.maketrans("*^:", element + repetition + component))
    whole = [isa, *(element.join(line) for line in lines), element.join(["IEA", "1", "000000017"])]
    text = mark + "".join(line + end + between for line in whole)
    read = segments(text.encode())
    assert read[1:-1] == lines
    assert read[-1] == ["IEA", "1", "000000017"]


def test_parts_and_repetitions_follow_the_delimiters_of_their_interchange():
    other = ISA.replace("*", "|").replace("^", "!").replace(":", ">").replace("000000017", "000000018")
    text = f"{ISA}~EB*B**1^33*A:B : C*~IEA*0*000000017~\n\n{other}\nEB|B||1!33|A>B\nIEA|0|000000018\n"
    read = [segment for segment in Tokens(Source(text)) if segment.id == "EB"]
    assert [segment.repeats(3) for segment in read] == [["1", "33"], ["1", "33"]]
    assert read[0].parts(4) == ["A", "B", "C"]
    assert (read[1].part(4, 2), read[1].part(4, 3), read[1][9]) == ("B", "", "")
    assert read[0].text == "EB*B**1^33*A:B : C*"


def test_a_letter_in_place_of_the_repetition_separator_separates_nothing():
    text = f"{ISA.replace('^', 'U')}~NM1*UNRUH~IEA*0*000000017~"
    assert [one.repeats(1) for one in Tokens(Source(text)) if one.id == "NM1"] == [["UNRUH"]]


@pytest.mark.parametrize(
    ("mark", "name"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")]
)
def test_byte_order_marks_are_no_part_of_the_text(mark, name):
    assert segments(mark + f"{ISA}~IEA*0*000000017~".encode(name))[1] == ["IEA", "0", "000000017"]


def test_bytes_that_are_no_utf8_are_read_as_latin1_and_nul_is_left_out():
    read = segments(f"{ISA}~NM1*PE".encode() + b"\xd1\x00A*\xc3\x91~IEA*0*000000017~")
    assert read[1] == ["NM1", "PEÑA", "Ñ"]


@pytest.mark.parametrize("width", [40, 80])
def test_lines_broken_inside_a_segment_are_joined(width):
    whole = f"{ISA}~NM1*IL*1*ABERG*INGRID~IEA*0*000000017~"
    wrapped = "\r\n".join(whole[at : at + width] for at in range(0, len(whole), width))
    assert segments(wrapped) == segments(whole)


def test_the_source_tells_the_hash_and_the_bytes_of_the_file(tmp_path):
    text = file("999", "AK1*HC*5", "AK9*A*1*1*1")
    path = tmp_path / "receipt.999"
    path.write_text(text)
    for given_ in (path, text, text.encode()):
        reading = Reading(given_)
        assert [one.kind for one in reading.sets()] == ["999"]
        assert reading.source.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert (reading.source.size, reading.source.raw()) == (len(text), text.encode())


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        (b"", "The file is empty."),
        (b" \r\n\t ", "The file is empty."),
        (b"ST*271*0001*005010X279A1~SE*2*0001~", "does not begin with an interchange header"),
        (b"MSH|^~\\&|LAB", "does not begin with an interchange header"),
        (b"<html>ISA*00*</html>", "does not begin with an interchange header"),
        (ISA[:60].encode(), "is not whole"),
        (ISA.encode(), "does not name its delimiters"),
        (ISA.replace(":", "*").encode() + b"~", "does not name its delimiters"),
        (ISA.encode() + b"GS*HB", "does not name its delimiters"),
        (ISA.encode() + b"~NM1*" + b"A" * (LONGEST_SEGMENT + 70_000), "without the end of a segment"),
    ],
)
def test_what_is_no_x12_file_is_refused_in_words(given_, words):
    with pytest.raises(EdiError, match=words):
        list(Tokens(Source(given_)))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(EdiError, match="cannot be read: No such file"):
        list(Tokens(Source(tmp_path / "none.835")))


def test_text_between_and_after_interchanges_is_reported():
    tokens = Tokens(Source(f"{ISA}~IEA*0*000000017~ remark {ISA}~IEA*0*000000017~ bye"))
    assert [segment.id for segment in tokens] == ["ISA", "IEA", "ISA", "IEA"]
    assert tokens.warnings == [
        "7 characters between two interchanges belong to none.",
        "3 characters after the last interchange belong to none.",
    ]


def test_a_segment_does_not_show_what_it_says_about_people():
    (_, name, _) = Tokens(Source(f"{ISA}~NM1*IL*1*ABERG~IEA*0*000000017~"))
    assert repr(name) == "<Segment 2 NM1>"


def test_memory_stays_flat_however_long_the_file(tmp_path):
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.txt"
        path.write_text(ISA + "~\n" + "CAS*CO*45*12.50*1~\n" * count + "IEA*0*000000017~\n")
        tracemalloc.start()
        assert sum(1 for _ in Tokens(Source(path))) == count + 2
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(40_000) < 1.5 * peak(10_000)
