"""The finder: what it finds, and at what cost."""

import datetime as dt

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from records.queries import find_patients, search_diagnoses
from records.services import Contact, add_coverage
from records.services.codes import load_diagnosis_codes
from tests.factories import records as make

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def people(clinic):
    ortiz = make.make_patient(
        "María José",
        "Ortiz Núñez",
        dt.date(1988, 3, 4),
        preferred_name="Mia",
        contacts=[Contact("mobile", "480 555 0142", True)],
    )
    make.make_patient("Martin", "Ortega", dt.date(1975, 7, 1))
    make.make_patient("Sean", "O’Brien", dt.date(1990, 5, 5))
    make.make_patient("Anna", "Garcia-Lopez", dt.date(2001, 12, 31))
    make.make_patient("Jorge", "Smith", dt.date(1960, 1, 1))
    add_coverage(by=make.SYSTEM, patient=ortiz, payer=make.make_payer(), member_id="W-123 456789")
    return ortiz


def found(text):
    return [row.list_name for row in find_patients(text, TODAY).rows]


@pytest.mark.parametrize(
    "text",
    [
        "ort mar",
        "mar ort",
        "nunez",
        "NÚÑEZ",
        "ortiz 3/4/1988",
        "03041988",
        "Mar 4 1988",
        "(480) 555-0142",
        "555-0142",
        "w123456789",
        "mia",
        "maría josé",
        "josé ort",
        "rtiz",
    ],
)
def test_finds_maria(people, text):
    assert "Ortiz Núñez, María José" in found(text)


def test_exact_results(people):
    assert found("ort") == ["Ortega, Martin", "Ortiz Núñez, María José"]
    assert found("ort mar jos") == ["Ortiz Núñez, María José"]
    assert found("obrien") == ["O’Brien, Sean"]
    assert found("o'brien") == ["O’Brien, Sean"]
    assert found("garcialopez") == ["Garcia-Lopez, Anna"]
    assert found("lopez") == ["Garcia-Lopez, Anna"]
    assert found(people.mrn) == ["Ortiz Núñez, María José"]
    assert found(people.mrn.replace("-", "")) == ["Ortiz Núñez, María José"]
    assert found("zz") == []
    assert found("a") == []
    assert found("%") == []


def test_two_letters_find_word_starts_only(people):
    assert found("or") == ["Ortega, Martin", "Ortiz Núñez, María José"]
    assert found("rt") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ortyz", "Ortiz Núñez, María José"),
        ("smtih", "Smith, Jorge"),
        ("smith jorje", "Smith, Jorge"),
        ("gracia", "Garcia-Lopez, Anna"),
        ("ortega martn", "Ortega, Martin"),
    ],
)
def test_forgives_a_slip_and_says_that_it_guesses(people, text, name):
    result = find_patients(text, TODAY)
    assert result.is_guess
    assert result.rows[0].list_name == name


def test_says_when_there_are_more(clinic):
    make.make_patients(5)
    result = find_patients("park", TODAY, limit=3)
    assert len(result.rows) == 3
    assert result.has_more


@pytest.mark.parametrize("count", [1, 3])
def test_find_makes_the_same_queries_whatever_it_shows(as_role, count, django_assert_num_queries):
    make.make_patients(count)
    client = as_role("front_desk")
    client.post(reverse("records:finder"), {"q": "zzzz"})
    with django_assert_num_queries(4) as queries:  # the session, the rate of searches, the search, the look
        response = client.post(reverse("records:finder"), {"q": "park"}, headers={"HX-Request": "true"})
    assert response.content.count(b'role="option"') == count, queries.captured_queries


def test_shown_results_are_looks_at_charts(as_role, people):
    client = as_role("front_desk")
    client.post(reverse("records:finder"), {"q": "ortiz"})
    event = AuditEvent.objects.get(action="chart.viewed")
    assert (event.patient_id, event.detail) == (people.pk, {"page": "finder"})


def test_the_finder_never_takes_a_name_by_get(as_role, people):
    assert as_role("front_desk").get(reverse("records:finder") + "?q=ortiz").status_code == 405


def test_codes_load_once_and_are_found(clinic, tmp_path):
    file = tmp_path / "icd10cm_2026_04.tsv"
    file.write_text(
        "code\tbillable\tdescription\nE11\t0\tType 2 diabetes mellitus\n"
        "E11.9\t1\tType 2 diabetes mellitus without complications\nI10\t1\tEssential (primary) hypertension\n"
    )
    assert load_diagnosis_codes(path=file).added == 3
    again = load_diagnosis_codes(path=file)
    assert (again.added, again.kept, again.release) == (0, 3, "2026-04")
    assert [row.display for row in search_diagnoses("diab typ", TODAY)] == ["E11.9", "E11"]
    assert [row.display for row in search_diagnoses("e11.9", TODAY)] == ["E11.9"]
    assert [row.display for row in search_diagnoses("E119", TODAY)] == ["E11.9"]
    assert [row.display for row in search_diagnoses("hypertension", TODAY)] == ["I10"]
    assert [row.display for row in search_diagnoses("diab", TODAY, only_billable=True)] == ["E11.9"]
    assert search_diagnoses("x", TODAY) == []


def test_a_broken_code_file_loads_nothing(clinic, tmp_path):
    from clinic.core.errors import Refused
    from records.models import DiagnosisCode

    file = tmp_path / "icd10cm_2026_04.tsv"
    file.write_text("code\tbillable\tdescription\nI10\t1\tEssential hypertension\nnot a code\n")
    with pytest.raises(Refused, match="Line 3"):
        load_diagnosis_codes(path=file)
    assert not DiagnosisCode.objects.exists()
