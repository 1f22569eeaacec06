"""No connection: people ask payers by phone and portal, and claims go on paper."""

from billing.clearinghouse.base import Answer, NotTaken, Receipt

WHY = "No clearinghouse is set up. Check by phone or portal, and enter what you were told."


class NoClearinghouse:
    name = "none"

    @classmethod
    def from_settings(cls) -> "NoClearinghouse":
        return cls()

    def eligibility(self, text: str, *, key: str) -> str | None:
        raise NotTaken(WHY)

    def status(self, text: str, *, key: str) -> str | None:
        raise NotTaken(WHY)

    def claims(self, text: str, *, key: str) -> Receipt:
        raise NotTaken(WHY)

    def fetch(self) -> list[Answer]:
        return []

    def done(self, answer: Answer) -> None:
        return None
