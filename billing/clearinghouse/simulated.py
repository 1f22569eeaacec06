"""A payer inside the program, for the demo and for tests: it reads what we write and answers at once.

What it says depends on the made-up member ID alone (`billing.edi.payer` has the table), so that the same question
has the same answer.
"""

from billing.clearinghouse.base import Answer, NoAnswer, Receipt
from billing.edi import payer


class SimulatedClearinghouse:
    name = "simulated"

    @classmethod
    def from_settings(cls) -> "SimulatedClearinghouse":
        return cls()

    def eligibility(self, text: str, *, key: str) -> str | None:
        return self._asked(payer.answer_eligibility, text)

    def status(self, text: str, *, key: str) -> str | None:
        return self._asked(payer.answer_status, text)

    def claims(self, text: str, *, key: str) -> Receipt:
        try:
            answers = payer.answer_claims(text)
        except payer.Silent as error:
            raise NoAnswer("The payer did not answer.") from error
        return Receipt(
            ref=key, answers=tuple(Answer(f"{key}-{n}", text) for n, text in enumerate(answers, 1))
        )

    def fetch(self) -> list[Answer]:
        return []

    def done(self, answer: Answer) -> None:
        return None

    def _asked(self, answer, text: str) -> str:
        try:
            return answer(text)
        except payer.Silent as error:
            raise NoAnswer("The payer did not answer.") from error
