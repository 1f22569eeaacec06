"""Runs the rule table over a claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from .checks import CHECKS
from .facts import ERROR, OFF, WARNING, ClaimFacts, Problem, Rule

_ORDER = {ERROR: 0, WARNING: 1}


def applies(rule: Rule, facts: ClaimFacts) -> bool:
    """Whether a rule is on, holds on the claim's first day of service, and is about its payer."""
    day: dt.date = facts.service_from
    return (
        rule.severity != OFF
        and (rule.effective_from is None or rule.effective_from <= day)
        and (rule.effective_to is None or rule.effective_to >= day)
        and (not rule.payer_key or rule.payer_key == facts.payer_key)
        and (not rule.parameters.get("payer_kinds") or facts.payer_kind in rule.parameters["payer_kinds"])
    )


def scrub(facts: ClaimFacts, rules: Iterable[Rule]) -> list[Problem]:
    """Everything wrong with a claim: what stops it first, then by line.

    A rule of a kind that this version does not know is skipped; a rule of a payer stands beside the general
    one, and the same finding of two rules is shown once, the graver one.
    """
    found: dict[tuple[str, int | None, str], Problem] = {}
    for rule in rules:
        check = CHECKS.get(rule.kind)
        if check is None or not applies(rule, facts):
            continue
        for one in check.find(facts, rule.parameters):
            problem = Problem(rule.code, rule.severity, one.field, rule.words, one.detail, one.line)
            key = (rule.kind + one.field, one.line, one.detail)
            known = found.get(key)
            if known is None or _ORDER[problem.severity] < _ORDER[known.severity]:
                found[key] = problem
    return sorted(found.values(), key=lambda one: (_ORDER[one.severity], one.line or 0, one.rule))


def counted(problems: Iterable[Problem]) -> tuple[int, int]:
    """How many stop the claim, and how many only warn."""
    severities = [problem.severity for problem in problems]
    return severities.count(ERROR), severities.count(WARNING)
