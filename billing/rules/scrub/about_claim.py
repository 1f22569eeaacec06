"""Checks of the claim as a whole: time, place, repeats, and what special claims need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from .facts import ClaimFacts, Found

Parameters = Mapping[str, Any]
MAX_LINES = 50
_IN_OFFICE = ("office", "nurse")
_AT_A_DISTANCE = ("telehealth", "phone")


def has_lines(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """One to fifty lines."""
    if not facts.lines:
        yield Found("claim.lines", "There is no approved charge.")
    elif len(facts.lines) > MAX_LINES:
        yield Found("claim.lines", f"{len(facts.lines)} lines; a claim carries up to {MAX_LINES}.")


def future_date(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """No line lies in the future."""
    for line in facts.lines:
        if line.service_on > facts.today:
            yield Found("line.service_on", f"{line.service_on:%m/%d/%Y} is yet to come.", line.number)


def timely_filing(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """The payer's last day to file. With `warn_days`, what is close to it; without, what is past it."""
    if facts.file_by is None or facts.frequency == "8":
        return
    left = (facts.file_by - facts.today).days
    warn = given.get("warn_days")
    if warn is None and left < 0:
        yield Found("claim.file_by", f"The last day to file was {facts.file_by:%m/%d/%Y}.")
    elif warn is not None and 0 <= left <= int(warn):
        yield Found("claim.file_by", f"File by {facts.file_by:%m/%d/%Y}: {left} days are left.")


def authorization(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """A number for each code that the payer wants authorized."""
    if facts.authorization.strip():
        return
    for line in facts.lines:
        if line.code in facts.needs_authorization:
            yield Found("claim.authorization", f"{line.code} needs an authorization number.", line.number)


def replacement(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """The number under which the payer knows the claim that is replaced or voided."""
    if facts.frequency in ("7", "8") and not facts.payer_control.strip():
        yield Found("claim.payer_control", "The payer's number of the earlier claim is missing.")


def secondary(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """What the earlier payer paid and why not more."""
    if facts.rank > 1 and not facts.has_adjudication:
        yield Found("claim.follows", "The earlier payer's decision is not on file yet.")


def accident(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """The date of an accident and, on the road, the state."""
    if facts.related_to and facts.accident_on is None:
        yield Found("claim.accident_on", "The date of the accident is missing.")
    if facts.related_to == "auto" and not facts.accident_state.strip():
        yield Found("claim.accident_state", "The state in which it happened is missing.")


def duplicate_line(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """Same code, day and modifiers on two lines; `allowed` modifiers explain a repeat."""
    allowed = set(given.get("allowed", ()))
    seen = defaultdict(list)
    for line in facts.lines:
        seen[line.code, line.service_on, tuple(sorted(line.modifiers))].append(line)
    for lines in seen.values():
        for line in lines[1:]:
            if not allowed.intersection(line.modifiers):
                yield Found(
                    "line.modifiers",
                    f"{line.code} stands on line {lines[0].number} too. Use units, or a modifier that explains it.",
                    line.number,
                )


def duplicate_claim(facts: ClaimFacts, _: Parameters) -> Iterator[Found]:
    """The same code on the same day for this patient and payer on another live claim."""
    for line in facts.lines:
        if f"{line.code}@{line.service_on.isoformat()}" in facts.elsewhere:
            yield Found("claim.lines", f"{line.code} of that day is on another claim.", line.number)


def place_fits(facts: ClaimFacts, given: Parameters) -> Iterator[Found]:
    """Video and telephone visits are not in the office, and office visits not at a distance."""
    distant = set(given.get("telehealth", ("02", "10")))
    for line in facts.lines:
        place = line.place_of_service
        if len(place) != 2 or not place.isdigit():
            yield Found("line.place_of_service", "The place of service is missing.", line.number)
        elif facts.modality in _AT_A_DISTANCE and place not in distant:
            yield Found("line.place_of_service", f"{place} does not fit a visit at a distance.", line.number)
        elif facts.modality in _IN_OFFICE and place in distant:
            yield Found("line.place_of_service", f"{place} does not fit a visit in the office.", line.number)
