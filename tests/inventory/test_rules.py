import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules import gs1
from inventory.rules.expiry import days_left, is_usable_on, parse_expiry
from inventory.rules.packs import in_words, packs_for, plural, to_units
from inventory.rules.reorder import is_low, packs_to_order, reorder_point

TODAY = dt.date(2026, 11, 22)
GTIN = "00358160810015"[:13]
GTIN += str(gs1.check_digit(GTIN))


def test_a_lot_is_usable_through_its_expiry_day():
    assert is_usable_on(TODAY, TODAY)
    assert not is_usable_on(TODAY, TODAY + dt.timedelta(days=1))
    assert is_usable_on(None, TODAY)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("03/2027", dt.date(2027, 3, 31)),
        ("2/2028", dt.date(2028, 2, 29)),
        ("2027-04", dt.date(2027, 4, 30)),
        ("03/15/2027", dt.date(2027, 3, 15)),
        ("2027-03-15", dt.date(2027, 3, 15)),
        ("3/15/27", dt.date(2027, 3, 15)),
    ],
)
def test_parse_expiry(typed, day):
    assert parse_expiry(typed) == day


@pytest.mark.parametrize("typed", ["", "13/2027", "2027", "tomorrow", "02/30/2027"])
def test_parse_expiry_refuses(typed):
    with pytest.raises(ValueError, match="."):
        parse_expiry(typed)


def test_days_left():
    assert days_left(TODAY, TODAY) == 0
    assert days_left(TODAY - dt.timedelta(days=1), TODAY) == -1


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(17)270331(10)A12B",
        f"01{GTIN}1727033110A12B",
        f"]d201{GTIN}1727033110A12B",
        f"01{GTIN}10A12B\x1d17270331",
        f"01{GTIN}10A12B<GS>17270331",
        f"\x1d01{GTIN}1727033110A12B\x1d",
    ],
)
def test_gs1_reads_every_way_a_scanner_types(text):
    scan = gs1.parse(text, today=TODAY)
    assert (scan.gtin, scan.lot, scan.expires_on) == (GTIN, "A12B", dt.date(2027, 3, 31))


def test_gs1_day_00_is_the_last_day_of_the_month():
    assert gs1.parse(f"01{GTIN}17280200", today=TODAY).expires_on == dt.date(2028, 2, 29)


@pytest.mark.parametrize(("digits", "year"), [("760101", 2076), ("770101", 1977), ("750101", 2075)])
def test_gs1_century_is_the_nearest(digits, year):
    assert gs1.parse(f"01{GTIN}17{digits}", today=TODAY).expires_on.year == year


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN[:-1]}{(int(GTIN[-1]) + 1) % 10}",
        f"01{GTIN}17279931",
        f"01{GTIN[:8]}",
        "99123",
        "hello",
        f"01{GTIN}10",
        f"01{GTIN}17xx0101",
    ],
)
def test_gs1_refuses_what_it_cannot_trust(text):
    with pytest.raises(gs1.NotGs1):
        gs1.parse(text, today=TODAY)


@given(body=st.text("0123456789", min_size=13, max_size=13), digit=st.integers(0, 12), by=st.integers(1, 9))
def test_gs1_check_digit_notices_any_wrong_digit(body, digit, by):
    whole = body + str(gs1.check_digit(body))
    assert gs1.parse(f"01{whole}", today=TODAY).gtin == whole
    wrong = whole[:digit] + str((int(whole[digit]) + by) % 10) + whole[digit + 1 :]
    with pytest.raises(gs1.NotGs1):
        gs1.parse(f"01{wrong}", today=TODAY)


@given(
    lot=st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-./", min_size=1, max_size=20),
    day=st.dates(dt.date(2020, 1, 1), dt.date(2070, 12, 31)),
)
def test_gs1_round_trip(lot, day):
    scan = gs1.parse(f"01{GTIN}17{day:%y%m%d}10{lot}", today=TODAY)
    assert (scan.lot, scan.expires_on) == (lot, day)


@pytest.mark.parametrize("ndc", ["5816081001", "58160-0810-01", "58160081001"])
def test_a_gtin_names_its_ndc_with_ten_or_eleven_digits(ndc):
    body = "0035816081001"
    assert gs1.gtin_names_ndc(body + str(gs1.check_digit(body)), ndc)
    assert not gs1.gtin_names_ndc(body + str(gs1.check_digit(body)), "58160-0999-01")


def test_reorder_point_of_the_specification():
    assert reorder_point(Decimal(12), 5, Decimal(20)) == 80


@given(par=st.integers(1, 999), on_hand=st.integers(0, 999), pack=st.integers(1, 200))
def test_an_order_reaches_par_with_less_than_a_pack_to_spare(par, on_hand, pack):
    packs = packs_to_order(par=Decimal(par), on_hand=Decimal(on_hand), units_per_pack=pack)
    reached = on_hand + packs * pack
    assert packs >= 0
    assert reached >= min(par, reached)
    assert packs == 0 or par <= reached < par + pack
    assert packs > 0 or on_hand >= par


def test_low_is_at_or_under_the_reorder_point():
    assert is_low(Decimal(5), Decimal(20), Decimal(5))
    assert not is_low(Decimal(6), Decimal(20), Decimal(5))
    assert is_low(Decimal(19), Decimal(20), None)
    assert not is_low(Decimal(20), Decimal(20), None)


@given(packs=st.integers(0, 500), loose=st.integers(0, 500), size=st.integers(1, 200))
def test_packs_and_units(packs, loose, size):
    units = to_units(Decimal(packs), Decimal(loose), size)
    assert units == packs * size + loose
    assert packs_for(units, size) * size >= units
    assert (packs_for(units, size) - 1) * size < units or units == 0


def test_units_in_words():
    assert in_words(Decimal("23.000"), "dose", "box", 10) == "2 boxes + 3 doses"
    assert in_words(Decimal("20"), "dose", "box", 10) == "2 boxes"
    assert in_words(Decimal("0"), "dose", "box", 10) == "0 doses"


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("box", "boxes"),
        ("dose", "doses"),
        ("mL", "mL"),
        ("tray", "trays"),
        ("assembly", "assemblies"),
        ("g", "g"),
    ],
)
def test_plural(word, shown):
    assert plural(word, Decimal(2)) == shown
    assert plural(word, Decimal(1)) == word


def test_to_units_refuses_a_negative():
    with pytest.raises(ValueError, match="negative"):
        to_units(Decimal(-1), Decimal(0), 10)
