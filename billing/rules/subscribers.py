"""Names, relationships and codes as a claim wants them."""

RELATIONSHIPS = {"spouse": "01", "child": "19", "other": "G8"}
SEXES = {"female": "F", "male": "M"}
FILING_CODES = {"commercial": "CI", "medicare": "MB", "medicaid": "MC", "self": "ZZ"}
ORDERS = {1: "P", 2: "S", 3: "T"}
CAUSES = {"work": "EM", "auto": "AA", "other": "OA"}
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


def split_name(text: str) -> tuple[str, str, str]:
    """(last, first, suffix) of a name written as "First Last" or "Last, First"."""
    text = " ".join(text.split())
    if "," in text:
        last, _, first = (part.strip() for part in text.partition(","))
        if first.rstrip(".").lower() in _SUFFIXES:
            return (*split_name(last)[:2], first.rstrip("."))
        return last, first, ""
    words = text.split(" ")
    suffix = words.pop().rstrip(".") if len(words) > 2 and words[-1].rstrip(".").lower() in _SUFFIXES else ""
    return (words[-1], " ".join(words[:-1]), suffix)


def digits(text: str) -> str:
    """The digits of a phone number, ZIP code or tax ID; a leading +1 is left out."""
    found = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    return found[1:] if len(found) == 11 and found[0] == "1" and text.strip().startswith("+") else found
