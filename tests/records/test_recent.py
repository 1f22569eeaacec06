"""The patients whose page a member opened lately."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.staff.models import Member
from records.queries.recent import recent_patients
from tests.factories import records as make
from tests.factories.staff import make_member, signed_in

NOW = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)


def open_page(client, patient):
    assert client.get(reverse("records:patient", args=[patient.pk])).status_code == 200


@pytest.fixture
def desk(clinic):
    return make_member("front_desk")


def test_the_latest_is_first_each_once_and_nobody_else_s(desk):
    with time_machine.travel(NOW, tick=False) as clock:
        first, second, third = make.make_patients(3)
        client = signed_in(desk)
        for patient in (first, second, first):
            clock.shift(60)
            open_page(client, patient)
        open_page(signed_in(make_member("front_desk")), third)
        assert [row.id for row in recent_patients(desk.pk)] == [first.pk, second.pk]
        page = client.get(reverse("records:recent-patients")).content.decode()
    assert (first.mrn in page, third.mrn in page) == (True, False)
    shown = AuditEvent.objects.filter(detail__page="recent patients").values_list("patient_id", flat=True)
    assert set(shown) == {first.pk, second.pk}


def test_a_finder_s_result_is_no_visit_and_a_week_is_enough(desk):
    with time_machine.travel(NOW, tick=False) as clock:
        patient = make.make_patient()
        client = signed_in(desk)
        client.post(reverse("records:finder"), {"q": "ortiz"})
        assert recent_patients(desk.pk) == []
        open_page(client, patient)
        assert [row.id for row in recent_patients(desk.pk)] == [patient.pk]
        clock.shift(dt.timedelta(days=7, seconds=1))
        assert recent_patients(desk.pk) == []


def test_it_takes_two_statements_with_one_and_three_rows(desk):
    patients = make.make_patients(3)
    client = signed_in(Member.objects.get(pk=desk.pk))
    counts = []
    for number in (1, 3):
        for patient in patients[:number]:
            open_page(client, patient)
        with CaptureQueriesContext(connection) as log:
            assert len(recent_patients(desk.pk)) == number
        counts.append(len(log))
    assert counts == [2, 2]
