"""The booking dialog over HTTP: what is typed is never lost, and a form acts once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.ids import uuid7
from clinic.messaging.models import ContactConsent
from clinic.staff.roles import Role
from records.models import ContactPoint, Patient
from scheduling.models import Appointment, ResourceHold
from scheduling.queries.booking import patient_line
from tests.factories.scheduling import at, make_patient, visit_type
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

URL = "/schedule/book/"
DIALOG = {"HX-Request": "true", "X-Clinic-Dialog": "1"}


@pytest.fixture
def desk(clinic):
    return signed_in(make_member(Role.FRONT_DESK))


def form(clinic, start="9:00", **fields) -> dict:
    values = {
        "patient": "",
        "visit_type": visit_type().pk,
        "location": clinic.location.pk,
        "slot": f"{at(start).isoformat()}|{clinic.provider.pk}",
        "reason": "cough since Sunday",
        "form_key": str(uuid7()),
    }
    return {**values, **fields}


def test_booking_from_a_dialog_closes_it_and_says_what_to_read_back(clinic, desk):
    patient = make_patient()
    answer = desk.post(URL, form(clinic, patient=patient.pk), headers=DIALOG)
    assert answer.status_code == 204
    assert "refresh-day" in answer["HX-Trigger"]
    assert (
        f"Booked: Maria {patient.last_name}, Established follow-up with Pat Shah, MD, Tue, Mar 10, 2026 at 9:00 AM"
        in answer["HX-Trigger"]
    )
    assert "Please come 10 minutes early. Bring: Insurance card, list of medicines." in answer["HX-Trigger"]
    visit = Appointment.objects.get()
    assert (visit.patient_id, visit.starts_at, visit.reason) == (patient.pk, at("9:00"), "cough since Sunday")


def test_the_same_form_twice_books_once(clinic, desk):
    data = form(clinic, patient=make_patient().pk)
    first, second = desk.post(URL, data), desk.post(URL, data)
    assert (first.status_code, second.status_code, first["Location"]) == (302, 302, second["Location"])
    assert Appointment.objects.count() == 1


def test_a_lost_race_keeps_what_was_typed_and_offers_other_times(clinic, desk):
    clinic.book("9:00")
    patient = make_patient()
    answer = desk.post(URL, form(clinic, patient=patient.pk, patient_search="Ortiz, Maria"), headers=DIALOG)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Pat Shah, MD is taken on Tue, Mar 10, 2026, 9:00 AM." in page
    for kept in ("cough since Sunday", "Ortiz, Maria", str(patient.pk)):
        assert kept in page
    assert f'value="{at("9:20").isoformat()}|{clinic.provider.pk}"' in page
    assert Appointment.objects.count() == 1


def test_what_the_dialog_says_of_a_chosen_patient_stays_when_the_race_is_lost(clinic, desk):
    """Nothing is read or looked at again; an answer that is a page brings the line along."""
    clinic.book("9:00")
    data = form(clinic, patient=make_patient().pk)
    for headers, stays, shown in ((DIALOG, True, False), ({}, False, True)):
        page = desk.post(URL, data, headers=headers).content.decode()
        assert ("hx-preserve" in page, 'class="patient-line"' in page) == (stays, shown)


def test_after_a_lost_race_nothing_is_chosen_and_the_first_new_time_is_where_one_answers(clinic, desk):
    clinic.book("9:00")
    data = form(clinic, patient=make_patient().pk)
    answer = desk.post(URL, data, headers=DIALOG)
    page = answer.content.decode()
    assert not re.findall(r'name="slot"[^>]* checked', page)
    first = re.search(r'<input type="radio" name="slot" value="([^"]+)"[^>]*data-answer-here', page)
    assert first[1] == answer.context["openings"][0].value
    assert f'value="{data["slot"]}"' not in page
    assert desk.post(URL, data | {"slot": first[1]}, headers=DIALOG).status_code == 204


def test_who_may_overbook_finds_the_taken_time_named_and_not_chosen(clinic):
    clinic.book("9:00")
    manager = signed_in(make_member(Role.MANAGER))
    data = form(clinic, patient=make_patient().pk)
    page = manager.post(URL, data, headers=DIALOG).content.decode()
    assert not re.findall(r'name="slot"[^>]* checked', page)
    assert f'value="{data["slot"]}" data-taken-time' in page
    assert "Tue, Mar 10, 2026 at 9:00 AM, taken: only with a reason below" in page
    again = manager.post(URL, data | {"overbook_reason": "in pain"}, headers=DIALOG)
    assert again.status_code == 204
    assert Appointment.objects.count() == 2


def test_a_time_from_the_grid_stays_chosen_while_something_else_is_wrong(clinic, desk):
    data = form(clinic, patient="", patient_search="")
    page = desk.post(URL, data, headers=DIALOG).content.decode()
    assert re.findall(r'name="slot" value="([^"]+)"[^>]* checked', page) == [data["slot"]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"slot": ""}, "Choose a time"),
        ({"slot": "tomorrow"}, "Choose one of the times."),
        ({"slot": "2026-03-10T09:00:00|"}, "Choose one of the times."),
        ({"visit_type": uuid7()}, "Select a valid choice"),
        ({"slot": "", "day": "2027-03-14", "clock": "02:30"}, "02:30 does not exist on March 14"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(clinic, desk, fields, words):
    answer = desk.post(URL, form(clinic, patient=make_patient().pk, **fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Appointment.objects.count() == 0


def test_without_a_patient_nothing_is_booked(clinic, desk):
    answer = desk.post(URL, form(clinic, patient_search=""))
    assert (answer.status_code, "Choose a patient, or register a new one." in answer.content.decode()) == (
        422,
        True,
    )
    assert desk.post(URL, form(clinic, patient=uuid7())).status_code == 422
    assert Appointment.objects.count() == 0


def test_typed_so_that_one_fits_is_enough(clinic, desk):
    patient = make_patient(search=" zelda quill")
    assert desk.post(URL, form(clinic, patient_search="quill")).status_code == 302
    assert Appointment.objects.get().patient_id == patient.pk


NEW = {
    "new_first_name": "Zora",
    "new_last_name": "Quill",
    "new_birth_date": "3/4/1988",
    "new_sex": "female",
    "new_phone": "(312) 555-0142",
    "new_may_text": "on",
}


def test_unknown_patient_is_registered_and_booked_in_one_go(clinic, desk):
    assert desk.post(URL, form(clinic, **NEW)).status_code == 302
    patient = Appointment.objects.get().patient
    assert (patient.first_name, patient.last_name, str(patient.birth_date)) == ("Zora", "Quill", "1988-03-04")
    assert ContactPoint.objects.get(patient=patient).value == "+13125550142"
    consent = ContactConsent.objects.get(patient=patient)
    assert (consent.is_granted, consent.channel, consent.purpose) == (True, "sms", "reminder")


def test_a_likely_duplicate_is_shown_first_and_nothing_is_saved(clinic, desk):
    desk.post(URL, form(clinic, **NEW))
    answer = desk.post(URL, form(clinic, "10:00", **NEW))
    assert answer.status_code == 409
    assert "Is it one of these?" in answer.content.decode()
    assert (Patient.objects.filter(last_name="Quill").count(), Appointment.objects.count()) == (1, 1)
    assert desk.post(URL, form(clinic, "10:00", **NEW, new_anyway="on")).status_code == 302
    assert Patient.objects.filter(last_name="Quill").count() == 2


def test_a_taken_time_registers_nobody(clinic, desk):
    clinic.book("9:00")
    before = Patient.objects.count()
    assert desk.post(URL, form(clinic, **NEW)).status_code == 409
    assert Patient.objects.count() == before


def test_text_me_mirrors_and_changes_consent(clinic, desk):
    patient = make_patient()
    ContactPoint.objects.create(patient=patient, kind="mobile", value="+13125550100", is_preferred=True)
    data = form(clinic, patient=patient.pk, text_known="1", text_me="on")
    assert desk.post(URL, data).status_code == 302
    assert ContactConsent.objects.get(patient=patient).is_granted
    desk.post(URL, form(clinic, "10:00", patient=make_patient().pk, text_known="1"))
    assert ContactConsent.objects.count() == 1


def test_overbooking_over_http_needs_the_permission(clinic, desk):
    clinic.book("9:00")
    data = form(clinic, patient=make_patient().pk, overbook_reason="in pain")
    is_allowed = "appointment_overbook" in _permissions(Role.FRONT_DESK)
    answer = desk.post(URL, data)
    assert answer.status_code == (302 if is_allowed else 403)
    assert ResourceHold.objects.filter(is_overbook=True).exists() == is_allowed


def _permissions(role) -> set[str]:
    from clinic.staff.roles import ROLE_PERMISSIONS

    return {permission.value for permission in ROLE_PERMISSIONS[role]}


def test_moving_and_cancelling_over_http(clinic, desk):
    visit = clinic.book("9:00")
    move = reverse("scheduling:appointment-move", args=[visit.pk])
    data = {
        "slot": f"{at('10:00').isoformat()}|{clinic.provider.pk}",
        "version": visit.version,
        "form_key": "a",
    }
    assert desk.post(move, data).status_code == 302
    second = desk.post(move, data | {"form_key": "b", "slot": f"{at('11:00').isoformat()}|"})
    assert second.status_code == 409
    assert (
        "Somebody changed this visit while you had it open. It is now rescheduled" in second.content.decode()
    )
    new = Appointment.objects.get(state="scheduled")
    cancel = reverse("scheduling:appointment-cancel", args=[new.pk])
    assert desk.post(cancel, {"version": new.version, "form_key": "c"}).status_code == 422
    answer = desk.post(
        cancel, {"version": new.version, "reason": "patient_better", "form_key": "d"}, headers=DIALOG
    )
    assert answer.status_code == 204
    assert reverse("scheduling:visit-undo", args=[new.pk]) in answer["HX-Trigger"]
    assert desk.post(reverse("scheduling:visit-undo", args=[new.pk])).status_code == 302
    new.refresh_from_db()
    assert new.state == "scheduled"


def test_looking_at_a_visit_is_written_down(clinic, desk):
    visit = clinic.book("9:00")
    desk.get(reverse("scheduling:appointment", args=[visit.pk]))
    seen = AuditEvent.objects.filter(action="chart.viewed", patient_id=visit.patient_id)
    assert [event.detail["page"] for event in seen] == ["appointment"]


def test_openings_follow_type_provider_and_day(clinic, desk):
    clinic.book("8:00")
    data = {"visit_type": visit_type().pk, "provider": clinic.provider.pk, "location": clinic.location.pk}
    page = desk.post(reverse("scheduling:openings"), data).content.decode()
    assert page.count('name="slot"') == 6
    assert "Tue, Mar 10 · 8:20 AM" in page
    later = desk.post(reverse("scheduling:openings"), data | {"from": "2026-03-12"}).content.decode()
    assert "Tue, Mar 17 · 8:00 AM" in later
    assert "Mar 10" not in later


def test_the_line_of_the_patient_says_the_next_visit_and_who_often_stays_away(clinic, desk, time_machine):
    patient = make_patient()
    for clock in ("8:00", "9:00"):
        missed = clinic.book(clock, patient=patient, overbook_reason="again")
        Appointment.objects.filter(pk=missed.pk).update(state="no_show")
    ahead = [clinic.book(clock, patient=patient, overbook_reason="again") for clock in ("11:00", "10:00")]
    patient_line(patient)  # what is kept in memory is read once
    with counted() as log:
        line = patient_line(patient)
    assert len(log) == 1
    assert (line.no_shows, line.needs_call) == (2, True)
    assert (line.next_visit.when, line.next_visit.clock) == ("Tue, Mar 10, 2026", "10:00 AM")
    assert (line.phone, line.text_words) == ("", "No mobile number on file.")
    time_machine.move_to(ahead[0].starts_at + timedelta(hours=13), tick=False)
    assert patient_line(patient).next_visit is None
    time_machine.move_to(ahead[0].starts_at + timedelta(days=366), tick=False)
    assert patient_line(patient).no_shows == 0


def test_what_was_typed_about_a_new_patient_is_in_the_form_that_comes_back(clinic, desk):
    typed = form(clinic, new_first_name="Zoe <3", new_last_name="", new_phone="312 555 0142")
    answer = desk.post(URL, typed, headers=DIALOG)
    assert answer.status_code == 422
    assert 'value="Zoe &lt;3"' in answer.content.decode()
    assert "Needed to register a patient." in answer.content.decode()
    # The blank fields are one text for everybody: nobody's words stay in it.
    assert "Zoe" not in desk.get(URL, headers=DIALOG).content.decode()
