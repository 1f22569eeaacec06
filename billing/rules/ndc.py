"""National Drug Codes: printed with ten digits in three forms, billed with eleven."""

UNITS = {"UN": "Unit", "ML": "Milliliter", "GR": "Gram", "ME": "Milligram", "F2": "International unit"}


def eleven_digits(text: str) -> str:
    """The billed form (5-4-2, without dashes) of an NDC as printed: 4-4-2, 5-3-2, 5-4-1 or 5-4-2.

    Eleven digits without dashes are taken as they are. Raises ValueError for anything else, ten digits without
    dashes too: where their zero belongs cannot be told.
    """
    text = text.strip()
    parts = text.split("-")
    if len(parts) == 1 and len(text) == 11 and text.isascii() and text.isdigit():
        return text
    sizes = tuple(len(part) for part in parts)
    if sizes not in {(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)} or not all(
        part.isascii() and part.isdigit() for part in parts
    ):
        raise ValueError("Enter the NDC with its dashes, or eleven digits.")
    return parts[0].zfill(5) + parts[1].zfill(4) + parts[2].zfill(2)
