"""Limits of a kind of visit: the words that refuse, and who may pass over them with a reason."""

from __future__ import annotations

from datetime import timedelta

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError, NotAllowed, Refused
from clinic.core.time import now
from clinic.staff.permissions import Permission
from scheduling.rules.limits import Limit
from scheduling.services.wishes import Wish

# A booking made while the minute turns is not in the past.
TOLERANCE = timedelta(minutes=5)


def check_wish(by: Actor, wish: Wish) -> set[Limit]:
    """What can be said of a wish without looking at the calendar; returns the limits that were passed over.

    Refuses a patient who died, a kind that is not booked any more, a time that has passed, and the limits
    of age, sex, notice and horizon unless the actor may pass over them and said why.
    """
    kind = wish.visit_type
    if not kind.is_bookable:
        raise Refused(f"“{kind.name}” can't be booked any more.", field="visit_type")
    for step in wish.add_ons:
        if not step.add_on or not step.is_bookable:
            raise Refused(f"“{step.name}” can't be added to another visit.", field="add_ons")
        if step == kind:
            raise Refused(f"The visit is “{step.name}” already.", field="add_ons")
    passed: set[Limit] = set()
    if wish.patient is not None:
        _check_patient(by, wish, passed)
    if wish.is_walk_in:
        return passed
    ahead = wish.starts_at - now()
    if ahead < -TOLERANCE:
        raise Refused("That time has passed.", field="starts_at")
    if kind.min_notice_minutes and ahead < timedelta(minutes=kind.min_notice_minutes):
        words = f"“{kind.name}” needs {kind.min_notice_minutes} minutes' notice."
        error = Refused(words, field="starts_at", hint=hint(by, "Choose a later time"))
        pass_over(by, wish, Limit.NOTICE, error, passed)
    if ahead > timedelta(days=kind.max_horizon_days + 1):
        words = f"“{kind.name}” is booked at most {kind.max_horizon_days} days ahead."
        error = Refused(words, field="starts_at", hint=hint(by, "Choose an earlier day"))
        pass_over(by, wish, Limit.HORIZON, error, passed)
    return passed


def _check_patient(by: Actor, wish: Wish, passed: set[Limit]) -> None:
    kind, patient = wish.visit_type, wish.patient
    if patient.deceased_on:
        raise Refused("This patient is recorded as deceased.", field="patient")
    age = patient.age(wish.local_day)
    found = []
    if kind.min_age is not None and age < kind.min_age:
        found.append((Limit.YOUNGEST, f"“{kind.name}” is for patients of {kind.min_age} and older."))
    if kind.max_age is not None and age > kind.max_age:
        found.append((Limit.OLDEST, f"“{kind.name}” is for patients up to {kind.max_age}."))
    if kind.for_sex and patient.sex_at_birth != kind.for_sex:
        words = f"“{kind.name}” is for patients whose sex at birth is {kind.get_for_sex_display().lower()}."
        found.append((Limit.SEX, words))
    for limit, words in found:
        error = Refused(words, field="visit_type", hint=hint(by, "Choose another kind of visit"))
        pass_over(by, wish, limit, error, passed)


def hint(by: Actor, instead: str) -> str:
    """What to do about a limit, for this actor."""
    if by.can(Permission.APPOINTMENT_OVERBOOK):
        return f"{instead}, or say why it is booked all the same."
    return f"{instead}, or ask somebody who may overbook."


def pass_over(by: Actor, wish: Wish, limit: Limit, error: ClinicError, passed: set[Limit]) -> None:
    """Notes a limit that the actor passes over with a reason; raises `error` when there is no reason."""
    if not wish.overbook_reason:
        raise error
    if not by.can(Permission.APPOINTMENT_OVERBOOK):
        raise NotAllowed(f"{error.message} You may not pass over that. Ask somebody who may overbook.")
    passed.add(limit)
