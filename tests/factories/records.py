"""Patients and charts for tests, made through the services."""

import datetime as dt
import itertools
from decimal import Decimal

from clinic.core.actor import Actor
from clinic.core.time import now
from records import services
from records.models import Encounter, Patient, Payer
from records.rules.vitals.check import Entry
from tests.factories.staff import actor_for, make_member

_numbers = itertools.count(1)
SYSTEM = Actor.system("tests.records")


def make_patient(
    first: str = "Maria", last: str = "Ortiz", born: dt.date = dt.date(1988, 3, 4), **fields
) -> Patient:
    """A registered patient; duplicates are not looked for."""
    contacts = fields.pop("contacts", ())
    return services.register_patient(
        by=SYSTEM,
        first_name=first,
        last_name=last,
        birth_date=born,
        duplicates_ok=True,
        contacts=contacts,
        **({"sex_at_birth": "female"} | fields),
    )


def make_patients(count: int, last: str = "Park") -> list[Patient]:
    return [make_patient(f"Joon{chr(97 + n)}", last, dt.date(1970, 1, 1 + n)) for n in range(count)]


def make_encounter(patient: Patient | None = None, **fields) -> Encounter:
    """An open office visit that began ten minutes ago."""
    defaults = {"at": now() - dt.timedelta(minutes=10), "reason": "Headache"}
    return services.open_encounter(by=SYSTEM, patient=patient or make_patient(), **defaults | fields)


def make_payer(**fields) -> Payer:
    return Payer.objects.create(**{"name": f"Lakeshore Health {next(_numbers)}"} | fields)


def actor(*roles: str) -> Actor:
    """A member with these roles, as an actor."""
    return actor_for(make_member(*roles))


def entry(vital: str, text: str = "", **options) -> Entry:
    """An entry with the details that its vital sign cannot do without."""
    detail = {"temp": {"route": "oral"}, "spo2": {"oxygen": "air"}}.get(vital, {})
    return Entry(vital, text=text, detail=detail | options.pop("detail", {}), **options)


def pressure(systolic, diastolic, sequence: int = 1, **options) -> list[Entry]:
    return [
        entry("systolic", str(systolic), sequence=sequence, **options),
        entry("diastolic", str(diastolic), sequence=sequence, **options),
    ]


def record(by: Actor, encounter: Encounter, *entries: Entry, **fields):
    """A set saved through the service."""
    return services.record_vitals(by=by, encounter=encounter, readings=entries, **fields)


def lb(text: str) -> Decimal:
    """Pounds as kilograms, exact."""
    return Decimal(text) * Decimal("0.45359237")
