"""A child's growth on the page of vital signs."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from records.models import VitalSet
from records.queries.growth import growth_of
from records.queries.vitals import set_rows
from records.services import retract_vitals
from tests.factories import records as make
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

NOW = dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOW, tick=False):
        yield


def measured(by, patient, *entries):
    return make.record(by, make.make_encounter(patient), *entries)


def child(born, **fields):
    return make.make_patient("Olivia", "Olson", born, **{"sex_at_birth": "female"} | fields)


def test_a_school_child_has_weight_height_and_bmi(ma):
    patient = child(dt.date(2017, 5, 7))  # 114.5 months
    measured(ma, patient, make.entry("weight", "41", unit="kg"), make.entry("height", "139", unit="cm"))
    found = growth_of(patient, set_rows(patient.pk))
    assert [(row.age, row.bmi, row.weight_for_length, row.head) for row in found.rows] == [
        ("9 y 6 mo", "92nd", "", "")
    ]
    assert [plot.title for plot in found.plots] == ["Weight", "Length or height", "BMI"]
    assert all(len(plot.lines) == 3 and len(plot.dots) == 1 for plot in found.plots)
    assert found.source == "CDC 2000"


def test_an_infant_has_length_weight_for_length_and_head(ma):
    patient = child(dt.date(2026, 2, 6), sex_at_birth="male")  # 9.5 months
    measured(
        ma, patient, make.entry("weight", "9.7", unit="kg"), make.entry("height", "72", unit="cm"),
        make.entry("head", "45", unit="cm"),
    )  # fmt: skip
    row = growth_of(patient, set_rows(patient.pk)).rows[0]
    assert (row.age, row.weight, row.bmi) == ("9 mo", "58th", "")
    assert row.height
    assert row.weight_for_length
    assert row.head


@pytest.mark.parametrize(("born", "sex"), [(dt.date(2000, 1, 1), "female"), (dt.date(2018, 1, 1), "unknown")])
def test_where_no_table_applies_there_is_no_growth(ma, born, sex):
    patient = child(born, sex_at_birth=sex)
    measured(ma, patient, make.entry("weight", "40", unit="kg"))
    assert growth_of(patient, set_rows(patient.pk)) is None


def test_a_retracted_set_does_not_count(ma):
    patient = child(dt.date(2018, 1, 1))
    row = measured(ma, patient, make.entry("weight", "30", unit="kg"))
    retract_vitals(by=ma, vital_set=row, reason="Wrong child")
    assert growth_of(patient, set_rows(patient.pk)) is None


def test_the_page_shows_it_and_needs_no_more_statements(ma):
    patient = child(dt.date(2018, 1, 1))
    measured(ma, patient, make.entry("weight", "30", unit="kg"), make.entry("height", "130", unit="cm"))
    client = signed_in(make_member("ma"))
    url = reverse("records:vitals-history", args=[patient.pk])
    page = client.get(url).content.decode()
    assert "CDC 2000" in page
    assert "BMI for age: 1 value," in page
    with CaptureQueriesContext(connection) as log:
        sets = list(set_rows(patient.pk))
    loaded = len(log)
    with counted() as log:
        growth_of(patient, sets)
    assert (len(log), loaded) == (0, 3)
    assert VitalSet.objects.count() == 1
