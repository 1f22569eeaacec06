"""Editing demographics: what two people changed apart merges, what they changed alike is shown side by side."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound, Refused, Stale
from clinic.core.ids import uuid7
from clinic.core.merge import three_way
from clinic.files.services import store_file
from records.models import ContactPoint, Patient
from records.services.registration import (
    FIELDS,
    RESTRICTIONS,
    apply_fields,
    clean_contact,
    refresh_search,
)

CONTACT = "contact"
_CONTACT_PARTS = ("kind", "value", "is_preferred")


def flatten(patient: Patient, contacts: list[ContactPoint]) -> dict[str, str]:
    """The editable values as flat text, the form in which two edits are compared and merged.

    Contacts are keyed by row, so that two people adding numbers never collide.
    """
    flat = {name: as_text(getattr(patient, name)) for name in FIELDS if name != "restrictions"}
    flat |= {f"restrict:{key}": as_text((patient.restrictions or {}).get(key, False)) for key in RESTRICTIONS}
    for row in contacts:
        flat[f"{CONTACT}:{row.pk}:kind"] = row.kind
        flat[f"{CONTACT}:{row.pk}:value"] = row.value
        flat[f"{CONTACT}:{row.pk}:is_preferred"] = as_text(row.is_preferred)
    return flat


def as_text(value: Any) -> str:
    """None and False are empty, True is 1, all else its own text."""
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


@service
def update_patient(
    *,
    by: Actor,
    patient_id: UUID,
    version: int,
    base: Mapping[str, str] | None,
    values: Mapping[str, Any],
    contacts: Mapping[str, Mapping[str, Any]] | None = None,
    settle: Mapping[str, str] | None = None,
) -> Patient:
    """Saves an edit made on `version`; audited as `patient.updated` with the fields' names.

    `values` are demographic fields by name; `contacts` rows by id (or by any other key for new ones), an
    empty value removing the row. `base` is what the form was opened with, flat. When somebody saved in
    between, fields merge one by one; the same field changed differently raises Stale with their values,
    unless `settle` says for it which text the user saw and overrules.
    """
    patient = Patient.objects.select_for_update(of=("self",)).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound("This patient is not on file.")
    rows = list(ContactPoint.objects.filter(patient=patient, is_active=True))
    theirs = flatten(patient, rows)
    wanted = _mine(values, contacts or {}, theirs)
    if patient.version != version:
        wanted = _merge(base or {}, wanted, theirs, settle or {})
    changed = sorted(name for name in wanted if wanted[name] != theirs.get(name, ""))
    if not changed:
        return patient
    _save_fields(patient, wanted, values, changed)
    _save_contacts(patient, rows, wanted, changed)
    patient.version += 1
    patient.save()
    refresh_search(patient)
    audit.record(
        by,
        "patient.updated",
        obj=patient,
        patient=patient,
        fields=_names(changed),
        merged=patient.version - 1 != version,
    )
    return patient


def _mine(values: Mapping, contacts: Mapping, theirs: Mapping[str, str]) -> dict[str, str]:
    """What the form wants, flat; contact values in stored form so that equal numbers compare equal."""
    flat = {name: as_text(value) for name, value in values.items() if name != "restrictions"}
    for key in RESTRICTIONS if "restrictions" in values else ():
        flat[f"restrict:{key}"] = as_text(bool(values["restrictions"].get(key)))
    for key, row in contacts.items():
        is_known = f"{CONTACT}:{key}:value" in theirs
        value = str(row.get("value") or "").strip()
        if not value and not is_known:
            continue
        cleaned = clean_contact(row["kind"], value) if value else ""
        parts = {
            "kind": row["kind"],
            "value": cleaned,
            "is_preferred": as_text(bool(row.get("is_preferred"))),
        }
        if not cleaned:
            parts = dict.fromkeys(_CONTACT_PARTS, "")
        flat |= {f"{CONTACT}:{key}:{part}": text for part, text in parts.items()}
    return flat


def _merge(base: Mapping, mine: dict, theirs: dict, settle: Mapping[str, str]) -> dict[str, str]:
    opened = {name: base.get(name, "") for name in mine}
    current = {name: theirs.get(name, "") for name in mine}
    merged, conflicts = three_way(opened, mine, current)
    # A settled field is overruled only while their value is still the one the user was shown.
    left = [one for one in conflicts if settle.get(one.field) != as_text(one.theirs)]
    if left:
        raise Stale(
            "Somebody else saved this patient while you were editing.",
            fields=[one.field for one in left],
            theirs={one.field: one.theirs for one in left},
            hint="Choose for each field below. Nothing you typed is lost.",
        )
    return merged


def _save_fields(patient: Patient, wanted: Mapping, values: Mapping, changed: list[str]) -> None:
    new = {name: values[name] for name in changed if name in values and wanted[name] == as_text(values[name])}
    if any(name.startswith("restrict:") for name in changed):
        kept = dict(patient.restrictions or {})
        for key in RESTRICTIONS:
            kept[key] = bool(wanted.get(f"restrict:{key}", as_text(kept.get(key, False))))
        new["restrictions"] = kept
    apply_fields(patient, new)


def _save_contacts(patient: Patient, rows: list[ContactPoint], wanted: Mapping, changed: list[str]) -> None:
    known = {str(row.pk): row for row in rows}
    keys = dict.fromkeys(name.split(":")[1] for name in changed if name.startswith(f"{CONTACT}:"))
    rank = max((row.rank for row in rows), default=0)
    for key in keys:
        row = known.get(key)
        parts = {part: wanted.get(f"{CONTACT}:{key}:{part}") for part in _CONTACT_PARTS}
        if not parts["value"]:
            if row:
                row.is_active = False
                row.save(update_fields=["is_active", "updated_at"])
            continue
        if row is None:
            row, rank = (
                _revived(patient, parts) or ContactPoint(pk=uuid7(), patient=patient, rank=rank + 1),
                rank + 1,
            )
        if any(
            other.pk != row.pk and (other.kind, other.value) == (parts["kind"], parts["value"])
            for other in rows
        ):
            raise Refused("This number or address is on file already.", field="contacts")
        row.kind, row.value, row.is_active = parts["kind"], parts["value"], True
        row.is_preferred = parts["is_preferred"] == "1"
        row.save()


def _revived(patient: Patient, parts: Mapping) -> ContactPoint | None:
    """A number that was taken off earlier comes back as the same row."""
    return ContactPoint.objects.filter(patient=patient, kind=parts["kind"], value=parts["value"]).first()


def _names(changed: list[str]) -> list[str]:
    return sorted({"contacts" if name.startswith(CONTACT) else name for name in changed})


@service
def set_photo(*, by: Actor, patient: Patient, upload) -> Patient:
    """Stores a picture of the patient (JPEG, PNG, WebP; drawn anew). Audited as `patient.photo_set`."""
    file = store_file(by=by, upload=upload, owner_kind="records.photo", owner_id=str(patient.pk))
    Patient.objects.filter(pk=patient.pk).update(photo=file)
    patient.photo = file
    audit.record(by, "patient.photo_set", obj=patient, patient=patient, file=str(file.pk))
    return patient
