"""Registering a patient and keeping the search column true."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from django.core.validators import validate_email
from django.db import connection

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.phones import e164
from clinic.core.profile import clinic_zone
from clinic.core.time import now, today
from records.models import ContactPoint, Coverage, Patient, RelatedPerson
from records.queries.duplicates import Candidate, candidates
from records.rules import duplicates, mrn, names
from records.services._common import check_fields, clean_text

TEXT_FIELDS = (
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "preferred_name",
    "pronouns",
    "gender_identity",
    "language",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "postal_code",
    "zone",
    "notes_for_desk",
)
PLAIN_FIELDS = (
    "sex_at_birth",
    "birth_date",
    "deceased_on",
    "needs_interpreter",
    "is_sensitive",
    "restrictions",
    "primary_provider_id",
)
FIELDS = TEXT_FIELDS + PLAIN_FIELDS
RESTRICTIONS = ("no_text", "no_voicemail", "no_mail")
REACH_WISHES = ("only_phone", "only_email", "mail_to")


@dataclass(frozen=True)
class Contact:
    """A phone or e-mail as typed."""

    kind: str
    value: str
    is_preferred: bool = False


class PossibleDuplicate(Refused):
    """Somebody on file may be this person; `candidates` come best first. Register anyway with `duplicates_ok`."""

    status = 409

    def __init__(self, found: list[Candidate]):
        super().__init__("Somebody on file may be this person.", hint="Open the chart, or register anyway.")
        self.candidates = found


@dataclass
class Registration:
    """The new row with its contacts, before it is saved."""

    patient: Patient
    contacts: list[ContactPoint] = field(default_factory=list)


def clean_contact(kind: str, value: str) -> str:
    """E.164 phone or lower-case e-mail. Refuses what is neither."""
    text = clean_text(value)
    if kind == ContactPoint.Kind.EMAIL:
        try:
            validate_email(text)
        except Exception as error:
            raise Refused("This is not an e-mail address.", field="email") from error
        return text.lower()
    phone = e164(text)
    if kind not in ContactPoint.Kind.values or phone is None:
        raise Refused("This is not a phone number.", field="phone", hint="Ten digits, area code first.")
    return phone


def next_mrn() -> str:
    """The next number of the clinic's own, with its check digit. Gaps are fine, repeats are not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('records_mrn_seq')")
        return mrn.format_mrn(cursor.fetchone()[0])


def apply_fields(patient: Patient, values: Mapping) -> None:
    """Sets and checks demographic fields; refuses a wrong one by name."""
    for name, value in values.items():
        if name not in FIELDS:
            raise TypeError(f"{name} is no field of a patient")
        setattr(patient, name, clean_text(value) if name in TEXT_FIELDS else value)
    check_fields(patient, values)
    day = today(clinic_zone())
    if not isinstance(patient.birth_date, dt.date):
        raise Refused("A date of birth is needed.", field="birth_date")
    if patient.birth_date > day:
        raise Refused("The date of birth is in the future.", field="birth_date")
    if patient.birth_date.year < day.year - 130:
        raise Refused("The date of birth is more than 130 years ago.", field="birth_date")
    if patient.deceased_on and patient.deceased_on < patient.birth_date:
        raise Refused("The date of death is before the date of birth.", field="deceased_on")
    if patient.zone and patient.zone not in available_timezones():
        raise Refused("This is not a time zone.", field="zone")
    held = patient.restrictions or {}
    # What the patient asked for about where to be reached is set by a service of its own and stays.
    patient.restrictions = {key: True for key in RESTRICTIONS if held.get(key)} | {
        key: held[key] for key in REACH_WISHES if held.get(key)
    }


def search_of(patient: Patient, contacts: Iterable[str], member_ids: Iterable[str]) -> str:
    """The finder's column for a patient."""
    numbers = [names.digits(patient.mrn), *(names.digits(v) if "@" not in v else v for v in contacts)]
    return names.search_text(
        [patient.last_name, patient.first_name, patient.preferred_name, patient.middle_name],
        [*numbers, *member_ids],
    )


def refresh_search(patient: Patient) -> None:
    """Writes the search column anew after names, contacts or coverage changed."""
    contacts = ContactPoint.objects.filter(patient=patient, is_active=True).values_list("value", flat=True)
    member_ids = (
        Coverage.objects.filter(patient=patient).exclude(member_id="").values_list("member_id", flat=True)
    )
    text = search_of(patient, contacts, member_ids)
    if text != patient.search:
        patient.search = text
        Patient.objects.filter(pk=patient.pk).update(search=text)


@service
def register_patient(
    *,
    by: Actor,
    first_name: str,
    last_name: str,
    birth_date: dt.date,
    contacts: Iterable[Contact] = (),
    duplicates_ok: bool = False,
    external_ids: Mapping | None = None,
    **fields,
) -> Patient:
    """Registers a patient under a new MRN; audited as `patient.registered`.

    `fields` are the other demographic fields by name. Refuses missing names, an impossible date of birth,
    phones and e-mails that are none, and (PossibleDuplicate) a likely second registration of one person
    unless `duplicates_ok`.
    """
    patient = Patient(external_ids=dict(external_ids or {}))
    apply_fields(
        patient, {"first_name": first_name, "last_name": last_name, "birth_date": birth_date, **fields}
    )
    cleaned = [Contact(one.kind, clean_contact(one.kind, one.value), one.is_preferred) for one in contacts]
    found = [] if duplicates_ok else candidates(_person(patient, cleaned))
    if found:
        raise PossibleDuplicate(found)
    patient.mrn = next_mrn()
    patient.search = search_of(patient, [one.value for one in cleaned], [])
    patient.save(force_insert=True)
    ContactPoint.objects.bulk_create(
        ContactPoint(
            patient=patient, kind=one.kind, value=one.value, rank=rank, is_preferred=one.is_preferred
        )
        for rank, one in enumerate({(one.kind, one.value): one for one in cleaned}.values(), 1)
    )
    audit.record(
        by, "patient.registered", obj=patient, patient=patient, mrn=patient.mrn, duplicates_ok=duplicates_ok
    )
    return patient


def _person(patient: Patient, contacts: list[Contact]) -> duplicates.Person:
    return duplicates.Person(
        first=patient.first_name,
        last=patient.last_name,
        birth_date=patient.birth_date,
        phones=frozenset(one.value for one in contacts if one.kind != ContactPoint.Kind.EMAIL),
        emails=frozenset(one.value for one in contacts if one.kind == ContactPoint.Kind.EMAIL),
        preferred=patient.preferred_name,
        postal_code=patient.postal_code,
    )


@service
def add_related_person(
    *,
    by: Actor,
    patient: Patient,
    name: str,
    relation: str,
    phone: str = "",
    is_emergency: bool = False,
    is_guardian: bool = False,
    is_proxy: bool = False,
    may_discuss: bool = False,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> RelatedPerson:
    """Adds an emergency contact, guardian, proxy or somebody to talk to. Audited as `related.added`."""
    row = RelatedPerson(
        patient=patient,
        name=clean_text(name),
        relation=clean_text(relation),
        phone=clean_contact("mobile", phone) if phone.strip() else "",
        is_emergency=is_emergency,
        is_guardian=is_guardian,
        is_proxy=is_proxy,
        may_discuss=may_discuss,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    check_fields(row)
    row.save(force_insert=True)
    audit.record(by, "related.added", obj=row, patient=patient, roles=row.roles)
    return row


@service
def end_related_person(*, by: Actor, related: RelatedPerson, on: dt.date) -> RelatedPerson:
    """Ends a related person's role from a day on; the row stays. Audited as `related.ended`."""
    if related.ended_at:
        raise Refused("This was ended already.")
    related.ends_on, related.ended_at, related.ended_by_id = on, now(), by.member_id
    related.save(update_fields=["ends_on", "ended_at", "ended_by", "updated_at"])
    audit.record(by, "related.ended", obj=related, patient=related.patient_id, on=on)
    return related
