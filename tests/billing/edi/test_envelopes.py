"""Interchanges, groups and sets: wrong counts are told and read on, wrong versions and missing envelopes refused."""

from __future__ import annotations

import pytest

from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError
from tests.billing.edi.files import ISA, file, interchange, transaction

RECEIPT = ("AK1*HC*5", "AK9*A*1*1*1")


def warnings(text: str) -> list[str]:
    found = []
    for source in Reading(text).sets():
        list(source.segments)
        found += source.warnings
    return found


def test_a_right_file_has_nothing_to_be_warned_of():
    (source,) = Reading(file("999", *RECEIPT)).sets()
    assert (source.kind, source.version, source.control) == ("999", "005010X231A1", "0001")
    head, group = source.interchange, source.group
    assert (head.sender, head.receiver, head.control, head.is_test) == ("PAYER", "CLINIC", "000000017", False)
    assert (str(head.sent_on), head.sent_at, group.kind, group.control) == ("2026-03-01", "0930", "FA", "5")
    assert (source.warnings, source.is_whole, source.count) == ([], True, 4)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("SE*4*0001", "SE*9*0001", "Segment 6: SE counts 9 segments, there are 4."),
        ("SE*4*0001", "SE*4*0002", "Segment 6: SE has control number 0002, ST 0001."),
        ("GE*1*5", "GE*3*5", "Segment 7: GE counts 3 transaction sets, there are 1."),
        ("GE*1*5", "GE*1*6", "Segment 7: GE has control number 6, GS 5."),
        ("IEA*1*000000017", "IEA*2*000000017", "Segment 8: IEA counts 2 groups, there are 1."),
        ("IEA*1*000000017", "IEA*1*000000018", "Segment 8: IEA has control number 000000018, ISA 000000017."),
        ("SE*4*0001~\n", "", "Segment 6: the transaction set has no end (SE) before GE."),
        ("GE*1*5~\n", "", "Group 5 has no end (GE)."),
        ("IEA*1*000000017~\n", "", "Interchange 000000017 has no end (IEA)."),
        ("*00501*", "*00401*", "Segment 1: the interchange says version 00401, not 00501."),
        ("GS*FA*", "GS*HB*", "The group is of kind HB, a 999 belongs into FA."),
        ("*005010X231A1\nGE", "GE", ""),
        ("SE*4*0001~\n", "SE*4*0001~\nZZ*1~\nZZ*2~\n", "2 segments stand outside every transaction set."),
        ("X*005010X231A1", "X*005010X231", "The group says version 005010X231, its transaction set 005010X231A1."),
        ("ISA*00*          ", "ISA*00*         ", "Segment 1: the interchange header is 105 characters wide, not 106."),
    ],
)  # fmt: skip
def test_what_is_odd_is_told_and_read_on(old, new, words):
    changed = file("999", *RECEIPT).replace(old, new, 1)
    assert warnings(changed) == ([words] if words else [])


def test_a_file_that_ends_inside_a_set_is_read_as_far_as_it_goes():
    text = file("999", *RECEIPT)
    (source,) = Reading(text[: text.index("AK9") + 5]).sets()
    assert [
        segment.id for segment in source.segments
    ] == []  # the generator has been run to its end by sets()
    assert (source.is_closed, source.is_whole) == (False, False)
    assert "The file ends inside a transaction set." in source.warnings


def test_several_interchanges_groups_and_sets():
    one = interchange("999", transaction("999", *RECEIPT), transaction("999", *RECEIPT, control="0002"))
    two = file("835", "BPR*H*0*C*NON", "TRN*1*X*1")
    read = []
    reading = Reading(one + "\n" + two)
    for source in reading.sets():
        read.append((source.kind, source.control, [segment.id for segment in source.segments][1:-1]))
        assert source.warnings == []
    assert read == [
        ("999", "0001", ["AK1", "AK9"]),
        ("999", "0002", ["AK1", "AK9"]),
        ("835", "0001", ["BPR", "TRN"]),
    ]


def test_a_control_number_twice_in_a_group_is_told():
    text = interchange("999", transaction("999", *RECEIPT), transaction("999", *RECEIPT))
    assert warnings(text) == ["Segment 7: control number 0001 occurs twice in its group."]


def test_an_interchange_without_its_end_gives_way_to_the_next():
    text = file("999", *RECEIPT).replace("IEA*1*000000017~\n", "")
    assert warnings(text + file("999", *RECEIPT)) == ["Interchange 000000017 has no end (IEA)."]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("005010X231A1", "004010X231A1", "Version 004010X231A1 is not read; ask the sender for 005010."),
        ("005010X231A1", "006020X231A1", "Version 006020X231A1 is unknown here; only 005010 is read."),
        ("X*005010X231A1", "X*004010X231A1", "which of them holds cannot be known."),
        ("X*005010X231A1", "X*005010X279A1", "which of them holds cannot be known."),
        ("ST*999*", "ST*834*", "A transaction set 834 of guide 005010X231A1 is not among those read."),
        ("GS*", "ZS*", "A transaction set stands outside a group"),
        ("ST*", "ZT*", "The file holds no transaction set."),
    ],
)
def test_what_cannot_be_trusted_is_refused_in_words(old, new, words):
    changed = file("999", *RECEIPT).replace(old, new)
    with pytest.raises(EdiError, match=words.replace("(", r"\(")):
        list(Reading(changed).sets())


def test_a_refusal_names_no_more_of_the_file_than_a_header_may_hold():
    changed = file("999", *RECEIPT).replace("005010X231A1", "ABERG, INGRID <1970>; 12 Lake Road, Duluth")
    with pytest.raises(EdiError) as refused:
        list(Reading(changed).sets())
    assert str(refused.value) == 'Version "ABERG INGRID 1970" is unknown here; only 005010 is read.'


def test_the_rest_can_be_read_beside_a_refused_set():
    text = file("999", *RECEIPT).replace("005010", "004010") + file("999", *RECEIPT)
    assert [bool(source.refusal) for source in Reading(text).sets(is_strict=False)] == [True, False]


def test_what_stands_before_a_torn_interchange_is_handed_out_first():
    sets = Reading(file("999", *RECEIPT) + ISA[:50]).sets()
    assert next(sets).control == "0001"
    with pytest.raises(EdiError, match="is not whole"):
        next(sets)


def test_a_receipt_for_an_interchange_stands_beside_sets():
    text = file("999", *RECEIPT).replace("GS*", "TA1*000000099*260301*0900*R*006~\nGS*", 1)
    assert [(source.kind, source.control) for source in Reading(text).sets()] == [
        ("TA1", "000000099"),
        ("999", "0001"),
    ]
