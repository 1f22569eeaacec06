"""Coverage: who pays, under which number, from when to when."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound, Refused
from clinic.core.time import now
from clinic.core.wakes import happened
from clinic.files.services import store_file
from records.models import Coverage, Patient, Payer
from records.services._common import check_fields, clean_text, expect_version, need_member
from records.services.registration import refresh_search

TEXT = ("plan_name", "member_id", "group_number", "subscriber_name")
FIELDS = (*TEXT, "rank", "relationship", "subscriber_birth_date", "starts_on", "ends_on", "copay_office")


@service
def add_payer(
    *, by: Actor, name: str, payer_id: str = "", kind: str = "commercial", phone: str = ""
) -> Payer:
    """Adds an insurance company (or another who pays). Audited as `payer.added`."""
    payer = Payer(name=clean_text(name), payer_id=clean_text(payer_id), kind=kind, phone=clean_text(phone))
    check_fields(payer)
    payer.save(force_insert=True)
    audit.record(by, "payer.added", obj=payer, name=payer.name)
    return payer


@service
def add_coverage(
    *, by: Actor, patient: Patient, payer: Payer, card_front=None, card_back=None, **fields
) -> Coverage:
    """Adds a coverage, with pictures of the card when given; audited as `coverage.added`.

    Refuses a commercial, Medicare or Medicaid coverage without a member id, a dependent without the
    subscriber's name, dates in the wrong order, and a second live coverage of the same rank.
    """
    row = Coverage(patient=patient, payer=payer)
    _apply(row, fields)
    _store_cards(by, row, card_front, card_back)
    row.save(force_insert=True)
    refresh_search(patient)
    audit.record(by, "coverage.added", obj=row, patient=patient, payer=payer.name, rank=row.rank)
    happened("coverage.saved", row.pk)
    return row


@service
def update_coverage(
    *,
    by: Actor,
    coverage_id: UUID,
    version: int | None = None,
    payer: Payer | None = None,
    card_front=None,
    card_back=None,
    **fields,
) -> Coverage:
    """Changes a coverage; audited as `coverage.updated` with the fields' names. Stale when edited since."""
    row = Coverage.objects.select_for_update(of=("self",)).filter(pk=coverage_id).first()
    if row is None:
        raise NotFound("This coverage is not on file.")
    expect_version(row, version, FIELDS)
    before = {name: getattr(row, name) for name in FIELDS} | {"payer_id": row.payer_id}
    if payer is not None:
        row.payer = payer
    _apply(row, fields)
    _store_cards(by, row, card_front, card_back)
    row.version += 1
    row.save()
    refresh_search(row.patient)
    changed = sorted(name for name, value in before.items() if getattr(row, name) != value)
    audit.record(by, "coverage.updated", obj=row, patient=row.patient_id, fields=changed)
    happened("coverage.saved", row.pk)
    return row


@service
def end_coverage(*, by: Actor, coverage_id: UUID, on: dt.date) -> Coverage:
    """The last day a coverage is in force. Audited as `coverage.ended`."""
    row = Coverage.objects.select_for_update(of=("self",)).filter(pk=coverage_id).first()
    if row is None:
        raise NotFound("This coverage is not on file.")
    row.ends_on = on
    row.version += 1
    row.save(update_fields=["ends_on", "version", "updated_at"])
    audit.record(by, "coverage.ended", obj=row, patient=row.patient_id, on=on)
    return row


@service
def verify_coverage(
    *, by: Actor, coverage_id: UUID, note: str = "", at: dt.datetime | None = None
) -> Coverage:
    """Stamps that the coverage was checked with the payer now (or `at`): by a member, or by the system with the payer's
    own answer. Audited as `coverage.verified`."""
    if not by.is_system:
        need_member(by)
    row = Coverage.objects.select_for_update(of=("self",)).filter(pk=coverage_id).first()
    if row is None:
        raise NotFound("This coverage is not on file.")
    row.verified_at, row.verified_by_id, row.verify_note = at or now(), by.member_id, clean_text(note)[:200]
    row.save(update_fields=["verified_at", "verified_by", "verify_note", "updated_at"])
    audit.record(by, "coverage.verified", obj=row, patient=row.patient_id)
    return row


def _apply(row: Coverage, fields: Mapping) -> None:
    for name, value in fields.items():
        if name not in FIELDS and name != "source_key":
            raise TypeError(f"{name} is no field of a coverage")
        setattr(row, name, clean_text(value) if name in TEXT else value)
    row.copay_office = None if row.copay_office in (None, "") else Decimal(row.copay_office)
    check_fields(row, fields)
    if row.payer.kind != Payer.Kind.SELF and not row.member_id:
        raise Refused("A member ID is needed.", field="member_id", hint="It is on the front of the card.")
    if row.relationship != Coverage.Relationship.SELF and not row.subscriber_name:
        raise Refused("Whose coverage is it?", field="subscriber_name")
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise Refused("Coverage ends before it starts.", field="ends_on")
    same_rank = Coverage.objects.filter(patient_id=row.patient_id, rank=row.rank).exclude(pk=row.pk)
    if any(_overlap(row, other) for other in same_rank):
        raise Refused(
            f"There is a {row.get_rank_display().lower()} coverage for this time already.",
            field="rank",
            hint="End it first, or choose another rank.",
        )


def _overlap(one: Coverage, other: Coverage) -> bool:
    first = max(one.starts_on or dt.date.min, other.starts_on or dt.date.min)
    last = min(one.ends_on or dt.date.max, other.ends_on or dt.date.max)
    return first <= last


def _store_cards(by: Actor, row: Coverage, front, back) -> None:
    for name, upload in (("card_front", front), ("card_back", back)):
        if upload:
            file = store_file(
                by=by,
                upload=upload,
                owner_kind="records.card",
                owner_id=str(row.patient_id),
                kinds=("image", "pdf"),
            )
            setattr(row, name, file)
