"""Collections: proposed by one, decided by another, placed with an agency, and perhaps returned. A hold stops each step
towards the agency. Nothing moves in the books: what is owed stays owed until it is paid or written off."""

import datetime as dt

from billing.models import CollectionCase
from billing.queries.collections import collection_candidates, is_held
from billing.queries.patient_ledger import owed_by
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from clinic.staff.permissions import Permission

from .adjusting import money_key, plain_words

State = CollectionCase.State
ON_HOLD = "A hold keeps this patient out of collections."


@service
def propose_collection(*, by, patient) -> CollectionCase:
    """Put a patient on the collections list with what is due now (dollars). Audited as collection.proposed.

    Refuses who is no candidate: too few statements, the last one not yet due, a payment since, a hold, a plan, or on
    the list already.
    """
    lock_keys(money_key(patient))
    if is_held(patient.pk):
        raise Refused(ON_HOLD)
    found = collection_candidates(patient=patient.pk)
    if not found:
        raise Refused("This patient is not due for collections.")
    row = CollectionCase.objects.create(
        patient=patient,
        amount=found[0].amount,
        statements=found[0].statements,
        proposed_at=time.now(),
        proposed_by_id=by.member_id,
    )
    record(by, "collection.proposed", obj=row, patient=patient, amount=str(row.amount))
    return row


@service
def decide_collection(*, by, case: CollectionCase, is_approved: bool, note: str = "") -> CollectionCase:
    """Approve or refuse a proposed case. Audited as collection.approved or collection.refused.

    Refuses who may not approve money, the decision of who proposed, a second decision, a refusal without words, and the
    approval of a patient on hold or who owes nothing any more.
    """
    note = plain_words(note)
    if by.member_id is None or not by.can(Permission.MONEY_APPROVE):
        raise Refused("Somebody who may approve money decides.")
    case = _locked(case, State.PROPOSED)
    if by.member_id == case.proposed_by_id:
        raise Refused("A second person decides: not the one who proposed.")
    if is_approved:
        _check_placing(case)
    elif not note:
        raise Refused("Say why not.", field="note")
    case.decided_at, case.decided_by_id, case.note = time.now(), by.member_id, note
    return _move(by, case, State.APPROVED if is_approved else State.REFUSED)


@service
def place_collection(*, by, case: CollectionCase, agency: str, placed_on: dt.date) -> CollectionCase:
    """An approved case was handed to the agency on that day. Audited as collection.placed.

    Refuses one that is not approved, a patient on hold or who owes nothing, no agency, and a day that is to come.
    """
    agency = plain_words(agency, field="agency")
    if not agency:
        raise Refused("Say which agency.", field="agency")
    _check_day(placed_on, "placed_on")
    case = _locked(case, State.APPROVED)
    _check_placing(case)
    case.agency, case.placed_on = agency, placed_on
    return _move(by, case, State.PLACED)


@service
def return_collection(*, by, case: CollectionCase, returned_on: dt.date, reason: str) -> CollectionCase:
    """The agency has given a case back, or the clinic has taken it back. Audited as collection.returned.

    Refuses one that is not placed, a day that is to come or before it was placed, and no reason.
    """
    reason = plain_words(reason, field="reason")
    if not reason:
        raise Refused("Say why.", field="reason")
    _check_day(returned_on, "returned_on")
    case = _locked(case, State.PLACED)
    if returned_on < case.placed_on:
        raise Refused("That is before it was placed.", field="returned_on")
    case.returned_on, case.return_reason = returned_on, reason
    return _move(by, case, State.RETURNED)


def _check_day(day: dt.date, field: str) -> None:
    if day > time.today(clinic_zone()):
        raise Refused("That day is to come.", field=field)


def _check_placing(case: CollectionCase) -> None:
    if is_held(case.patient_id):
        raise Refused(ON_HOLD)
    if owed_by(case.patient_id) <= 0:
        raise Refused("Nothing is owed any more.")


def _locked(case: CollectionCase, state: str) -> CollectionCase:
    lock_keys(money_key(case.patient_id))
    case = CollectionCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.state != state:
        raise Conflict("This case has moved on meanwhile.")
    return case


def _move(by, case: CollectionCase, state: str) -> CollectionCase:
    case.state = state
    case.version += 1
    case.save()
    record(by, f"collection.{state}", obj=case, patient=case.patient_id, amount=str(case.amount))
    return case
