"""Answers 276 with 277."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from billing.edi.answers import StatusAnswer
from billing.edi.inquiries import StatusInquiry
from billing.edi.payer.adjudication import DENIED_CASES, UNDECIDED_CASE
from billing.edi.payer.cases import Silent, ending
from billing.edi.payer.pricing import Decision
from billing.edi.payer.requests import questions
from billing.edi.writers.answers import write_status_answers


def answer_status(text: str) -> str:
    """The 277 to a 276, as text. Raises Silent where the payer does not answer, EdiError for what is no 276."""
    envelope, inquiries = questions(text, "276")
    if any(ending(one.member_id) == "92" for one in inquiries):
        raise Silent("No answer.")
    answers = [_answer(one, envelope.at.date()) for one in inquiries]
    return write_status_answers(answers, envelope.partners, envelope.numbers, envelope.at)


def _answer(inquiry: StatusInquiry, on: dt.date) -> StatusAnswer:
    """With the payer's number, what it decided; without it, only whether such a claim can be there."""
    case = ending(inquiry.member_id)
    known = Decision.from_number(inquiry.payer_control)
    category, status, paid = "F1", "65", Decimal(0)
    if case in ("76", "77", "91"):
        category, status = "D0", "35"
    elif case == UNDECIDED_CASE:
        category, status = "P1", "20"
    elif case in DENIED_CASES:
        category, status = "F2", "585"
    elif known is None or known[1] != inquiry.account[:20]:
        category, status = "P1", "20"
    else:
        paid = known[0].paid
    return StatusAnswer(
        inquiry=inquiry, category=category, status=status, effective_on=on, charge=inquiry.charge, paid=paid,
        payer_control=inquiry.payer_control, paid_on=on if paid else None,
    )  # fmt: skip
