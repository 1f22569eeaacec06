"""Claim rules: what a payer would refuse is found before it is sent. Rules are data; the checks are pure code."""

from .checks import CHECKS
from .facts import ClaimFacts, LineFacts, Person, Problem, Rule
from .run import applies, counted, scrub

__all__ = [
    "CHECKS",
    "ClaimFacts",
    "LineFacts",
    "Person",
    "Problem",
    "Rule",
    "applies",
    "counted",
    "scrub",
]
