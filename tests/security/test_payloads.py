"""Stored markup in every text of the database: on every page it is text, never an element or an attribute.

The markup is added as values are read, so that append-only rows and rows of imports carry it too, and a new
column or page is covered by being there.
"""

import json
from html.parser import HTMLParser

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse

from clinic.core import lookups
from clinic.core.spreadsheet import cell
from clinic.messaging.models import Message
from clinic.staff.roles import Role
from tests.architecture.test_access import GUARDED, none
from tests.factories.staff import make_member, signed_in
from tests.security.forms_on import forms_on, undone
from tests.support import small_clinic

PAYLOAD = '"\'></textarea></title></script><xss-mark onxss="1">&{{7*7}}'
SHOWN = "&lt;xss-mark"
# Texts that the code itself compares, converts or looks up; none is written freely by a person.
KEYS = {
    "zone", "language", "code", "cvx", "mvx", "key", "template_code", "subject", "value", "address", "from_address",
    "to_address", "session_key", "permission_mark", "password", "pin_hash", "username", "email", "link_token", "sha256",
    "media_type", "owner_kind", "owner_id", "source_key", "gateway", "gateway_ref", "ref", "lease_token", "purpose",
    "callback_number", "phone", "search", "release", "mrn", "list_name", "verb", "actor", "vital", "codename",
    "object_type", "object_id", "credential", "display",
}  # fmt: skip


class Reader(HTMLParser):
    """Notes every element, attribute or address that the markup managed to make."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.made: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag == "xss-mark":
            self.made.append(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("onxss") or (name.startswith("on") and len(name) > 2):
                self.made.append(f"{tag} {name}")
            if name in {"href", "src", "action", "formaction"} and (value or "").lower().startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                self.made.append(f"{tag} {name}={value}")


def made_by(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    return reader.made


def is_free(field: models.Field) -> bool:
    """A text that a person, an import or a message brought in."""
    ours = field.model._meta.app_config.name.split(".")[0] in {
        "clinic",
        "records",
        "scheduling",
        "billing",
        "inventory",
    }
    return (
        ours
        and isinstance(field, (models.CharField, models.TextField))
        and not field.choices
        and not field.primary_key
        and field.name not in KEYS
    )


def free_texts() -> list[models.Field]:
    return [f for model in apps.get_models() for f in model._meta.concrete_fields if is_free(f)]


@pytest.fixture
def tainted(db, monkeypatch):
    """The small clinic, in which from now on every free text that is read ends with the markup."""
    small_clinic.build()
    for field in free_texts():

        def taint(value, expression, connection):
            return value + PAYLOAD if isinstance(value, str) and value else value

        monkeypatch.setattr(field, "from_db_value", taint, raising=False)
    lookups.build_anew()
    with time_machine.travel(small_clinic.NOW, tick=False):
        yield
    lookups.build_anew()


@pytest.fixture
def client(tainted):
    return signed_in(make_member(*Role), raise_request_exception=False)


def test_the_reader_sees_what_a_browser_would_make():
    assert made_by(f"<p>{PAYLOAD}</p>") == ["<xss-mark>", "xss-mark onxss"]
    assert made_by(f'<p title="{PAYLOAD}">') == ["<xss-mark>", "xss-mark onxss"]
    assert made_by("<a href='JavaScript:1'>") == ["a href=JavaScript:1"]
    assert made_by("<p>&lt;xss-mark onxss&gt;</p>") == []


def test_most_texts_of_the_database_are_free():
    assert len(free_texts()) > 120


@pytest.mark.parametrize("kind", ["page", "fragment", "dialog"])
def test_markup_in_any_text_stays_text_on_every_page(client, kind):
    headers = {
        "page": {},
        "fragment": {"HX-Request": "true"},
        "dialog": {"HX-Request": "true", "X-Clinic-Dialog": "1"},
    }[kind]
    wrong, shown = {}, 0
    for address in GUARDED:
        response = client.get(address.path(small_clinic.known_ids(address)), headers=headers)
        if "html" not in response.get("Content-Type", "") or response.streaming:
            continue
        html = response.content.decode()
        if response.status_code >= 500 or made_by(html):
            wrong[address.name] = (response.status_code, made_by(html))
        shown += SHOWN in html
    none(wrong)
    assert shown > 70


def test_markup_stays_text_where_a_form_comes_back(client):
    """What was typed is shown again with the reason, in its field."""
    wrong, tried = {}, 0
    for address in GUARDED:
        page = client.get(address.path(small_clinic.known_ids(address)))
        if page.status_code != 200 or page.streaming or "html" not in page.get("Content-Type", ""):
            continue
        for form in forms_on(page.wsgi_request.path, page.content.decode()):
            response = undone(client, "post", form.path, form.values | dict.fromkeys(form.values, PAYLOAD))
            tried += 1
            made = [] if response.streaming else made_by(response.content.decode())
            if made:
                wrong[f"{address.name} {form.path}"] = made
            for header in ("HX-Trigger", "HX-Redirect", "Location"):
                assert "\n" not in response.get(header, "")
    none(wrong)
    assert tried > 100


def test_markup_in_names_stays_text_on_pages_for_strangers(tainted, settings):
    """The patient's link and the sign-in page show names of the clinic."""
    token = Message.objects.exclude(link_token="").values_list("link_token", flat=True).first()
    html = Client().get(reverse("scheduling:patient-link", args=[token])).content.decode()
    assert made_by(html) == []
    assert made_by(Client().get(reverse("account_login")).content.decode()) == []


def test_an_export_holds_no_cell_that_a_spreadsheet_would_run(tainted, client):
    """Every text of the trail and of the order list may begin like a formula."""
    for text in ("=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1"):
        assert cell(text).startswith("'")
    lines = b"".join(client.post(reverse("audit:export"))).decode().splitlines()
    assert len(lines) > 1
    assert not [line for line in lines if line.startswith(("=", "+", "@"))]


def test_words_for_scripts_are_json_and_shown_as_text(client):
    """Toasts and redirects travel in headers; the page writes them with textContent only."""
    address = reverse("inbox:task-add")
    answer = client.post(
        address, {"title": PAYLOAD, "to_whom": "pool:front_desk"}, headers={"HX-Request": "true"}
    )
    told = json.loads(answer["HX-Trigger"]) if answer.has_header("HX-Trigger") else {}
    assert answer.status_code in {204, 422}
    assert all(isinstance(value, dict) for value in told.values())
