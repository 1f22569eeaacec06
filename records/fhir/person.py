"""Finding, registering and updating the patient that imported resources are about."""

from __future__ import annotations

from typing import Any

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.phones import e164
from records.fhir.facts import PatientFacts
from records.models import ContactPoint, Patient
from records.services.registration import Contact, apply_fields, refresh_search, register_patient

KEY, SEEN = "fhir", "fhir_seen"
# How many earlier contents of one patient are remembered, so that an older file changes nothing.
REMEMBERED = 20


def known_patient(key: str) -> Patient | None:
    """The patient an earlier import made out of this key."""
    return Patient.objects.filter(external_ids__contains={KEY: key}).first()


def was_seen(patient: Patient, content_hash: str) -> bool:
    """True when exactly this content was imported before."""
    return content_hash in patient.external_ids.get(SEEN, [])


def remember(patient: Patient, content_hash: str) -> None:
    """Notes what has been imported, beside the key; not an edit, so the version stays."""
    seen = [*patient.external_ids.get(SEEN, []), content_hash][-REMEMBERED:]
    patient.external_ids = {**patient.external_ids, SEEN: seen}
    Patient.objects.filter(pk=patient.pk).update(external_ids=patient.external_ids)


def create(facts: PatientFacts, *, by: Actor) -> Patient:
    """Registers the patient; audited by the registration itself. Refuses what registration refuses."""
    return register_patient(
        by=by,
        contacts=[Contact(kind, value) for kind, value in contacts_of(facts)],
        duplicates_ok=True,
        external_ids={KEY: facts.key},
        **demographics(facts),
    )


def update(patient: Patient, facts: PatientFacts, *, by: Actor) -> bool:
    """Brings demographics and contacts to what the file says. True when something was different."""
    before = {name: getattr(patient, name) for name in demographics(facts)}
    apply_fields(patient, demographics(facts))
    changed = sorted(name for name, value in before.items() if getattr(patient, name) != value)
    there = set(ContactPoint.objects.filter(patient=patient).values_list("kind", "value"))
    new = [pair for pair in contacts_of(facts) if pair not in there]
    if changed:
        patient.version += 1
        patient.save()
    ContactPoint.objects.bulk_create(
        ContactPoint(patient=patient, kind=kind, value=value, rank=len(there) + rank)
        for rank, (kind, value) in enumerate(new, 1)
    )
    if changed or new:
        refresh_search(patient)
        audit.record(
            by, "patient.updated", obj=patient, patient=patient, fields=changed, contacts_added=len(new)
        )
    return bool(changed or new)


def demographics(facts: PatientFacts) -> dict[str, Any]:
    """The fields of a registration, cut to the length of their columns."""
    lengths = {field.name: field.max_length for field in Patient._meta.fields if field.max_length}
    names = (
        "first_name", "middle_name", "last_name", "suffix", "sex_at_birth", "birth_date", "deceased_on",
        "language", "address_line1", "address_line2", "city", "state", "postal_code",
    )  # fmt: skip
    values = {name: getattr(facts, name) for name in names}
    return {n: v[: lengths[n]] if isinstance(v, str) and n in lengths else v for n, v in values.items()}


def contacts_of(facts: PatientFacts) -> list[tuple[str, str]]:
    """Phones that can be dialed, in E.164, and e-mail addresses; each once."""
    phones = [(kind, e164(value)) for kind, value in facts.phones]
    found = [(kind, value) for kind, value in phones if value]
    found += [("email", value) for value in facts.emails if "@" in value]
    return list(dict.fromkeys(found))
