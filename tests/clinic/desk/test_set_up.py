"""A first start: only with the server's code, once, and everything or nothing."""

import pytest
from django.core.management import CommandError, call_command

from billing.models import Drawer
from clinic.core.models import ClinicProfile
from clinic.desk.services.setup import set_up_code
from clinic.staff.models import Member
from scheduling.models import Location, Room

pytestmark = pytest.mark.django_db
URL = "/set-up/"
GOOD = {
    "name": "Elm Clinic", "phone": "312 555 0142", "address_line1": "1 Elm St", "city": "Chicago", "state": "IL",
    "postal_code": "60601", "zone": "America/Chicago", "rooms": "Exam 1\nExam 2\nProcedure", "drawers": "Front desk",
    "first_name": "Ada", "last_name": "Okafor", "username": "ada", "admin_email": "ada@clinic.example",
    "password": "seven maples in a row", "password_again": "seven maples in a row",
    **{f"open_{day}": "08:00" for day in range(5)}, **{f"close_{day}": "17:00" for day in range(5)},
}  # fmt: skip


def test_one_page_makes_a_clinic(client):
    response = client.post(URL, GOOD | {"code": set_up_code()})
    assert response.status_code == 302
    clinic = ClinicProfile.objects.get()
    assert (clinic.name, clinic.phone) == ("Elm Clinic", "+13125550142")
    location = Location.objects.get()
    assert location.hours == {str(day): ["08:00", "17:00"] for day in range(5)}
    assert list(Room.objects.values_list("name", "label", "kind")) == [
        ("Exam 1", "1", "exam"), ("Exam 2", "2", "exam"), ("Procedure", "Pro", "procedure"),
    ]  # fmt: skip
    assert Drawer.objects.get().name == "Front desk"
    member = Member.objects.get()
    assert member.roles == ["administrator", "manager"]
    assert member.check_password("seven maples in a row")


def test_the_page_is_gone_once_set_up(client):
    client.post(URL, GOOD | {"code": set_up_code()})
    assert client.get(URL).status_code == 404
    assert client.post(URL, GOOD | {"code": set_up_code(), "username": "eve"}).status_code == 404
    assert Member.objects.count() == 1
    with pytest.raises(CommandError, match="set up already"):
        call_command("setup_code")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "wrong"}, "set-up code is wrong"),
        ({"password_again": "another one entirely"}, "two passwords differ"),
        ({"password": "short", "password_again": "short"}, "at least"),
        ({"phone": "555"}, "complete phone number"),
        ({"close_0": "07:00"}, "later closing time"),
        ({"npi": "1234567890"}, "not a valid NPI"),
        ({"rooms": "Exam 1\nexam 1"}, "Each name once"),
    ],
)
def test_wrong_input_is_named_and_leaves_nothing(client, change, words):
    response = client.post(URL, GOOD | {"code": set_up_code()} | change)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert (ClinicProfile.objects.count(), Member.objects.count(), Room.objects.count()) == (0, 0, 0)


def test_a_code_is_valid_for_a_day(client, time_machine):
    time_machine.move_to("2026-03-03 15:00:00+00:00", tick=False)
    code = set_up_code()
    time_machine.shift(24 * 3600 + 1)
    assert client.post(URL, GOOD | {"code": code}).status_code == 422
    assert Member.objects.count() == 0
