"""Three-way merge: what does not overlap merges, what does is shown, nothing typed is lost."""

from hypothesis import given
from hypothesis import strategies as st

from clinic.core.merge import FieldConflict, read_snapshot, snapshot, three_way

rows = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 2))


def test_edits_of_different_fields_merge():
    merged, conflicts = three_way(
        {"city": "Elm", "zip": "1"}, {"city": "Oak", "zip": "1"}, {"city": "Elm", "zip": "2"}
    )
    assert merged == {"city": "Oak", "zip": "2"}
    assert conflicts == []


def test_edits_of_one_field_conflict_and_keep_mine():
    merged, conflicts = three_way({"city": "Elm"}, {"city": "Oak"}, {"city": "Ash"})
    assert merged == {"city": "Oak"}
    assert conflicts == [FieldConflict("city", "Elm", "Oak", "Ash")]


def test_collections_merge_by_key():
    base = {"phones": {"p1": "555-0100"}}
    mine = {"phones": {"p1": "555-0100", "p2": "555-0101"}}
    theirs = {"phones": {"p1": "555-0199"}}
    merged, conflicts = three_way(base, mine, theirs)
    assert merged == {"phones": {"p1": "555-0199", "p2": "555-0101"}}
    assert conflicts == []


def test_a_row_removed_by_one_and_left_alone_by_the_other_goes():
    base = {"phones": {"p1": "a", "p2": "b"}}
    merged, conflicts = three_way(base, {"phones": {"p1": "a"}}, {"phones": {"p1": "a", "p2": "b"}})
    assert merged == {"phones": {"p1": "a"}}
    assert conflicts == []


@given(rows, rows)
def test_when_they_changed_nothing_mine_stays(base, mine):
    merged, conflicts = three_way(base, mine, base)
    assert {k: v for k, v in merged.items() if v is not None} == mine
    assert conflicts == []


@given(rows, rows, rows)
def test_merging_is_fair(base, mine, theirs):
    _, one = three_way(base, mine, theirs)
    _, other = three_way(base, theirs, mine)
    assert {c.field for c in one} == {c.field for c in other}


def test_snapshot_survives_and_refuses_forgery():
    text = snapshot({"city": "Elm", "zip": None})
    assert read_snapshot(text) == {"city": "Elm", "zip": ""}
    assert read_snapshot(text[:-2] + "xx") is None
