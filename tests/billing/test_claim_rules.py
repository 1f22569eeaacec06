"""Pure rules of claims: states, account numbers, contracts, answers, decisions, names."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.adjudication import read_decision
from billing.rules.cards import luhn_holds
from billing.rules.claim_answers import told, verdict_of
from billing.rules.claim_states import (
    CLOSED,
    DRAFT,
    MOVES,
    READY,
    REJECTED,
    SENT,
    STATES,
    account_number,
    may_move,
    why_not,
)
from billing.rules.contracts import allowed_amount
from billing.rules.places import PLACES, usual_place
from billing.rules.subscribers import digits, split_name

WALKS = st.lists(st.sampled_from(sorted(STATES)), max_size=12)


@given(WALKS)
def test_whatever_is_tried_a_claim_stays_in_the_table(tries):
    """A claim that was sent never becomes a draft again unless it was rejected or never left."""
    state, was = DRAFT, [DRAFT]
    for target in tries:
        if may_move(state, target):
            state = target
            was.append(state)
        else:
            assert state in STATES
            assert why_not(state, target).startswith("This claim is ")
    for before, after in zip(was, was[1:], strict=False):
        assert after in MOVES[before]
        if after == DRAFT:
            assert before in (READY, REJECTED)
        if after == SENT:
            assert before == READY


def test_every_state_is_reached_and_every_state_can_end():
    reached, rest = {DRAFT}, [DRAFT]
    while rest:
        for after in MOVES[rest.pop()] - reached:
            reached.add(after)
            rest.append(after)
    assert reached == set(STATES) == set(MOVES)
    assert [state for state in STATES if state != CLOSED and not may_move(state, CLOSED)] == []
    assert not any(may_move(state, state) for state in STATES)
    assert not may_move("lost", DRAFT)


def test_account_numbers_notice_a_wrong_digit():
    assert [account_number(number) for number in (1, 42, 9_999_999)] == ["00000018", "00000422", "99999997"]
    number = account_number(1234)
    for place in range(len(number)):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not luhn_holds(wrong)
    with pytest.raises(ValueError, match="go from 1"):
        account_number(0)


RATES = {("G0463", ""): Decimal("80.00"), ("G0463", "QW"): Decimal("75.50")}


@pytest.mark.parametrize(
    ("code", "modifiers", "units", "charge", "percent", "allowed"),
    [
        ("G0463", (), 1, "120.00", None, "80.00"),
        ("G0463", ("25", "QW"), 2, "240.00", None, "151.00"),
        ("G0463", (), 2, "100.00", None, "100.00"),
        ("G0328", (), 1, "33.33", "65", "21.66"),
        ("G0328", (), 1, "33.33", None, None),
    ],
)
def test_allowed_amounts(code, modifiers, units, charge, percent, allowed):
    share = None if percent is None else Decimal(percent)
    got = allowed_amount(code, modifiers, units, Decimal(charge), RATES, share)
    assert got == (None if allowed is None else Decimal(allowed))


@pytest.mark.parametrize(
    ("category", "status", "entity", "verdict", "words", "field"),
    [
        ("A7", "562", "82", "rejected", "Information is invalid: NPI of the rendering provider.", "rendering.npi"),
        ("A3", "164", "IL", "rejected", "Returned, cannot be processed: Member number of the subscriber.",
         "coverage.member_id"),
        ("A6", "126", "QC", "rejected", "Information is missing: Address of the patient.", "patient.address_line1"),
        ("A2", "20", "PR", "accepted", "Accepted for processing.", ""),
        ("A3", "26", "85", "rejected", "Returned, cannot be processed: The billing provider was not found.",
         "billing.npi"),
        ("A7", "9999", "", "rejected", "Information is invalid: code 9999.", ""),
        ("Q9", "21", "", "waiting", "Category Q9: Something is missing or invalid.", ""),
    ],
)  # fmt: skip
def test_answers_in_words(category, status, entity, verdict, words, field):
    one = told(category, status, entity)
    assert (one.verdict, one.words, one.field) == (verdict, words, field)


def test_one_rejection_outweighs_an_acceptance():
    accepted, rejected, waiting = told("A2", "20"), told("A7", "21"), told("A0", "19")
    assert verdict_of([accepted, rejected]) == "rejected"
    assert verdict_of([waiting, accepted]) == "accepted"
    assert verdict_of([waiting]) == verdict_of([]) == "waiting"


def test_a_decision_is_read_whole_or_refused():
    kept = {
        "decided_on": "2026-03-20",
        "paid": "80.00",
        "patient_owes": "20.00",
        "lines": [
            {"line": 1, "paid": "80.00", "adjustments": [{"group": "PR", "reason": "2", "amount": "20.00"}]}
        ],
    }
    read = read_decision(kept)
    assert (read.decided_on, read.paid, read.lines[0].adjustments[0].amount) == (dt.date(2026, 3, 20), 80, 20)
    assert read_decision(None) is None
    for wrong in ({"paid": "much"}, {"lines": [{"paid": "1"}]}, {"decided_on": "soon"}):
        with pytest.raises(ValueError, match=r"amount|isoformat"):
            read_decision(wrong)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mary Ann Reed", ("Reed", "Mary Ann", "")),
        ("Reed, Mary", ("Reed", "Mary", "")),
        ("John Reed Jr.", ("Reed", "John", "Jr")),
        ("Reed", ("Reed", "", "")),
        ("Reed, Jr.", ("Reed", "", "Jr")),
        ("", ("", "", "")),
    ],
)
def test_names_of_subscribers(text, parts):
    assert split_name(text) == parts


def test_places_and_digits():
    assert [usual_place(kind) for kind in ("office", "nurse", "telehealth", "phone")] == [
        "11",
        "11",
        "10",
        "10",
    ]
    assert {usual_place(kind) for kind in ("office", "phone")} <= set(PLACES)
    assert [digits("+1 (217) 555-0199"), digits("62701-1234"), digits("12175550199")] == [
        "2175550199", "627011234", "12175550199",
    ]  # fmt: skip
