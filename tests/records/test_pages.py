"""The pages: what they show, what they cost, and whom they refuse."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.merge import snapshot
from inventory.models import StockLevel
from records import services
from records.models import (
    Allergy,
    AllergyStatement,
    Immunization,
    Note,
    Patient,
    Problem,
    RedFlag,
    Result,
    ReviewStamp,
    VitalSet,
)
from records.services.editing import flatten
from tests.factories import inventory as shelf
from tests.factories import records as make
from tests.factories.staff import make_member, signed_in

HTMX = {"HX-Request": "true"}


def url(name, *args):
    return reverse(f"records:{name}", args=args)


def fill(by, patient, encounter, count):
    """`count` rows of everything that a list of the chart shows."""
    now = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
    for n in range(count):
        services.add_allergy(by=by, patient=patient, substance=f"Drug {n}", reaction="rash")
        services.add_problem(by=by, patient=patient, text=f"Problem {n}")
        services.add_medication(by=by, patient=patient, name=f"Medicine {n}", dose="1 mg")
        services.add_related_person(by=by, patient=patient, name=f"Person {n}", relation="Friend")
        services.add_coverage(
            by=by, patient=patient, payer=make.make_payer(), member_id=f"W{n}", rank=n % 3 + 1
        )
        services.record_historical_immunization(
            by=by, patient=patient, cvx="141", given_on=dt.date(2020, 1, 1 + n)
        )
        make.record(
            by, encounter, *make.pressure(190 + n, 95), make.entry("pulse", "72"), make.entry("weight", "150")
        )
        Result.objects.create(
            patient=patient, name=f"Sodium {n}", value_text="140", observed_at=now, recorded_at=now
        )
    services.review_list(by=by, patient=patient, list_name="problems")


def queries_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(caught)


PATIENT_PAGES = (
    "patient",
    "patient-timeline",
    "vitals-history",
    "immunizations",
    "results",
    "coverage-list",
    "patient-print",
)


@pytest.mark.parametrize("page", [*PATIENT_PAGES, "allergies", "problems", "medications"])
def test_a_page_makes_the_same_queries_with_one_row_and_with_three(clinic, provider, page):
    counts = []
    client = signed_in(make_member("provider"))
    for count in (1, 3):
        patient = make.make_patient("Ana", f"Row{'xyz'[count - 1]}")
        fill(provider, patient, make.make_encounter(patient), count)
        address = url(page, patient.pk) if page in PATIENT_PAGES else url("patient-list", patient.pk, page)
        client.get(address)
        counts.append(queries_of(client, address))
    assert counts[0] == counts[1]


def test_the_first_screenful_is_four_queries(clinic, provider, patient, encounter):
    fill(provider, patient, encounter, 3)
    client = signed_in(make_member("provider"))
    client.get(url("patient", patient.pk))
    # One is the frame's (session, member, PC, mark of the settings); the chart's are the patient, the vitals, the look.
    assert queries_of(client, url("patient", patient.pk)) == 4


@pytest.mark.parametrize(
    "page", ["vitals-record", "rooming-allergies", "note-write", "encounter", "immunization-give"]
)
def test_a_visit_page_makes_the_same_queries_with_one_row_and_with_three(clinic, provider, page):
    counts = []
    client = signed_in(make_member("provider", credential="MD"))
    for count in (1, 3):
        patient = make.make_patient("Ana", f"Row{'xyz'[count - 1]}")
        encounter = make.make_encounter(patient)
        fill(provider, patient, encounter, count)
        for _ in range(count):
            shelf.stocked(shelf.make_vaccine(cvx="150"), quantity=2)
        client.get(url(page, encounter.pk))
        counts.append(queries_of(client, url(page, encounter.pk)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["home-flags", "home-notes"])
def test_home_panels_make_the_same_queries_with_one_row_and_with_three(clinic, provider, page):
    member = make_member("provider")
    client, counts = signed_in(member), []
    from tests.factories.staff import actor_for

    for n in range(3):
        encounter = make.make_encounter(make.make_patient("Ana", f"Row{'xyz'[n]}"))
        make.record(provider, encounter, *make.pressure(190, 95))
        services.save_note(by=actor_for(member), encounter=encounter, sections={"plan": "x"})
        client.get(url(page))
        counts.append(queries_of(client, url(page)))
    assert counts[0] == counts[2]


def test_opening_a_chart_leaves_one_look(as_role, patient):
    client = as_role("ma")
    client.get(url("patient", patient.pk))
    event = AuditEvent.objects.get(kind="look")
    assert (event.patient_id, event.detail) == (patient.pk, {"page": "chart"})


def test_the_front_desk_sees_who_the_patient_is_and_not_the_chart(as_role, ma, patient, encounter):
    fill(ma, patient, encounter, 1)
    client = as_role("front_desk")
    page = client.get(url("patient", patient.pk)).content.decode()
    assert "Ortiz" in page
    assert "Drug 0" not in page
    assert "Problem 0" not in page
    assert "Systolic" not in page
    for name in ("patient-timeline", "vitals-history", "immunizations", "results", "patient-print"):
        assert client.get(url(name, patient.pk)).status_code == 403
    assert client.get(url("patient-list", patient.pk, "allergies")).status_code == 403


def test_unknown_ids_are_404(as_role, patient):
    client = as_role("provider")
    for name in (
        "patient",
        "vitals-record",
        "note",
        "encounter",
        "coverage-edit",
        "flag-acknowledge",
        "patient-edit",
    ):
        member = as_role("provider", "front_desk")
        assert member.get(url(name, "00000000-0000-7000-8000-000000000000")).status_code == 404
    assert client.get(url("entry-edit", "nonsense", patient.pk)).status_code == 404
    assert client.get(url("patient-list", patient.pk, "nonsense")).status_code == 404


def vitals(**changes):
    return {
        "v-systolic-1": "128",
        "v-diastolic-1": "84",
        "d-systolic-1-site": "LA",
        "v-temp-1": "98.6",
        "d-temp-1-route": "oral",
        "u-temp-1": "[degF]",
        "v-weight-1": "154.3",
        "u-weight-1": "[lb_av]",
    } | changes


def test_the_vitals_form_saves_a_set(as_role, encounter):
    response = as_role("ma").post(url("vitals-record", encounter.pk), vitals(), headers=HTMX)
    assert response.status_code == 204
    assert set(VitalSet.objects.get().readings.values_list("vital", "entered_value")) == {
        ("systolic", "128"),
        ("diastolic", "84"),
        ("temp", "98.6"),
        ("weight", "154.3"),
    }


def test_the_vitals_form_keeps_what_was_typed_when_it_is_refused(as_role, encounter):
    response = as_role("ma").post(
        url("vitals-record", encounter.pk), vitals(**{"v-pulse-1": "310", "v-resp-1": "22"}), headers=HTMX
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="310"' in page
    assert 'value="154.3"' in page
    assert "Pulse has to be 20 to 300 /min." in page
    assert "Respirations at or above 21 /min" in page
    assert not VitalSet.objects.exists()


def test_the_same_vitals_form_sent_twice_is_one_set(as_role, encounter):
    client = as_role("ma")
    for _ in range(2):
        assert (
            client.post(url("vitals-record", encounter.pk), vitals(form_key="k1"), headers=HTMX).status_code
            == 204
        )
    assert VitalSet.objects.count() == 1


def test_a_red_flag_is_acknowledged_by_the_provider_alone(as_role, ma, encounter):
    make.record(ma, encounter, *make.pressure(190, 95))
    flag = RedFlag.objects.get()
    assert as_role("ma").post(url("flag-acknowledge", flag.pk), {"action": "Seen"}).status_code == 403
    flag.refresh_from_db()
    assert flag.acknowledged_at is None
    assert (
        as_role("provider")
        .post(url("flag-acknowledge", flag.pk), {"action": "Seen"}, headers=HTMX)
        .status_code
        == 204
    )
    flag.refresh_from_db()
    assert flag.action == "Seen"


def test_lists_are_worked_from_their_dialogs(as_role, patient, encounter):
    client = as_role("ma")
    visit = f"?encounter={encounter.pk}"
    assert client.post(url("allergies-none", patient.pk) + visit, headers=HTMX).status_code == 204
    assert AllergyStatement.objects.get().encounter_id == encounter.pk
    good = {"substance": "Penicillin", "severity": "severe", "kind": "allergy", "category": "medication"}
    assert client.post(url("allergy-add", patient.pk), good, headers=HTMX).status_code == 204
    again = client.post(url("allergy-add", patient.pk), good, headers=HTMX)
    assert again.status_code == 422
    assert "on the allergy list already" in again.content.decode()
    row = Allergy.objects.get()
    change = {**good, "status": "inactive", "version": row.version}
    assert client.post(url("entry-edit", "allergy", row.pk), change, headers=HTMX).status_code == 204
    assert (
        client.post(
            url("entry-edit", "allergy", row.pk), change | {"reaction": "hives"}, headers=HTMX
        ).status_code
        == 409
    )
    row.refresh_from_db()
    assert (row.status, row.reaction) == ("inactive", "")
    client.post(url("list-review", patient.pk, "medications") + visit, {"changed": "1"}, headers=HTMX)
    assert ReviewStamp.objects.get().changed is True


def test_a_visit_of_another_patient_in_the_address_changes_nothing(as_role, patient):
    other = make.make_encounter(make.make_patient("Tom", "Chen"))
    client = as_role("ma")
    visit = f"?encounter={other.pk}"
    for name, data in (
        ("allergies-none", {}),
        ("allergy-add", {"substance": "Latex", "severity": "mild", "kind": "allergy", "category": "other"}),
        ("problem-add", {"text": "Asthma", "status": "active"}),
        ("medication-add", {"name": "Aspirin", "status": "taking"}),
    ):
        assert client.post(url(name, patient.pk) + visit, data, headers=HTMX).status_code == 422, name
    assert client.post(url("list-review", patient.pk, "problems") + visit, headers=HTMX).status_code == 422
    assert [m.objects.count() for m in (Allergy, Problem, ReviewStamp)] == [0, 0, 0]
    assert not AllergyStatement.objects.exists()


REGISTER = {
    "first_name": "Maria",
    "last_name": "Ortiz",
    "birth_date": "3/4/88",
    "sex_at_birth": "female",
    "phone": "(480) 555-0142",
    "email": "",
    "language": "es",
    "may_text": "on",
}


def test_registration_by_six_fields_with_consent(as_role):
    from clinic.messaging.models import ContactConsent

    response = as_role("front_desk").post(url("patient-register"), REGISTER)
    row = Patient.objects.get()
    assert response.status_code == 302
    assert response.url == url("patient", row.pk)
    assert (row.birth_date, row.language) == (dt.date(1988, 3, 4), "es")
    consent = ContactConsent.objects.get()
    assert (consent.patient_id, consent.address, consent.is_granted) == (row.pk, "+14805550142", True)


def test_registration_warns_and_keeps_what_was_typed(as_role):
    client = as_role("front_desk")
    client.post(url("patient-register"), REGISTER)
    again = client.post(url("patient-register"), REGISTER | {"first_name": "Mariah", "city": "Evanston"})
    page = again.content.decode()
    assert again.status_code == 409
    assert "first name sounds alike" in page
    assert 'value="Evanston"' in page
    assert Patient.objects.count() == 1
    client.post(url("patient-register"), REGISTER | {"first_name": "Mariah", "duplicates_ok": "True"})
    assert Patient.objects.count() == 2


def test_a_wrong_date_of_birth_is_said_at_its_field(as_role):
    response = as_role("front_desk").post(url("patient-register"), REGISTER | {"birth_date": "2/30/1990"})
    assert response.status_code == 422
    assert "Not a date of birth" in response.content.decode()
    assert not Patient.objects.exists()


def edit_form(patient, base, **changes):
    return {
        "first_name": patient.first_name,
        "last_name": patient.last_name,
        "birth_date": "03/04/1988",
        "sex_at_birth": "female",
        "language": "en",
        "version": "1",
        "base": base,
    } | changes


def test_two_people_edit_one_patient_over_http(as_role, patient):
    base = snapshot(flatten(patient, []))
    one, other = as_role("front_desk"), as_role("front_desk")
    assert (
        one.post(url("patient-edit", patient.pk), edit_form(patient, base, city="Chicago")).status_code == 302
    )
    second = other.post(
        url("patient-edit", patient.pk), edit_form(patient, base, city="Evanston", preferred_name="Mia")
    )
    page = second.content.decode()
    assert second.status_code == 409
    assert "<b>Evanston</b>" in page
    assert "<b>Chicago</b>" in page
    assert 'value="Mia"' in page
    patient.refresh_from_db()
    assert (patient.city, patient.preferred_name) == ("Chicago", "")
    third = other.post(
        url("patient-edit", patient.pk),
        edit_form(patient, base, city="Evanston", preferred_name="Mia", **{"settle:city": "Chicago"}),
    )
    assert third.status_code == 302
    patient.refresh_from_db()
    assert (patient.city, patient.preferred_name, patient.version) == ("Evanston", "Mia", 3)


def test_a_note_saves_itself_and_is_signed(as_role, encounter):
    client = as_role("provider")
    auto = client.post(url("note-write", encounter.pk), {"plan": "Rest"}, headers={"X-Clinic-Autosave": "1"})
    assert auto.json() == {"version": 1}
    stale = client.post(url("note-write", encounter.pk), {"plan": "B", "version": "9"}, headers=HTMX)
    assert stale.status_code == 409
    assert "Rest" in stale.content.decode()
    assert (
        client.post(
            url("note-write", encounter.pk), {"plan": "Rest", "version": "1", "act": "sign"}
        ).status_code
        == 302
    )
    note = Note.objects.get()
    assert note.signed_at is not None
    ma = as_role("ma")
    refused = ma.post(url("note-write", encounter.pk), {"plan": "C", "act": "sign"}, headers=HTMX)
    assert refused.status_code == 422
    assert Note.objects.count() == 1


def test_a_vaccine_is_given_from_its_page(as_role, encounter):
    item, lot, place = shelf.stocked(shelf.make_vaccine(cvx="150"), quantity=2)
    client = as_role("ma", credential="CMA")
    address = f"{url('immunization-give', encounter.pk)}?item={item.pk}"
    page = client.get(address).content.decode()
    assert lot.number in page
    today = dt.date.today() - dt.timedelta(days=1)
    data = {
        "dose": f"{lot.pk}:{place.pk}",
        "route": "IM",
        "site": "LD",
        "dose_ml": "0.5",
        "eligibility": "V01",
        "vis_edition_on": "2025-01-31",
        "vis_given_on": today.isoformat(),
        "ordered_by": "Dr. Shah",
        "form_key": "f1",
    }
    blank = client.post(address, data, headers=HTMX)
    assert blank.status_code == 422
    assert "Screen first" in blank.content.decode()
    assert not Immunization.objects.exists()
    for _ in range(2):
        assert client.post(address, data | {"screened": "on"}, headers=HTMX).status_code == 204
    row = Immunization.objects.get()
    assert (row.lot_id, row.encounter_id) == (lot.pk, encounter.pk)
    assert StockLevel.objects.get(lot=lot).on_hand == 1
    assert (
        client.post(url("immunization-retract", row.pk), {"reason": "Not given"}, headers=HTMX).status_code
        == 204
    )
    assert StockLevel.objects.get(lot=lot).on_hand == 2


def test_a_lot_of_another_vaccine_cannot_be_sent(as_role, encounter):
    item, _, _ = shelf.stocked(shelf.make_vaccine(cvx="150"), quantity=1)
    _, other, place = shelf.stocked(shelf.make_vaccine(cvx="03"), quantity=1)
    response = as_role("ma", credential="CMA").post(
        f"{url('immunization-give', encounter.pk)}?item={item.pk}",
        {
            "dose": f"{other.pk}:{place.pk}",
            "route": "IM",
            "site": "LD",
            "dose_ml": "0.5",
            "eligibility": "V01",
            "vis_edition_on": "2025-01-31",
            "vis_given_on": "2026-01-02",
            "ordered_by": "Dr. Shah",
            "screened": "on",
        },
        headers=HTMX,
    )
    assert response.status_code == 422
    assert not Immunization.objects.exists()
    assert StockLevel.objects.get(lot=other).on_hand == 1


def test_timeline_filters_by_kind_and_text(as_role, ma, patient, encounter):
    fill(ma, patient, encounter, 2)
    client = as_role("provider")
    page = client.post(
        url("patient-timeline", patient.pk), {"kind": ["medications"], "text": "medicine 1"}
    ).content.decode()
    assert "Medicine 1" in page
    assert "Medicine 0" not in page
    assert "Vital signs ·" not in page
    assert client.get(url("patient-timeline", patient.pk) + "?before=nonsense").status_code == 200


def test_card_pictures_and_photos_need_their_permission(as_role, ma, patient):
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(buffer, "PNG")
    services.add_coverage(
        by=ma,
        patient=patient,
        payer=make.make_payer(),
        member_id="W1",
        card_front=SimpleUploadedFile("card.png", buffer.getvalue()),
    )
    file = patient.coverages.get().card_front
    address = reverse("files:download", args=[file.pk])
    assert as_role("front_desk").get(address).status_code == 200
    assert as_role("privacy").get(address).status_code in {403, 404}


@pytest.mark.parametrize(
    ("below", "goes_to"),
    [
        ("http://testserver/check-in/1/?a=b", "/check-in/1/?a=b"),
        ("http://evil.example/x/", None),
        ("http://testserver//evil.example/", None),
        ("", None),
    ],
)
def test_a_dialog_shows_the_page_below_it_anew_and_no_other_site(as_role, patient, below, goes_to):
    base = snapshot(flatten(patient, []))
    headers = HTMX | {"X-Clinic-Dialog": "1", "HX-Current-URL": below}
    response = as_role("front_desk").post(
        url("patient-edit", patient.pk), edit_form(patient, base, city="Cicero"), headers=headers
    )
    assert response["HX-Redirect"] == (goes_to or url("patient", patient.pk))


def test_the_banner_says_what_must_not_be_forgotten(as_role, ma):
    patient = make.make_patient(
        "Ana",
        "Silva",
        language="es",
        needs_interpreter=True,
        is_sensitive=True,
        restrictions={"no_voicemail": True},
        pronouns="she/her",
        preferred_name="Annie",
    )
    services.add_allergy(
        by=ma, patient=patient, substance="Penicillin", reaction="anaphylaxis", severity="severe"
    )
    page = as_role("ma").get(url("patient", patient.pk)).content.decode()
    for words in (
        "Ana “Annie” Silva",
        "she/her",
        "Spanish, interpreter",
        "Sensitive chart",
        "No voicemail",
        "Penicillin: anaphylaxis",
        "No coverage on file",
    ):
        assert words in page, words
    clerk = as_role("biller").get(url("patient", patient.pk)).content.decode()
    assert "Penicillin" not in clerk
    assert "Spanish, interpreter" in clerk
