import pytest

from clinic.core.phones import display, e164, normalize


@pytest.mark.parametrize(
    "typed",
    ["312-555-0142", "(312) 555 0142", "312.555.0142", "1 312 555 0142", "+13125550142", "3125550142"],
)
def test_any_usual_form_is_one_number(typed):
    assert normalize(typed) == "+13125550142"


@pytest.mark.parametrize(
    "typed", ["", "555", "555-0142", "312555", "abc", "312555014212345678", "080 555 0142", "312 155 0142"]
)
def test_incomplete_numbers_are_refused(typed):
    with pytest.raises(ValueError, match="ten digits"):
        normalize(typed)


def test_numbers_from_abroad_come_with_a_plus():
    assert normalize("+52 55 1234 5678") == "+525512345678"
    assert display("+525512345678") == "+52 55 1234 5678"


def test_what_is_no_number_is_none_where_that_is_asked():
    assert e164("(480) 555-0142") == "+14805550142"
    assert e164("call me") is None


def test_numbers_are_shown_readably():
    assert display("+13125550142") == "(312) 555-0142"
    assert display("front desk") == "front desk"
