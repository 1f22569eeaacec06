"""What of an answer a person has to look at before the visit, the gravest first."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from billing.rules.card import OFFICE, CardSummary

INACTIVE, FIX_FIELDS, NO_ANSWER = "inactive", "fix_fields", "no_answer"
OTHER_PAYER, AUTHORIZATION, PLAN_CHANGED = "other_payer", "authorization", "plan_changed"
ORDER = (INACTIVE, FIX_FIELDS, OTHER_PAYER, AUTHORIZATION, PLAN_CHANGED, NO_ANSWER)


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the clinic knows of a coverage: `plan` as the payer named it last ("" before a first answer, for payers call
    plans otherwise than cards do), and whether an authorization holds for the visit."""

    payer: str
    plan: str
    member_id: str
    is_first: bool
    has_authorization: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: its kind and what it is about, in words."""

    kind: str
    words: str


def findings(card: CardSummary, on_file: OnFile, service_on: dt.date) -> list[Finding]:
    """What somebody has to look at. Empty for an answer that is active and agrees with what is on file."""
    if card.status == "inactive":
        ended = f" It ended {card.ends_on:%m/%d/%Y}." if card.ends_on and card.ends_on < service_on else ""
        return [Finding(INACTIVE, f"{on_file.payer} says that this coverage is not active.{ended}")]
    if card.status != "active":
        return [_could_not(card, on_file)]
    found = []
    if card.ends_on and card.ends_on < service_on:
        found.append(Finding(INACTIVE, f"Coverage ends {card.ends_on:%m/%d/%Y}, before the visit."))
    if card.other_payers and on_file.is_first:
        named = " and ".join(card.other_payers)
        found.append(
            Finding(OTHER_PAYER, f"{on_file.payer} names {named} as well. Ask which one pays first.")
        )
    needs = [code for code in card.authorization_for if code in OFFICE]
    if needs and not on_file.has_authorization:
        found.append(Finding(AUTHORIZATION, f"{on_file.payer} wants to allow this visit beforehand."))
    changed = _changes(card, on_file)
    if changed:
        found.append(Finding(PLAN_CHANGED, changed))
    return found


def _could_not(card: CardSummary, on_file: OnFile) -> Finding:
    if not card.problems or all(problem.is_passing for problem in card.problems):
        return Finding(NO_ANSWER, f"{on_file.payer} did not answer. Check by phone or on its website.")
    fields = ", ".join(dict.fromkeys(problem.look_at for problem in card.problems if problem.look_at))
    words = " ".join(problem.words for problem in card.problems)
    return Finding(FIX_FIELDS, f"{words} Look at: {fields}." if fields else words)


def _changes(card: CardSummary, on_file: OnFile) -> str:
    parts = []
    if card.plan and on_file.plan and _plain(card.plan) != _plain(on_file.plan):
        parts.append(f"The plan is “{card.plan}” now; it was “{on_file.plan}”.")
    if card.member_id and on_file.member_id and _plain(card.member_id) != _plain(on_file.member_id):
        parts.append("The member ID differs from the one on file.")
    return " ".join(parts)


def _plain(text: str) -> str:
    """Spaces, dashes and capitals make no difference."""
    return re.sub(r"[^a-z0-9]", "", text.lower())
