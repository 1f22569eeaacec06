"""One browser plays any of the demo's PCs, in the demo alone."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.demo.pcs import PCS, usual_pc
from clinic.staff.models import StaffSession, Workstation
from tests.factories.staff import PASSWORD, make_member, sign_in_by_password


@pytest.fixture
def pc(db):
    return Workstation.objects.create(name="Room 3 PC", room="Exam 3")


def test_outside_the_demo_the_address_is_not_there(pc):
    client = Client()
    response = client.post(reverse("demo:this-pc"), {"workstation": str(pc.pk)})
    assert (response.status_code, client.cookies.keys()) == (404, {}.keys())
    assert b"This PC is" not in client.get("/sign-in/").content


def test_in_the_demo_the_browser_becomes_the_chosen_pc(pc, settings):
    settings.CLINIC_DEMO = True
    client = Client()
    assert b"Room 3 PC (Exam 3)" in client.get("/sign-in/").content
    assert client.post(reverse("demo:this-pc"), {"workstation": str(pc.pk)})["Location"] == "/sign-in/"
    sign_in_by_password(make_member("ma", password=PASSWORD), client)
    assert StaffSession.objects.get().workstation == pc


def test_in_the_demo_a_browser_can_be_unregistered_again(pc, settings):
    settings.CLINIC_DEMO = True
    client = Client()
    client.post(reverse("demo:this-pc"), {"workstation": str(pc.pk)})
    client.post(reverse("demo:this-pc"), {"workstation": ""})
    sign_in_by_password(make_member("ma", password=PASSWORD), client)
    assert StaffSession.objects.get().workstation is None


@pytest.mark.parametrize("chosen", ["nonsense", "00000000-0000-7000-8000-000000000000"])
def test_a_pc_that_is_not_there_is_not_found(db, settings, chosen):
    settings.CLINIC_DEMO = True
    client = Client()
    assert client.post(reverse("demo:this-pc"), {"workstation": chosen}).status_code == 404
    assert list(client.cookies) == []


def test_the_trail_names_pcs_that_the_demo_has(db):
    labels = {Workstation(name=name, room=room).label for name, room, _, _ in PCS}
    roles = ("front_desk", "ma", "lead_ma", "provider", "biller", "manager", "privacy", "administrator")
    assert {usual_pc(make_member(role)) for role in roles} <= labels
