"""A payer inside the program, for the demo and for tests: it reads what clinics send and answers at once.

Pure: what it says depends on the file alone, mostly on the last two digits of the made-up member number
(`billing.edi.payer.cases` has the table), so that the same question has the same answer. Answers bear the time and the
control number of the file they answer. It keeps nothing: what a claim was paid stands in the claim number it gives out.
"""

from billing.edi.payer.adjudication import answer_claims
from billing.edi.payer.cases import CLAIM_CASES, ELIGIBILITY_CASES, Silent
from billing.edi.payer.eligibility import answer_eligibility
from billing.edi.payer.status import answer_status

__all__ = [
    "CLAIM_CASES",
    "ELIGIBILITY_CASES",
    "Silent",
    "answer_claims",
    "answer_eligibility",
    "answer_status",
]
