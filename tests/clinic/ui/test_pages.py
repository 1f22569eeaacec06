"""The style guide, the theme cookie and the key switch, as a browser asks for them."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_guide_shows_in_the_demo_only(settings):
    settings.CLINIC_DEMO = True
    assert b"Style guide" in Client().get("/ui/guide/").content
    settings.CLINIC_DEMO = False
    assert Client().get("/ui/guide/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "kept"), [("dark", "dark"), ("light", "light"), ("auto", "auto"), ("<b>", "auto"), ("", "auto")]
)
def test_the_theme_is_kept_in_a_cookie_and_used_by_the_next_page(asked, kept, settings):
    settings.CLINIC_DEMO = True
    client = Client()
    answer = client.post("/ui/theme/", {"theme": asked, "next": "/ui/guide/"})
    assert (answer.status_code, answer["Location"]) == (302, "/ui/guide/")
    assert client.cookies["theme"].value == kept
    assert f'data-bs-theme="{kept}"'.encode() in client.get("/ui/guide/").content


def test_the_theme_switch_never_leads_to_another_site():
    answer = Client().post("/ui/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_letters_as_shortcuts_can_be_switched_off(settings):
    settings.CLINIC_DEMO = True
    client = Client()
    assert client.post("/ui/keys/", {"keys": "off"}, headers={"HX-Request": "true"}).status_code == 204
    assert b'data-keys="off"' in client.get("/ui/guide/").content


def test_the_theme_takes_no_get():
    assert Client().get("/ui/theme/").status_code == 405
