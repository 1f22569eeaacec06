"""Phone numbers as messages write them."""


def spoken_phone(number: str) -> str:
    """555-010-1234 for any ten-digit US number; anything else unchanged."""
    digits = "".join(char for char in number if char.isdigit())
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) == 10:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return number
