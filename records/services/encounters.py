"""Encounters: opened at check-in, closed at checkout."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Value, When

from clinic import audit
from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.db import Change, insert_together, service
from clinic.core.errors import Refused
from clinic.core.time import now
from records.models import Encounter, IdentityCheck, Note, Patient
from records.services._common import clean_text, need_member

IDENTIFIERS = {
    "name": "full name",
    "birth_date": "date of birth",
    "mrn": "MRN",
    "address": "address",
    "phone": "phone",
    "photo": "photo",
}


@service
def open_encounter(*, by: Actor, **facts: Any) -> Encounter:
    """Opens an encounter; `facts` are those of `encounter_rows`. Audited as `encounter.opened`."""
    rows = encounter_rows(by=by, **facts)
    insert_together(*rows)
    return rows[0]


def encounter_rows(
    *,
    by: Actor,
    patient: Patient,
    provider=None,
    reason: str = "",
    kind: str = "office",
    at: dt.datetime | None = None,
    location_label: str = "",
) -> tuple[Encounter, AuditEvent]:
    """What `open_encounter` inserts, for a caller that inserts it together with what opens it."""
    row = Encounter(
        patient=patient,
        provider=provider,
        kind=kind,
        started_at=at or now(),
        reason=clean_text(reason)[:300],
        location_label=clean_text(location_label)[:120],
        opened_by_id=by.member_id,
    )
    return row, audit.event(by, "encounter.opened", obj=row, patient=patient, encounter_kind=kind)


@service
def close_encounter(*, by: Actor, encounter: Encounter, at: dt.datetime | None = None) -> Encounter:
    """Closes an encounter at checkout; `signed` when its note is. Closing twice changes nothing."""
    row = _locked(encounter.pk)
    if row.ended_at:
        return row
    (rows, values), event = closing(by=by, encounter=row, at=at or now())
    rows.update(**values)
    insert_together(event)
    row.refresh_from_db(fields=["status"])
    return row


def closing(*, by: Actor, encounter: Encounter, at: dt.datetime) -> tuple[Change, AuditEvent]:
    """What `close_encounter` changes and inserts, for a caller that has locked the open encounter."""
    if at < encounter.started_at:
        raise Refused("A visit can’t end before it starts.")
    encounter.ended_at = at
    values = {"ended_at": at, "status": ended_status(), "updated_at": now()}
    event = audit.event(by, "encounter.closed", obj=encounter, patient=encounter.patient_id)
    return (Encounter.objects.filter(pk=encounter.pk), values), event


@service
def reopen_encounter(*, by: Actor, encounter: Encounter, reason: str) -> Encounter:
    """Takes a close back (a checkout undone). Audited as `encounter.reopened` with the reason."""
    row = _locked(encounter.pk)
    if row.ended_at is None:
        return row
    row.ended_at, row.status = None, Encounter.Status.OPEN
    row.save(update_fields=["ended_at", "status", "updated_at"])
    audit.record(by, "encounter.reopened", obj=row, patient=row.patient_id, reason=clean_text(reason))
    return row


def notes_changed(encounter_id: UUID) -> None:
    """An encounter that has ended follows its notes: signed, or merely closed."""
    row = _locked(encounter_id)
    if row.ended_at is not None:
        Encounter.objects.filter(pk=row.pk).exclude(status=ended_status()).update(
            status=ended_status(), updated_at=now()
        )


def ended_status() -> Case:
    """Of an encounter that has ended: signed when a visit note is signed and none is still a draft.

    Asked by the statement that writes it; the encounter is locked first, so that no signature slips between.
    """
    notes = Note.objects.filter(encounter=OuterRef("pk"))
    is_signed = Exists(notes) & ~Exists(notes.filter(signed_at__isnull=True))
    return Case(When(is_signed, then=Value(Encounter.Status.SIGNED)), default=Value(Encounter.Status.CLOSED))


def _locked(pk: UUID) -> Encounter:
    return Encounter.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


@service
def confirm_identity(
    *,
    by: Actor,
    patient: Patient,
    identifiers: tuple[str, ...],
    moment: str,
    encounter: Encounter | None = None,
) -> IdentityCheck:
    """Stores that two identifiers were confirmed with the patient and which. Audited as `identity.confirmed`.

    `moment` is check_in, rooming, injection, specimen or call. Refuses fewer than two, and another
    patient's encounter.
    """
    need_member(by)
    given = tuple(dict.fromkeys(one for one in identifiers if one in IDENTIFIERS))
    if len(given) < 2:
        raise Refused("Confirm two identifiers, for example name and date of birth.", field="identifiers")
    if encounter is not None and encounter.patient_id != patient.pk:
        raise Refused("This visit is another patient’s.")
    row = IdentityCheck.objects.create(
        patient=patient,
        encounter=encounter,
        identifiers=list(given),
        moment=moment,
        by_id=by.member_id,
        at=now(),
    )
    audit.record(by, "identity.confirmed", obj=row, patient=patient, identifiers=given, moment=moment)
    return row


def same_patient(encounter_id: UUID | None, patient_id: UUID) -> None:
    """Refuses an encounter that is not this patient's: ids from a form are never trusted to fit."""
    if encounter_id and not Encounter.objects.filter(pk=encounter_id, patient_id=patient_id).exists():
        raise Refused("This visit is another patient’s.")
