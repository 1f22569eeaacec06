"""Why a payer could not answer a question about coverage, in the office's words, and which fields to look at.

"Could not verify" is never "not active": the patient may well be covered under another spelling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MEMBER_ID, GROUP, PAYER = "member_id", "group_number", "payer"
HOLDER, HOLDER_BORN, RELATION = "subscriber_name", "subscriber_birth_date", "relationship"
NAME, BORN, SEX = "name", "birth_date", "sex_at_birth"
CLINIC, DAY = "clinic", "service_on"

FIELD_WORDS = {
    MEMBER_ID: "member ID",
    GROUP: "group number",
    PAYER: "payer and its payer ID",
    HOLDER: "subscriber’s name",
    HOLDER_BORN: "subscriber’s date of birth",
    RELATION: "relationship to the subscriber",
    NAME: "patient’s name",
    BORN: "patient’s date of birth",
    SEX: "patient’s sex",
    CLINIC: "clinic’s NPI and enrollment with this payer",
    DAY: "date of the visit",
}
# Code -> words and fields to look at.
_CODES: dict[str, tuple[str, tuple[str, ...]]] = {
    "04": ("The payer takes fewer questions at once.", ()),
    "15": ("Something that this payer needs is missing.", (MEMBER_ID, NAME, BORN)),
    "33": ("Something in the question was not understood.", (MEMBER_ID, NAME, BORN)),
    "35": ("This clinic is outside the plan’s network for such questions.", (CLINIC,)),
    "41": ("The clinic may not ask this payer yet.", (CLINIC,)),
    "42": ("The payer cannot answer at the moment.", ()),
    "43": ("The payer does not know the clinic’s number.", (CLINIC,)),
    "44": ("The payer does not know the clinic’s name.", (CLINIC,)),
    "45": ("The payer needs the provider’s specialty.", (CLINIC,)),
    "50": ("The payer does not let this provider ask.", (CLINIC,)),
    "51": ("The payer does not have this provider on file.", (CLINIC,)),
    "52": ("The visit lies outside the time of the plan.", (DAY, MEMBER_ID)),
    "56": ("The date is not one that this payer answers about.", (DAY,)),
    "57": ("The date of the visit is missing or wrong.", (DAY,)),
    "58": ("The date of birth is missing or wrong.", (BORN, HOLDER_BORN)),
    "60": ("The date of birth is after the visit.", (BORN, HOLDER_BORN)),
    "61": ("The payer has a date of death before the visit.", (NAME, BORN)),
    "62": ("The visit is too far away for an answer.", (DAY,)),
    "63": ("This payer does not answer about days to come.", (DAY,)),
    "64": ("The patient’s number is wrong.", (MEMBER_ID,)),
    "65": ("The patient’s name does not match.", (NAME,)),
    "66": ("The patient’s sex does not match.", (SEX,)),
    "67": ("The payer does not find the patient.", (NAME, BORN, RELATION)),
    "68": ("The number belongs to several patients.", (MEMBER_ID, NAME)),
    "71": ("The date of birth does not match the payer’s.", (BORN, HOLDER_BORN)),
    "72": ("The member ID is wrong.", (MEMBER_ID,)),
    "73": ("The subscriber’s name does not match.", (HOLDER, NAME)),
    "74": ("The subscriber’s sex does not match.", (SEX,)),
    "75": ("The payer does not find the subscriber.", (MEMBER_ID, HOLDER, NAME, BORN)),
    "76": ("The member ID belongs to several people.", (MEMBER_ID, HOLDER_BORN)),
    "77": ("The subscriber is known, but not this patient under the policy.", (RELATION, NAME, BORN)),
    "78": ("The subscriber is not in this group.", (GROUP,)),
    "79": ("The payer’s number is wrong at the clearinghouse.", (PAYER,)),
    "80": ("The payer did not answer.", ()),
    # Our own: what came back was no answer to the question.
    "unread": ("What came back could not be read.", ()),
    "refused": ("The question was refused as a whole.", (PAYER, CLINIC)),
    "other": ("What came back was about somebody else.", ()),
}
_UNKNOWN = ("The payer could not answer ({code}).", (MEMBER_ID, NAME, BORN))
# A later try with the same data may succeed.
PASSING = frozenset({"04", "42", "80"})
# What the payer wants next: P and R ask for the same question again, W and X after some days.
AGAIN = frozenset({"P", "R"})


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason with the fields to look at (keys of FIELD_WORDS)."""

    words: str
    fields: tuple[str, ...]
    code: str = ""
    is_passing: bool = False

    @property
    def look_at(self) -> str:
        """The fields as a list in words; "" where nothing on our side can be mended."""
        return ", ".join(FIELD_WORDS[name] for name in self.fields)


def rejections(errors: Iterable[Mapping[str, Any]]) -> list[Rejection]:
    """What the `errors` of a card mean: one Rejection for each different code, in their order."""
    found: dict[str, Rejection] = {}
    for error in errors:
        code = str(error.get("code") or "")
        words, fields = _CODES.get(code, _UNKNOWN)
        follow_up = str(error.get("follow_up") or "")
        passing = code in PASSING and (not follow_up or follow_up in AGAIN)
        found.setdefault(code, Rejection(words.format(code=code or "no code"), fields, code, passing))
    return list(found.values())
