"""Thirty attacks on clinic software that became public, each with the tests that rebuild it here.

`CASES` is the table; docs/security.md shows it in words. The tests below are those that stand nowhere else.
"""

import ast
import datetime as dt
import pickle
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.staff.models import Member
from clinic.staff.roles import Role
from records import services
from records.models import Note, Patient, VitalSet
from scheduling.models import Appointment
from tests.clinic.desk.test_set_up import GOOD
from tests.factories import records as make
from tests.factories.scheduling import EARLY, Clinic
from tests.factories.staff import PASSWORD, make_member, sign_in_by_password, signed_in
from tests.records.fhir import made
from tests.security.test_payloads import PAYLOAD, SHOWN, made_by

ROOT = Path(settings.BASE_DIR)
HERE = "security/test_attack_cases.py"
ACCESS, ROWS = "architecture/test_access.py", "architecture/test_access_rows.py"
MATRIX, STATIC, IDLE = "security/test_matrix.py", "security/test_static_rules.py", "security/test_idle.py"
# Number -> (what was attacked, tests under tests/ as "file::name").
CASES: dict[int, tuple[str, list[str]]] = {
    1: ("SQL in a sort parameter", [
        "clinic/staff/test_audit_page.py::test_any_other_sort_is_the_default_order",
        "security/test_parameters.py::test_no_parameter_of_an_address_is_taken_at_its_word"]),
    2: ("SQL in any field", ["security/test_form_fields.py::test_no_field_of_a_form_is_taken_at_its_word",
        "security/test_form_fields_too.py::test_no_field_of_the_other_forms_is_taken_at_its_word"]),
    3: ("vital signs of another patient by an id in the body", [
        f"{HERE}::test_03_vitals_by_an_id_in_the_body_touch_no_other_patient"]),
    4: ("notes of somebody else by an id in the body", [
        f"{HERE}::test_04_a_note_by_an_id_in_the_body_touches_no_other_note",
        "records/test_pages.py::test_a_visit_of_another_patient_in_the_address_changes_nothing"]),
    5: ("an old way to the same row", [f"{STATIC}::test_views_find_rows_through_queries_not_by_an_id_alone"]),
    6: ("documents by their id", [
        "records/test_pages.py::test_card_pictures_and_photos_need_their_permission",
        f"{MATRIX}::test_get_answers_as_the_permission_table_says"]),
    7: ("the patient kept in the session is switched", [
        f"{STATIC}::test_a_session_knows_no_current_patient", f"{HERE}::test_07_two_tabs_keep_two_patients"]),
    8: ("the printable view forgets the check", [
        f"{HERE}::test_08_print_and_export_views_are_in_the_matrix",
        f"{MATRIX}::test_get_answers_as_the_permission_table_says"]),
    9: ("one list without its scope", [
        "billing/test_pages.py::test_the_desk_sees_only_its_own_takings",
        "clinic/staff/test_drafts.py::test_a_draft_comes_back_to_its_writer_alone"]),
    10: ("an address without a check", [f"{ACCESS}::test_every_address_names_its_rule"]),
    11: ("payers and fees edited by anybody", [
        "billing/test_pages.py::test_only_biller_and_manager_write_what_is_theirs",
        f"{HERE}::test_11_the_front_desk_edits_no_fees"]),
    12: ("claim files and their logs", [
        "billing/test_claim_pages.py::test_who_may_look_and_who_may_act",
        "billing/insurance/test_pages.py::test_an_answer_as_it_came_is_for_billers",
        "billing/clearinghouse/test_connections.py::test_each_trouble_has_its_name_and_tells_nothing_about_anybody",
        "billing/clearinghouse/test_connections.py::test_names_never_leave_in_the_clear",
        "billing/clearinghouse/test_connections.py::test_a_key_is_no_path"]),
    13: ("a module without permissions", [f"{ACCESS}::test_role_by_url", f"{ACCESS}::test_every_address_names_its_rule"]),
    14: ("a check turned round", [f"{MATRIX}::test_get_answers_as_the_permission_table_says", f"{ACCESS}::test_role_by_url"]),
    15: ("an explicit no that is ignored", [
        f"{MATRIX}::test_a_revoked_permission_closes_every_address_that_needs_it_at_the_next_request",
        "clinic/staff/test_members.py::test_a_revoke_beats_a_grant_and_every_role"]),
    16: ("a parameter that switches the idle lock off", [
        f"{IDLE}::test_no_parameter_or_body_keeps_a_session_open",
        f"{IDLE}::test_no_kind_of_request_opens_anything_once_idle"]),
    17: ("a file path or an address from the user", [
        "security/test_uploads.py::test_a_name_never_reaches_the_disk_or_a_header",
        f"{STATIC}::test_only_the_gateways_talk_to_other_hosts"]),
    18: ("a command line", [
        f"{STATIC}::test_nothing_that_a_request_reaches_runs_code_or_a_shell",
        f"{STATIC}::test_nothing_that_a_request_reaches_starts_a_process_or_unpickles",
        f"{STATIC}::test_no_page_can_start_a_backup"]),
    19: ("fields that no form offers", [
        "security/test_mass_assignment.py::test_extra_fields_of_any_form_write_nothing",
        f"{STATIC}::test_model_forms_name_their_fields_and_none_that_decides_about_access"]),
    20: ("stored markup", [
        "security/test_payloads.py::test_markup_in_any_text_stays_text_on_every_page",
        f"{HERE}::test_20_markup_in_an_import_stays_text"]),
    21: ("clinical reports for the accountant", [f"{HERE}::test_21_billing_reads_no_clinical_page"]),
    22: ("a variant of a username", [
        "clinic/staff/test_rules.py::test_every_variant_of_a_username_is_one_name",
        f"{HERE}::test_22_no_name_looks_like_another"]),
    23: ("signing up past the check", [f"{ACCESS}::test_nobody_can_sign_up", f"{MATRIX}::test_half_signed_in_opens_nothing"]),
    24: ("forms of other sites", [
        f"{MATRIX}::test_nothing_is_written_without_the_form_token",
        f"{MATRIX}::test_methods_that_need_no_form_token_change_nothing", f"{ROWS}::test_no_get_changes_anything"]),
    25: ("provider or appointment from the body", [f"{HERE}::test_25_a_visit_goes_to_nobody_who_does_not_see_patients"]),
    26: ("every booking for strangers", [
        f"{ACCESS}::test_strangers_are_sent_to_the_sign_in_page",
        f"{MATRIX}::test_no_other_spelling_of_an_address_opens_it_to_strangers"]),
    27: ("files straight from the web server", [f"{HERE}::test_27_no_file_is_served_by_its_path"]),
    28: ("objects in messages, sessions and caches", [
        f"{STATIC}::test_answers_of_the_broker_and_sessions_are_json", f"{HERE}::test_28_a_pickled_task_is_not_opened"]),
    29: ("ways round the pause after wrong passwords", [
        f"{HERE}::test_29_wrong_passwords_count_wherever_one_is_asked",
        "clinic/staff/test_sign_in.py::test_forged_forwarding_headers_and_spellings_count_together"]),
    30: ("set-up pages and error details", [
        f"{HERE}::test_30_set_up_is_gone_and_errors_tell_nothing", f"{ACCESS}::test_no_administration_site_is_mounted"]),
}  # fmt: skip


def test_every_case_has_its_tests():
    missing = []
    for number in range(1, 31):
        words, named = CASES[number]
        assert words
        assert named
        for one in named:
            file, _, name = one.partition("::")
            tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
            if name not in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}:
                missing.append(f"{number}: {one}")
    assert missing == []


def test_the_documentation_has_a_line_for_every_case():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for number, (_, named) in CASES.items():
        line = next((row for row in page.splitlines() if row.startswith(f"| {number} |")), "")
        assert line, number
        for one in named:
            assert one.rpartition("::")[2] in line, (number, one)


pytestmark = pytest.mark.django_db


def test_03_vitals_by_an_id_in_the_body_touch_no_other_patient():
    member = make_member(Role.MA)
    mine, other = make.make_encounter(), make.make_encounter(make.make_patient("Ada", "Elsewhere"))
    theirs = make.record(make.actor(Role.MA), other, make.entry("pulse", "72"))
    before = VitalSet.objects.filter(pk=theirs.pk).values().get()
    sent = {
        "encounter": str(other.pk),
        "patient": str(other.patient_id),
        "id": str(theirs.pk),
        "pk": str(theirs.pk),
    }
    sent |= {"replaces": str(theirs.pk), "set": str(theirs.pk), "v-pulse-1": "180", "pulse": "180"}
    signed_in(member).post(reverse("records:vitals-record", args=[mine.pk]), sent)
    assert VitalSet.objects.filter(pk=theirs.pk).values().get() == before
    assert VitalSet.objects.filter(patient=other.patient).count() == 1


def test_04_a_note_by_an_id_in_the_body_touches_no_other_note():
    encounter = make.make_encounter()
    theirs = services.save_note(
        by=make.actor(Role.PROVIDER), encounter=encounter, sections={"plan": "Theirs"}
    )
    client = signed_in(make_member(Role.PROVIDER))
    sent = {
        "note": str(theirs.pk),
        "id": str(theirs.pk),
        "author": str(theirs.author_id),
        "plan": "Mine",
        "act": "sign",
    }
    client.post(reverse("records:note-write", args=[encounter.pk]), sent)
    row = Note.objects.get(pk=theirs.pk)
    assert (row.sections, row.signed_at, row.version) == (theirs.sections, None, 1)


def test_07_two_tabs_keep_two_patients():
    """What one tab opens changes nothing in what the other one saves."""
    first, second = make.make_patient("Ada", "First"), make.make_patient("Bea", "Second")
    client = signed_in(make_member(Role.PROVIDER))
    client.get(reverse("records:patient", args=[first.pk]))
    client.get(reverse("records:patient", args=[second.pk]))
    client.post(reverse("records:problem-add", args=[first.pk]), {"text": "Asthma", "status": "active"})
    assert list(first.problems.values_list("text", flat=True)) == ["Asthma"]
    assert second.problems.count() == 0


def test_08_print_and_export_views_are_in_the_matrix():
    from tests.architecture.test_access import GUARDED

    guarded = {address.name: address.access.permissions for address in GUARDED}
    for name in (
        "records:patient-print",
        "desk:visit-summary",
        "billing:receipt",
        "inventory:count-print",
        "inventory:reorder-csv",
        "audit:export",
    ):
        assert guarded[name], name


def test_11_the_front_desk_edits_no_fees():
    client = signed_in(make_member(Role.FRONT_DESK))
    assert client.post(reverse("billing:fee-add"), {"code": "X", "price": "1"}).status_code == 403
    assert client.get(reverse("billing:fees")).status_code == 403
    assert client.get(reverse("billing:visit-type-fees")).status_code == 403


def test_20_markup_in_an_import_stays_text(tmp_path):
    """Every text of a FHIR bundle carries markup; the chart shows it as text."""
    from records.fhir.runner import Importer

    row = made.patient(
        name=[{"use": "official", "family": f"Quimby{PAYLOAD}", "given": [f"Rosa{PAYLOAD}"]}],
        address=[{"line": [PAYLOAD], "city": PAYLOAD, "state": "Illinois", "postalCode": "62991"}],
    )
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": f"Patient/{made.PATIENT}"},
        "code": {"text": f"Pain{PAYLOAD}", "coding": [{"display": PAYLOAD, "code": "1", "system": "urn:x"}]},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "onsetDateTime": "2020-03-04",
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in (row, made.encounter(type=[{"text": PAYLOAD}]), condition)],
    }
    import json

    from clinic.core.actor import Actor

    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle))
    Importer(by=Actor.system("tests.import")).run([file])
    patient = Patient.objects.get()
    client = signed_in(make_member(*Role))
    for name in ("patient", "patient-timeline", "patient-print", "patient-edit"):
        html = client.get(reverse(f"records:{name}", args=[patient.pk])).content.decode()
        assert made_by(html) == [], name
        assert SHOWN in html, name


def test_21_billing_reads_no_clinical_page():
    encounter = make.make_encounter()
    note = services.save_note(by=make.actor(Role.PROVIDER), encounter=encounter, sections={"plan": "Rest"})
    client, patient = signed_in(make_member(Role.BILLER)), encounter.patient
    clinical = [reverse(f"records:{name}", args=[patient.pk]) for name in (
        "patient-print", "patient-timeline", "vitals-history", "immunizations", "results")]  # fmt: skip
    clinical += [
        reverse("records:note", args=[note.pk]),
        reverse("records:encounter", args=[encounter.pk]),
        reverse("records:patient-list", args=[patient.pk, "problems"]),
    ]
    assert {client.get(path).status_code for path in clinical} == {403}


@pytest.mark.parametrize(
    "name", ["аdmin", "ɑdmin", "adm\u0456n", "αdmin", "admin;--", "admin\u200d2", "../admin"]
)
def test_22_no_name_looks_like_another(name):
    """Letters of other alphabets, and signs that no name needs, make no username."""
    make_member(Role.ADMINISTRATOR, username="admin")
    client = signed_in(make_member(Role.ADMINISTRATOR, Role.MANAGER))
    sent = {
        "first_name": "Ad",
        "last_name": "Min",
        "username": name,
        "email": "x@clinic.example",
        "roles": ["ma"],
    }
    client.post(reverse("staff:member-invite"), sent)
    others = Member.objects.exclude(username="admin").values_list("username", flat=True)
    assert [
        one for one in others if not one.isascii() or not one.replace(".", "").replace("-", "").isalnum()
    ] == []


class TestVisits:
    """Case 25."""

    @pytest.fixture(autouse=True)
    def early(self, time_machine):
        time_machine.move_to(EARLY, tick=False)

    def test_25_a_visit_goes_to_nobody_who_does_not_see_patients(self):
        clinic = Clinic()
        visit = clinic.book("9:00")
        biller, gone = (
            make_member(Role.BILLER),
            make_member(Role.PROVIDER, is_active=False, deactivated_at=now()),
        )
        client = signed_in(make_member(Role.FRONT_DESK))
        for member in (biller, gone):
            slot = f"{visit.starts_at + dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%S+00:00}|{member.pk}"
            answer = client.post(
                reverse("scheduling:appointment-move", args=[visit.pk]),
                {"slot": slot, "provider": str(member.pk), "version": visit.version, "reason": "patient"},
            )
            assert answer.status_code in {409, 422}
        visit.refresh_from_db()
        assert (visit.provider, visit.starts_at) == (clinic.provider, visit.starts_at)

    def test_25_an_appointment_in_the_body_is_not_the_one_that_moves(self):
        clinic = Clinic()
        mine, other = clinic.book("9:00"), clinic.book("10:00")
        client = signed_in(make_member(Role.FRONT_DESK))
        sent = {"appointment": str(other.pk), "id": str(other.pk), "pk": str(other.pk), "reason": "patient"}
        client.post(
            reverse("scheduling:appointment-cancel", args=[mine.pk]), sent | {"version": mine.version}
        )
        assert Appointment.objects.get(pk=other.pk).state == "scheduled"


@pytest.mark.parametrize(
    "path",
    [
        "/media/x",
        "/files/../etc/passwd",
        "/static/../clinic/settings.py",
        "/static/..%2f..%2fclinic/settings.py",
        "/static/%2e%2e/%2e%2e/manage.py",
        "/nothing-is-served-here/x",
        "/.git/config",
        "/.env",
        "/secrets/secret_key",
        "/var/demo/x",
        "/metrics",
        "/server-status",
    ],
)
def test_27_no_file_is_served_by_its_path(path, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "x").write_text("Zyxwhistle")
    for client in (Client(), signed_in(make_member(*Role))):
        assert client.get(path).status_code in {404, 302}
        assert b"Zyxwhistle" not in client.get(path).content


def test_28_a_pickled_task_is_not_opened():
    class Harm:
        def __reduce__(self):
            return (pytest.fail, ("it ran",))

    with pytest.raises(ContentDisallowed):
        loads(
            pickle.dumps(Harm()),
            "application/x-python-serialize",
            "binary",
            accept=settings.CELERY_ACCEPT_CONTENT,
        )


def test_29_wrong_passwords_count_wherever_one_is_asked():
    """Sign-in, unlocking, changing the password and setting a PIN share one count."""
    member = make_member(Role.MA, password=PASSWORD, username="dana")
    client = sign_in_by_password(member)
    change = {
        "current": "wrong",
        "password1": "another quiet maple row",
        "password2": "another quiet maple row",
    }
    Client().post(reverse("account_login"), {"login": "dana", "password": "wrong"})
    client.post(reverse("account_change_password"), change)
    client.post(reverse("staff:lock"))
    for _ in range(3):
        client.post(reverse("staff:unlock"), {"password": "wrong"})
    answer = Client().post(reverse("account_login"), {"login": "dana", "password": PASSWORD})
    assert answer.status_code == 429
    assert client.post(reverse("staff:unlock"), {"password": PASSWORD}).status_code == 429


def test_30_set_up_is_gone_and_errors_tell_nothing(monkeypatch):
    ClinicProfile.objects.create(name="Elm", zone="America/Chicago", set_up_at=now())
    for client in (Client(), signed_in(make_member(*Role))):
        assert client.get("/set-up/").status_code == 404
        assert client.post("/set-up/", GOOD | {"code": "x"}).status_code == 404
    from records.views import patients

    def fail(*args, **kwargs):
        raise RuntimeError("SECRET_KEY is here")

    monkeypatch.setattr(patients, "chart", fail)
    client = signed_in(make_member(*Role), raise_request_exception=False)
    html = client.get(reverse("records:patient", args=[make.make_patient().pk])).content.decode()
    for told in ("SECRET_KEY", "Traceback", "RuntimeError", "records/views", "Django"):
        assert told not in html
