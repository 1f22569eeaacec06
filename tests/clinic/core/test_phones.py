import pytest

from clinic.core.phones import display, normalize


@pytest.mark.parametrize(
    "typed", ["312-555-0142", "(312) 555 0142", "1 312 555 0142", "+13125550142", "3125550142"]
)
def test_any_usual_form_is_one_number(typed):
    assert normalize(typed) == "+13125550142"


@pytest.mark.parametrize("typed", ["", "555", "312555", "abc", "312555014212345678"])
def test_incomplete_numbers_are_refused(typed):
    with pytest.raises(ValueError, match="ten digits"):
        normalize(typed)


def test_numbers_are_shown_readably():
    assert display("+13125550142") == "(312) 555-0142"
    assert display("front desk") == "front desk"
