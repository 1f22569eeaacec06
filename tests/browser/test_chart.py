"""The chart in a browser: vital signs by keyboard alone, the finder, and axe on each page of it."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from playwright.sync_api import expect

from clinic.core import kept
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from records import services
from records.models import VitalSet
from tests.browser.conftest import PASSWORD
from tests.factories import records as make
from tests.factories.staff import actor_for, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chart(person):
    """A patient in a visit with an earlier set of vital signs, and a medical assistant at a PC."""
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", state="IL", set_up_at=now()
    )
    kept.forget()
    dana = make_member(
        "ma", username="dana", first_name="Dana", last_name="Reyes", credential="CMA", password=PASSWORD
    )
    make_member(
        "provider", username="shah", first_name="Anil", last_name="Shah", credential="MD", password=PASSWORD
    )
    patient = make.make_patient(contacts=[services.Contact("mobile", "480 555 0142", True)])
    earlier = make.make_encounter(patient, at=now() - dt.timedelta(days=60))
    by = actor_for(dana)
    services.add_problem(by=by, patient=patient, text="Asthma")
    services.add_medication(by=by, patient=patient, name="Lisinopril", dose="10 mg")
    services.add_allergy(
        by=by, patient=patient, substance="Penicillin", reaction="anaphylaxis", severity="severe"
    )
    make.record(
        by,
        earlier,
        *make.pressure(118, 76),
        make.entry("weight", "150"),
        make.entry("height", "69"),
        measured_at=now() - dt.timedelta(days=60),
    )
    services.close_encounter(
        by=by, encounter=earlier, at=now() - dt.timedelta(days=60) + dt.timedelta(hours=1)
    )
    encounter = make.make_encounter(patient)
    one = person()
    one.sign_in("dana")
    return one, patient, encounter


def test_a_full_set_by_keyboard_alone_in_under_twenty_seconds(chart):
    one, _, encounter = chart
    page = one.go(f"/encounters/{encounter.pk}/vitals/")
    expect(page.locator("#v-systolic-1")).to_be_focused()
    keys, started = page.keyboard, time.monotonic()
    keys.type("142/90")
    expect(page.locator("[data-bp-summary]")).to_have_text("Stage 2 · rest 5 minutes and repeat? [B]")
    keys.press("b")
    keys.type("136/84")
    expect(page.locator("[data-bp-summary]")).to_have_text("Average of the last two 139/87 · Stage 1")
    keys.press("Enter")
    for typed in ("112", "16"):
        keys.type(typed)
        keys.press("Enter")
    keys.press("u")
    keys.type("35")
    expect(page.locator("[data-row=temp-1] [data-say]")).to_have_text(
        "Temperature at or below 35 °C · red flag: save now, then the provider is told"
    )
    keys.press("Enter")
    keys.press("x")
    keys.press("5")
    keys.press("Enter")
    keys.type("154.3")
    expect(page.locator("[data-row=weight-1] [data-converted]")).to_have_text("= 69.99 kg")
    keys.press("Enter")
    keys.type("69")
    expect(page.locator("[data-bmi-summary]")).to_have_text("BMI 22.8 · healthy weight")
    keys.press("Control+Enter")
    expect(page.locator("#v-pulse-1")).to_be_focused()
    assert not VitalSet.objects.filter(encounter=encounter).exists()
    keys.press("r")
    expect(page.locator("[data-vitals-save]")).to_be_focused()
    one.sends(lambda: keys.press("Enter"))
    assert time.monotonic() - started < 20
    row = VitalSet.objects.get(encounter=encounter)
    found = {(one.vital, one.sequence): one for one in row.readings.all()}
    assert found["systolic", 2].entered_value == "136"
    assert (found["temp", 1].entered_value, found["temp", 1].entered_unit) == ("35", "Cel")
    assert found["spo2", 1].not_done_reason == "equipment"
    assert found["pulse", 1].confirmed_by.username == "dana"
    assert [flag.text for flag in row.red_flags.all()] == ["Temperature at or below 35 °C"]
    expect(page.locator(".vital-set").first).to_contain_text("waits for the provider")
    assert one.errors == []


def test_a_refused_number_never_leaves_the_page(chart):
    one, _, encounter = chart
    page = one.go(f"/encounters/{encounter.pk}/vitals/")
    page.keyboard.type("80/120")
    expect(page.locator("[data-row=systolic-1] [data-say]")).to_have_text(
        "Systolic has to be higher than diastolic"
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator("#v-systolic-1")).to_be_focused()
    assert VitalSet.objects.filter(encounter=encounter).count() == 0


def test_the_finder_opens_a_chart_as_one_types(chart):
    one, patient, _ = chart
    page = one.go("/patients/")
    page.keyboard.type("ort mar")
    expect(page.locator("[data-find-results] [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/patients/{patient.pk}/")
    expect(page.locator(".page-banner")).to_contain_text("Penicillin: anaphylaxis")
    assert "ort" not in page.url


def test_every_page_of_the_chart_is_accessible(chart):
    one, patient, encounter = chart
    for path in (
        "/patients/",
        f"/patients/{patient.pk}/",
        f"/patients/{patient.pk}/vitals/",
        f"/patients/{patient.pk}/immunizations/",
        f"/patients/{patient.pk}/timeline/",
        f"/patients/{patient.pk}/edit/",
        f"/encounters/{encounter.pk}/vitals/",
        f"/encounters/{encounter.pk}/note/",
        f"/encounters/{encounter.pk}/",
    ):
        one.go(path)
        one.page.wait_for_load_state("networkidle")
        one.assert_accessible()
    assert one.errors == []


def test_a_flag_shows_at_once_and_the_provider_answers_it(chart, person):
    one, patient, encounter = chart
    page = one.go(f"/encounters/{encounter.pk}/vitals/")
    page.keyboard.type("190/95")
    one.sends(lambda: page.keyboard.press("Control+Enter"))
    doctor = person()
    doctor.sign_in("shah")
    theirs = doctor.go(f"/patients/{patient.pk}/")
    theirs.locator("#flags").get_by_role("link", name="Acknowledge").click()
    theirs.get_by_label("What was done?").fill("Repeat in 5 minutes")
    doctor.sends(lambda: theirs.keyboard.press("Enter"))
    expect(theirs.locator("#flags .callout")).to_have_count(0)
    flag = VitalSet.objects.get(encounter=encounter).red_flags.get()
    assert (flag.action, flag.acknowledged_by.username) == ("Repeat in 5 minutes", "shah")
