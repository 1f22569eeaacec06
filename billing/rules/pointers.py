"""Diagnosis letters, as a claim has them."""


def read_letters(text: str, count: int) -> list[int]:
    """Places (1 = A) named by letters, in the order typed: "BA" or "b, a" is [2, 1].

    `count` is how many diagnoses the visit has. Raises ValueError for more than four, a repeat, or a letter
    without a diagnosis.
    """
    letters = [letter for letter in text.upper() if letter.isalpha()]
    places = [ord(letter) - 64 for letter in letters]
    if len(places) > 4:
        raise ValueError("A charge points at up to 4 diagnoses.")
    if len(set(places)) != len(places):
        raise ValueError("Name each diagnosis once.")
    if any(not 1 <= place <= count for place in places):
        last = chr(64 + count) if count else ""
        raise ValueError(
            f"Use the letters A to {last}."
            if count > 1
            else "Use the letter A."
            if count
            else "Add a diagnosis to the visit first."
        )
    return places
