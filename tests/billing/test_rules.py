import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.cards import holds_card_number, luhn_holds
from billing.rules.codes import is_code, looks_licensed
from billing.rules.fee_file import read_fees
from billing.rules.icd import icd_year_starts, is_out_of_date, release_starts
from billing.rules.ledger import adjustment_lines, charge_lines, mirrored, payment_lines, receipt_words, total
from billing.rules.pointers import read_letters
from billing.rules.usual import compared, usual

AMOUNTS = st.decimals("0.01", "99999", places=2)


def with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if luhn_holds(body + digit))


@given(
    body=st.text("0123456789", min_size=12, max_size=18).filter(lambda text: len(set(text)) > 2),
    gap=st.sampled_from(["", " ", "-"]),
    around=st.sampled_from([("", ""), ("card ", ""), ("ref:", " ok")]),
)
def test_a_card_number_is_found_spaced_dashed_or_in_words(body, gap, around):
    number = with_check_digit(body)
    spread = gap.join(number[place : place + 4] for place in range(0, len(number), 4))
    assert holds_card_number(f"{around[0]}{spread}{around[1]}")


@pytest.mark.parametrize(
    "text", ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "9994111111111111111"]
)
def test_test_numbers_of_the_card_brands_are_found(text):
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["", "1042", "last four 4242", "AUTH 123456", "000000000000000", "4111111111111112", "312-555-0142"],
)
def test_references_are_let_through(text):
    assert not holds_card_number(text)


@given(amount=AMOUNTS)
def test_every_entry_sums_to_zero_and_its_mirror_undoes_it(amount):
    for lines in (charge_lines(amount), payment_lines(amount), adjustment_lines(amount)):
        assert total(lines) == 0
        assert {(line.account, line.amount) for line in mirrored(lines)} == {
            (line.account, -line.amount) for line in lines
        }


@pytest.mark.parametrize("code", ["00000", "00001", "0000A", "0000F", "0000T", "0000U"])
def test_licensed_looking_codes(code):
    assert looks_licensed(code) == (code != "0000A")


@pytest.mark.parametrize(
    ("code", "good"),
    [("LOC-101", True), ("J1885", True), ("A", False), ("loc", False), ("X" * 17, False), ("A B", False)],
)
def test_codes(code, good):
    assert is_code(code) is good


@pytest.mark.parametrize(
    ("release", "day"),
    [("2026-04", dt.date(2026, 4, 1)), ("2025-10", dt.date(2025, 10, 1)), ("2027", dt.date(2026, 10, 1))],
)
def test_releases_start(release, day):
    assert release_starts(release) == day


def test_the_icd_year_starts_on_october_1():
    assert icd_year_starts(dt.date(2026, 9, 30)) == dt.date(2025, 10, 1)
    assert icd_year_starts(dt.date(2026, 10, 1)) == dt.date(2026, 10, 1)
    assert is_out_of_date("2026-04", dt.date(2026, 10, 1))
    assert not is_out_of_date("2026-04", dt.date(2026, 9, 30))


@pytest.mark.parametrize(
    ("text", "places"), [("", []), ("A", [1]), ("ba", [2, 1]), ("c, a", [3, 1]), ("ABCD", [1, 2, 3, 4])]
)
def test_letters(text, places):
    assert read_letters(text, 4) == places


@pytest.mark.parametrize(("text", "count"), [("AA", 2), ("C", 2), ("ABCDE", 5), ("A", 0)])
def test_letters_refused(text, count):
    with pytest.raises(ValueError, match="."):
        read_letters(text, count)


def test_usual_day():
    assert usual([Decimal(10), Decimal(30), Decimal(20)]) == 20
    assert usual([Decimal(10)]) is None
    assert compared(Decimal(110), Decimal(100)) == "10 % above usual"
    assert compared(Decimal(96), Decimal(100)) == "usual"
    assert compared(Decimal(50), None) == ""


def test_receipts_are_printed_with_six_digits():
    assert receipt_words(42) == "R-000042"


HEADER = "code,words,price,kind,effective_from,cvx\n"


def test_a_fee_file_is_read():
    lines, errors = read_fees(
        [
            HEADER,
            'LOC-101,"Visit, short","$1,080.50",visit,2026-01-01,\n',
            "\n",
            "VAC-1,Flu vaccine,30,vaccine,1/31/2026,150\n",
        ],
        licensed=False,
    )
    assert errors == []
    assert [(line.number, line.code, line.price, line.effective_from, line.cvx) for line in lines] == [
        (2, "LOC-101", Decimal("1080.50"), dt.date(2026, 1, 1), ""),
        (4, "VAC-1", Decimal("30.00"), dt.date(2026, 1, 31), "150"),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("00001,Visit,10,visit,2026-01-01,", "licensed"),
        ("X Y,Visit,10,visit,2026-01-01,", "cannot be a code"),
        ("LOC-1,,10,visit,2026-01-01,", "words"),
        ("LOC-1,Visit,ten,visit,2026-01-01,", "price"),
        ("LOC-1,Visit,-1,visit,2026-01-01,", "price"),
        ("LOC-1,Visit,1.005,visit,2026-01-01,", "price"),
        ("LOC-1,Visit,1,surgery,2026-01-01,", "kind"),
        ("LOC-1,Visit,1,visit,soon,", "date"),
        ("LOC-1,Visit,1,visit,2026-01-01,x", "CVX"),
        ("LOC-1,Visit,1", "words|kind|date|price"),
    ],
)
def test_a_wrong_line_is_named(row, words):
    lines, [error] = read_fees([HEADER, row + "\n"], licensed=False)
    assert lines == []
    assert error.startswith("line 2: ")
    assert any(word in error for word in words.split("|"))


def test_licensed_codes_pass_when_the_clinic_says_so():
    lines, errors = read_fees([HEADER, "00001,Visit,10,visit,2026-01-01,\n"], licensed=True)
    assert [line.code for line in lines] == ["00001"]
    assert errors == []


def test_a_doubled_line_and_a_missing_column_are_errors():
    assert read_fees(
        [HEADER, "LOC-1,V,1,visit,2026-01-01,\n", "loc-1,V,2,visit,2026-01-01,\n"], licensed=False
    )[1] == ["line 3: LOC-1 from 2026-01-01 is on line 2 already"]
    assert "missing: price" in read_fees(["code,words,kind,effective_from\n"], licensed=False)[1][0]
