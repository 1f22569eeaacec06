"""The life of a claim, as a table: which state may follow which, and what each act is called."""

from .cards import luhn_holds

DRAFT, READY, SENT, ACCEPTED = "draft", "ready", "sent", "accepted"
REJECTED, PAID, DENIED, CLOSED = "rejected", "paid", "denied", "closed"

STATES = {
    DRAFT: "Draft",
    READY: "Ready",
    SENT: "Sent",
    ACCEPTED: "Accepted",
    REJECTED: "Rejected",
    PAID: "Paid",
    DENIED: "Denied",
    CLOSED: "Closed",
}

# A remittance may arrive before the acknowledgment does, and a payer may change its mind about a claim that is
# done; a rejected claim never reached the payer's books, so the same claim is corrected and sent once more.
MOVES: dict[str, frozenset[str]] = {
    DRAFT: frozenset({READY, CLOSED}),
    READY: frozenset({DRAFT, SENT, CLOSED}),
    SENT: frozenset({READY, ACCEPTED, REJECTED, PAID, DENIED, CLOSED}),
    ACCEPTED: frozenset({REJECTED, PAID, DENIED, CLOSED}),
    REJECTED: frozenset({DRAFT, CLOSED}),
    PAID: frozenset({ACCEPTED, DENIED, CLOSED}),
    DENIED: frozenset({ACCEPTED, PAID, CLOSED}),
    CLOSED: frozenset({ACCEPTED, PAID, DENIED}),
}

# A claim's content changes only here; later ones are copies of what was sent.
EDITABLE = frozenset({DRAFT})
# The payer has it, or had it: it is corrected by a claim that replaces it, never by the same one again.
AT_PAYER = frozenset({ACCEPTED, PAID, DENIED})
# Nothing more is expected of it.
DONE = frozenset({CLOSED})

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
FREQUENCIES = {ORIGINAL: "Original", REPLACEMENT: "Replacement", VOID: "Void"}


def may_move(before: str, after: str) -> bool:
    """Whether a claim in state `before` may go to `after`. Unknown states may go nowhere."""
    return after in MOVES.get(before, frozenset())


def why_not(before: str, after: str) -> str:
    """A refused move in words: "This claim is sent; it cannot become a draft." """
    return (
        f"This claim is {STATES.get(before, before).lower()}; "
        f"it cannot become {STATES.get(after, after).lower()}."
    )


def account_number(number: int) -> str:
    """The patient account number on a claim: at least eight digits, the last one a Luhn check digit.

    Numbers start at 1. Short enough to be read over the telephone, and a mistyped digit is noticed.
    """
    if not 1 <= number <= 99_999_999:
        raise ValueError("Account numbers go from 1 to 99999999.")
    body = f"{number:07d}"
    return next(f"{body}{last}" for last in range(10) if luhn_holds(f"{body}{last}"))
