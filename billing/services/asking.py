"""Asking payers whether a patient is covered.

What is to be asked is a row. A worker takes it (others pass over it), commits, asks without a transaction, and writes
the answer down. A worker that dies in between leaves a row that is due again after five minutes: a question does no
harm when it is asked twice, and its answer is kept once.
"""

from __future__ import annotations

import datetime as dt
import logging
import time as clock
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from billing.clearinghouse import (
    LONGEST_PAUSE,
    Clearinghouse,
    Later,
    NoAnswer,
    NotTaken,
    clearinghouse,
    is_set_up,
)
from billing.models import EligibilityRequest
from billing.queries.eligibility import (
    ToCheck,
    policy_on,
    to_check_coverage,
    to_check_for,
    to_check_soon,
)
from billing.rules.verification import next_try
from billing.services import questions
from billing.services.checks import keep_answer, keep_silence
from clinic import audit
from clinic.core import failures, time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.profile import clinic_zone
from clinic.core.tasks import enqueue, only_one
from records.models import Coverage, Payer

log = logging.getLogger(__name__)

State = EligibilityRequest.State
ASK_TASK = "billing.ask_payers"
TOGETHER = 8
# A worker that has asked for so long leaves the rest to the next run, well before its own time limit.
LONGEST_RUN = 60
LOST_AFTER = dt.timedelta(minutes=5)
# Answers that come as files are waited for; then the payer counts as silent.
WAIT_FOR_FILES = dt.timedelta(hours=20)


@service
def request_check(*, by: Actor, coverage: Coverage, service_on: dt.date) -> EligibilityRequest:
    """Asks the payer about a day, as soon as a worker is free; audited as `eligibility.requested`.

    Gives the question that is on its way already where there is one, and makes it due now. Refuses a coverage
    without a payer to ask, and a clinic without a connection to payers.
    """
    if coverage.payer.kind == Payer.Kind.SELF:
        raise Refused("The patient pays: there is no payer to ask.")
    if not is_set_up():
        raise Refused(
            "No connection to payers is set up.",
            hint="Check by phone or portal, and record what you were told.",
        )
    _add([ToCheck(coverage.pk, coverage.patient_id, service_on, EligibilityRequest.Reason.HAND)], by)
    row = EligibilityRequest.objects.get(
        coverage=coverage, service_on=service_on, state__in=[State.DUE, State.ASKING, State.WAITING]
    )
    if row.state == State.DUE:
        EligibilityRequest.objects.filter(pk=row.pk).update(due_at=time.now())
    audit.record(by, "eligibility.requested", obj=row, patient=coverage.patient_id, on=service_on)
    enqueue(ASK_TASK)
    return row


@service
def request_for_visit(*, by: Actor, visit_id: UUID) -> int:
    """Asks about the coverages of a visit that was just booked or checked in, where the policy says so.

    Returns how many questions were added: 0 when everything is known, and without a connection to payers.
    """
    if not is_set_up():
        return 0
    return _add(to_check_for(visit_id, time.today(clinic_zone())), by)


@service
def request_for_coverage(*, by: Actor, coverage_id: UUID) -> int:
    """Asks about a coverage that was just added or edited, for the patient's next visit or, without one, today.

    Returns how many questions were added: 0 when it was checked since, and without a connection to payers.
    """
    if not is_set_up():
        return 0
    today = time.today(clinic_zone())
    return _add(to_check_coverage(coverage_id, today), by)


@service
def request_soon(*, by: Actor) -> int:
    """Adds the questions for the visits of the next days. A second run, or two at once, add nothing twice."""
    if not is_set_up() or not only_one("billing.request_soon"):
        return 0
    return _add(to_check_soon(time.today(clinic_zone())), by)


def _add(wanted: Sequence[ToCheck], by: Actor) -> int:
    """Writes the questions. What another process has just added is passed over by its unique key."""
    now = time.now()
    rows = [
        EligibilityRequest(
            coverage_id=one.coverage_id,
            patient_id=one.patient_id,
            service_on=one.service_on,
            reason=one.reason,
            due_at=now,
            trace=uuid7().hex,
            asked_by_id=by.member_id,
        )
        for one in wanted
    ]
    if not rows:
        return 0
    EligibilityRequest.objects.bulk_create(rows, ignore_conflicts=True)
    return EligibilityRequest.objects.filter(pk__in=[row.pk for row in rows]).count()


def ask_due(*, by: Actor) -> int:
    """Asks what is due, some at a time, for at most a minute. Returns how many questions were settled or put off."""
    if not is_set_up():
        return 0
    give_up_waiting(by=by)
    started, done = clock.monotonic(), 0
    while clock.monotonic() - started < LONGEST_RUN:
        taken = take_due(limit=TOGETHER)
        if not taken:
            break
        _ask_all(taken, by)
        done += len(taken)
    return done


@service
def take_due(*, limit: int) -> list[EligibilityRequest]:
    """Marks up to `limit` questions as being asked and returns them; rows that another worker holds are passed over."""
    now = time.now()
    waiting = Q(state=State.DUE, due_at__lte=now) | Q(state=State.ASKING, asked_at__lte=now - LOST_AFTER)
    rows = list(
        EligibilityRequest.objects.filter(waiting)
        .order_by("service_on", "due_at")
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("coverage__payer", "coverage__patient")[:limit]
    )
    for row in rows:
        row.state, row.asked_at, row.tries = State.ASKING, now, row.tries + 1
    EligibilityRequest.objects.bulk_update(rows, ["state", "asked_at", "tries"])
    return rows


def _ask_all(rows: Iterable[EligibilityRequest], by: Actor) -> None:
    """Asks several at once: payers take seconds, and the threads touch no database. One that fails stops no other."""
    ready = []
    for row in rows:
        try:
            ready.append((row, questions.question_of(row)))
        except Refused as error:  # what the question needs is missing: a person has to add it
            _settle(row, by, "", error)
        except Exception as error:
            _give_up(row, by, error)
    if not ready:
        return
    house = clearinghouse()
    with ThreadPoolExecutor(max_workers=TOGETHER) as pool:
        answers = list(pool.map(lambda pair: _asked(house, pair[0].trace, pair[1]), ready))
    for (row, question), outcome in zip(ready, answers, strict=True):
        _settle(row, by, question, outcome)


def _settle(row: EligibilityRequest, by: Actor, question: str, outcome: str | None | Exception) -> None:
    try:
        settle(request_id=row.pk, by=by, question=question, outcome=outcome)
    except (OperationalError, InterfaceError):
        raise  # a database that is away is no question's fault
    except Exception as error:
        _give_up(row, by, error)


def _give_up(row: EligibilityRequest, by: Actor, error: Exception) -> None:
    """What nobody foresaw stops this question alone, and is not asked every five minutes for ever: people see it in
    the list of failed work, and the coverage as one that could not be verified."""
    failures.note_failure(ASK_TASK, str(row.pk), error)
    settle(
        request_id=row.pk, by=by, question="", outcome=NotTaken("The question or its answer is unreadable.")
    )


def _asked(house: Clearinghouse, trace: str, question: str) -> str | None | Exception:
    try:
        return house.eligibility(question, key=trace)
    except (Later, NoAnswer, NotTaken) as error:
        return error
    except Exception:
        log.exception("the connection to payers broke")
        return NoAnswer("The connection broke.")


@service
def settle(*, request_id: UUID, by: Actor, question: str, outcome: str | None | Exception) -> None:
    """Writes down what became of a question: an answer, an answer to come, a later try, or that it was enough.

    A question that was settled meanwhile stays as it is. Audited with the check that follows.
    """
    row = (
        EligibilityRequest.objects.select_for_update(of=("self",))
        .select_related("coverage__payer", "coverage__patient")
        .get(pk=request_id)
    )
    if row.state not in (State.ASKING, State.WAITING):
        return
    row.question = question or row.question
    if isinstance(outcome, str):
        keep_answer(by=by, request=row, text=outcome)
        _close(row, State.ANSWERED)
    elif outcome is None:
        row.state = State.WAITING
        row.save()
    else:
        _trouble(row, by, outcome)


def _trouble(row: EligibilityRequest, by: Actor, error: Exception) -> None:
    row.trouble = str(error)[:200]
    policy = policy_on(time.today(clinic_zone()))
    wait = None if isinstance(error, (NotTaken, Refused)) else next_try(row.tries, policy)
    if wait is None:
        keep_silence(by=by, request=row, error=error)
        _close(row, State.GIVEN_UP)
        return
    asked_for = dt.timedelta(seconds=min(getattr(error, "retry_after", None) or 0, LONGEST_PAUSE))
    row.state, row.due_at = State.DUE, time.now() + max(wait, asked_for)
    row.save()


def _close(row: EligibilityRequest, state: State) -> None:
    row.state, row.settled_at = state, time.now()
    row.save()


@service
def give_up_waiting(*, by: Actor) -> int:
    """Questions whose answer never came as a file count as not answered."""
    rows = EligibilityRequest.objects.filter(
        state=State.WAITING, asked_at__lte=time.now() - WAIT_FOR_FILES
    ).select_for_update(skip_locked=True, of=("self",))
    rows = list(rows.select_related("coverage__payer", "coverage__patient"))
    for row in rows:
        row.trouble = "The payer’s answer never came."
        keep_silence(by=by, request=row, error=NoAnswer(row.trouble))
        _close(row, State.GIVEN_UP)
    return len(rows)
