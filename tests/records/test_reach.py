"""Where a patient asks to be reached: kept, held to, and not lost by other edits."""

import pytest
from django.urls import reverse

from clinic.core.errors import Refused, Stale
from clinic.messaging.queries.consent import may_contact
from clinic.staff.roles import Role
from records.models import ContactPoint, Patient
from records.queries.reach import mailing_address
from records.services.editing import update_patient
from records.services.reach import set_reach
from scheduling.queries.reminder_wishes import addresses_of
from tests.factories.messaging import SYSTEM, consent, make_reachable, phone
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    made = make_reachable(address_line1="1 Home Road", city="Elgin", state="IL", postal_code="60120")
    work = ContactPoint.objects.create(patient=made, kind="mobile", value=phone(), rank=2)
    consent(made, work.value)
    return made


def work_of(patient) -> str:
    return patient.contacts.get(rank=2).value


def test_only_the_chosen_number_is_used(patient):
    row = set_reach(by=SYSTEM, patient_id=patient.pk, version=1, only_phone=work_of(patient))
    assert row.version == 2
    assert addresses_of(row)["sms"] == work_of(patient)
    assert may_contact(row, "sms", work_of(patient), "reminder").allowed
    other = may_contact(row, "sms", patient.contacts.get(is_preferred=True).value, "reminder")
    assert other.reason == "The patient asked to be reached at another number or address."
    assert not may_contact(row, "voice", patient.contacts.get(is_preferred=True).value, "reminder").allowed


def test_a_number_taken_off_the_file_leaves_no_other_in_its_place(patient):
    row = set_reach(by=SYSTEM, patient_id=patient.pk, version=1, only_phone=work_of(patient))
    row.contacts.filter(rank=2).update(is_active=False)
    assert addresses_of(Patient.objects.get(pk=row.pk)) == {}


def test_letters_go_where_they_were_asked_for(patient):
    assert mailing_address(patient) == ["1 Home Road", "Elgin, IL 60120"]
    row = set_reach(
        by=SYSTEM, patient_id=patient.pk, version=1, mail_to="c/o Ida Ortiz; 9 Elm Street; Elgin, IL"
    )
    assert mailing_address(row) == ["c/o Ida Ortiz", "9 Elm Street", "Elgin, IL"]


def test_other_edits_keep_the_wish_and_the_flags(patient):
    row = set_reach(by=SYSTEM, patient_id=patient.pk, version=1, only_phone=work_of(patient))
    flags = {"no_text": False, "no_voicemail": True, "no_mail": False}
    edited = update_patient(
        by=SYSTEM, patient_id=row.pk, version=2, base=None, values={"city": "Aurora", "restrictions": flags}
    )
    assert edited.restrictions == {"no_voicemail": True, "only_phone": work_of(patient)}
    lifted = set_reach(by=SYSTEM, patient_id=row.pk, version=3)
    assert lifted.restrictions == {"no_voicemail": True}


@pytest.mark.parametrize(
    "wish", [{"only_phone": "+13125559999"}, {"only_email": "who@example.org"}, {"mail_to": "x" * 301}]
)
def test_what_is_refused_changes_nothing(patient, wish):
    with pytest.raises(Refused):
        set_reach(by=SYSTEM, patient_id=patient.pk, version=1, **wish)
    with pytest.raises(Stale):
        set_reach(by=SYSTEM, patient_id=patient.pk, version=7, only_phone=number_of_first(patient))
    patient.refresh_from_db()
    assert (patient.restrictions, patient.version) == ({}, 1)


def number_of_first(patient) -> str:
    return patient.contacts.get(is_preferred=True).value


def test_the_form(patient):
    url = reverse("records:patient-reach", args=[patient.pk])
    desk = signed_in(make_member(Role.FRONT_DESK))
    assert signed_in(make_member(Role.BILLER)).get(url).status_code == 403
    assert work_of(patient)[-4:] in desk.get(url).content.decode()
    sent = {"only_phone": work_of(patient), "only_email": "", "mail_to": "", "version": "1"}
    assert desk.post(url, {**sent, "only_phone": "+13125559999"}).status_code == 422
    assert desk.post(url, sent).status_code == 302
    patient.refresh_from_db()
    assert patient.restrictions == {"only_phone": work_of(patient)}
    page = desk.get(reverse("messaging:patient", args=[patient.pk])).content.decode()
    assert "Reach only here:" in page
