"""Registering, duplicates, and two people editing one patient."""

import datetime as dt

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused, Stale
from records import services
from records.models import ContactPoint, Patient
from records.rules import mrn
from records.services import Contact, PossibleDuplicate
from records.services.editing import flatten
from tests.factories import records as make

BORN = dt.date(1988, 3, 4)


def register(by, **fields):
    return services.register_patient(
        by=by,
        **{"first_name": "Maria", "last_name": "Ortiz", "birth_date": BORN, "sex_at_birth": "female"}
        | fields,
    )


def test_register_patient_gives_an_mrn_and_is_audited(ma):
    row = register(
        ma,
        contacts=[Contact("mobile", "(480) 555-0142", True), Contact("email", "M.Ortiz@Example.com")],
        preferred_name=" Mia ",
        language="es",
    )
    assert mrn.is_valid(row.mrn)
    assert row.name == "Maria “Mia” Ortiz"
    assert row.list_name == "Ortiz, Maria"
    assert list(row.contacts.values_list("kind", "value", "is_preferred")) == [
        ("mobile", "+14805550142", True),
        ("email", "m.ortiz@example.com", False),
    ]
    assert row.search == f" ortiz maria mia {mrn_digits(row)} 14805550142 mortizexamplecom"
    event = AuditEvent.objects.get(action="patient.registered")
    assert (event.patient_id, event.member_id, event.detail["mrn"]) == (row.pk, ma.member_id, row.mrn)


def mrn_digits(row):
    return row.mrn.replace("-", "")


def test_mrns_never_repeat(ma):
    found = {make.make_patient(f"A{chr(97 + n)}", "Chen", dt.date(1990, 1, 1 + n)).mrn for n in range(5)}
    assert len(found) == 5


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first_name": " "}, "first_name"),
        ({"last_name": ""}, "last_name"),
        ({"birth_date": dt.date(2999, 1, 1)}, "birth_date"),
        ({"birth_date": dt.date(1850, 1, 1)}, "birth_date"),
        ({"sex_at_birth": "robot"}, "sex_at_birth"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"contacts": [Contact("mobile", "123")]}, "phone"),
        ({"contacts": [Contact("email", "nobody")]}, "email"),
        ({"first_name": "x" * 81}, "first_name"),
        ({"deceased_on": dt.date(1980, 1, 1)}, "deceased_on"),
    ],
)
def test_register_patient_refuses(ma, fields, field):
    with pytest.raises(Refused) as caught:
        register(ma, **fields)
    assert caught.value.field == field
    assert not Patient.objects.exists()
    assert not AuditEvent.objects.filter(action="patient.registered").exists()


def test_a_likely_duplicate_is_shown_with_score_and_reasons(ma):
    first = register(ma, contacts=[Contact("mobile", "480-555-0142")])
    with pytest.raises(PossibleDuplicate) as caught:
        register(ma, first_name="Mariah", contacts=[Contact("mobile", "4805550142")])
    one = caught.value.candidates[0]
    assert one.patient_id == first.pk
    assert one.points == 100
    assert one.reasons == ("same last name", "first name sounds alike", "same date of birth", "same phone")
    assert one.is_strong
    assert Patient.objects.count() == 1
    register(ma, first_name="Mariah", duplicates_ok=True)
    assert Patient.objects.count() == 2


def test_a_swapped_day_and_month_is_noticed(ma):
    register(ma)
    with pytest.raises(PossibleDuplicate):
        register(ma, birth_date=dt.date(1988, 4, 3))
    register(ma, first_name="Lucia", birth_date=dt.date(1999, 9, 9))
    assert Patient.objects.count() == 2


def edit(by, patient, base, version=1, **more):
    return services.update_patient(by=by, patient_id=patient.pk, version=version, base=base, **more)


def opened(patient):
    return flatten(patient, list(ContactPoint.objects.filter(patient=patient)))


def test_two_people_editing_different_fields_merge(ma, provider, patient):
    base = opened(patient)
    edit(ma, patient, base, values={"city": "Chicago"})
    row = edit(provider, patient, base, values={"preferred_name": "Mia", "city": ""})
    assert (row.city, row.preferred_name, row.version) == ("Chicago", "Mia", 3)
    events = AuditEvent.objects.filter(action="patient.updated").order_by("id")
    assert [event.detail["fields"] for event in events] == [["city"], ["preferred_name"]]


def test_the_same_field_changed_twice_is_shown_and_nothing_is_saved(ma, provider, patient):
    base = opened(patient)
    edit(ma, patient, base, values={"city": "Chicago", "language": "en"})
    with pytest.raises(Stale) as caught:
        edit(provider, patient, base, values={"city": "Evanston", "preferred_name": "Mia"})
    assert caught.value.fields == ["city"]
    assert caught.value.theirs == {"city": "Chicago"}
    patient.refresh_from_db()
    assert (patient.city, patient.preferred_name, patient.version) == ("Chicago", "", 2)
    row = edit(
        provider,
        patient,
        base,
        values={"city": "Evanston", "preferred_name": "Mia"},
        settle={"city": "Chicago"},
    )
    assert (row.city, row.preferred_name) == ("Evanston", "Mia")


def test_a_settled_field_that_changed_again_is_asked_again(ma, provider, patient):
    base = opened(patient)
    edit(ma, patient, base, values={"city": "Chicago"})
    edit(ma, patient, base, version=2, values={"city": "Cicero"})
    with pytest.raises(Stale):
        edit(provider, patient, base, values={"city": "Evanston"}, settle={"city": "Chicago"})
    patient.refresh_from_db()
    assert patient.city == "Cicero"


def test_phones_added_by_two_people_are_both_kept(ma, provider, patient):
    base = opened(patient)
    edit(ma, patient, base, values={}, contacts={"new1": {"kind": "mobile", "value": "480 555 0142"}})
    edit(provider, patient, base, values={}, contacts={"new1": {"kind": "home", "value": "480 555 0143"}})
    values = list(patient.contacts.filter(is_active=True).values_list("kind", "value"))
    assert sorted(values) == [("home", "+14805550143"), ("mobile", "+14805550142")]
    patient.refresh_from_db()
    assert "14805550142" in patient.search
    assert "14805550143" in patient.search


def test_one_phone_changed_by_both_is_a_conflict(ma, provider, patient):
    services.update_patient(
        by=ma,
        patient_id=patient.pk,
        version=1,
        base=None,
        values={},
        contacts={"n": {"kind": "mobile", "value": "480 555 0142"}},
    )
    phone = patient.contacts.get()
    patient.refresh_from_db()
    base = opened(patient)
    key = str(phone.pk)
    edit(ma, patient, base, version=2, values={}, contacts={key: {"kind": "mobile", "value": "480 555 0001"}})
    with pytest.raises(Stale) as caught:
        edit(
            provider,
            patient,
            base,
            version=2,
            values={},
            contacts={key: {"kind": "mobile", "value": "480 555 0002"}},
        )
    assert caught.value.fields == [f"contact:{key}:value"]
    phone.refresh_from_db()
    assert phone.value == "+14805550001"


def test_a_removed_phone_is_kept_as_a_row_and_not_found_any_more(ma, patient):
    edit(ma, patient, None, values={}, contacts={"n": {"kind": "mobile", "value": "480 555 0142"}})
    phone = patient.contacts.get()
    edit(ma, patient, None, version=2, values={}, contacts={str(phone.pk): {"kind": "mobile", "value": ""}})
    phone.refresh_from_db()
    patient.refresh_from_db()
    assert not phone.is_active
    assert "4805550142" not in patient.search


def test_restrictions_keep_only_what_is_known(ma, patient):
    row = edit(ma, patient, None, values={"restrictions": {"no_text": True, "no_mail": False, "x": True}})
    assert row.restrictions == {"no_text": True}


def test_an_edit_that_changes_nothing_writes_nothing(ma, patient):
    row = edit(ma, patient, None, values={"city": "", "first_name": "Maria"})
    assert row.version == 1
    assert not AuditEvent.objects.filter(action="patient.updated").exists()
