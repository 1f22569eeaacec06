"""Hostile values in every parameter of every address, and in every field of every form: refused or ignored, never
run, never a 500."""

import inspect
import re
import uuid

import pytest
import time_machine
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client

from clinic.staff.roles import Role
from tests.architecture.test_access import GUARDED, OPEN, none
from tests.factories.staff import make_member, signed_in
from tests.security.forms_on import forms_on, undone
from tests.support import small_clinic

_READ = re.compile(
    r"(?:request\.(?:GET|POST)|asked|given|told|query)(?:\.get(?:list)?\(|\[)\s*[\"']([\w:-]+)[\"']"
)
HOSTILE = {
    "a second statement": "1'; DROP TABLE records_patient; --",
    "a subselect": "(select pg_sleep(5))",
    "an order by": "last_name;--",
    "a union": "' UNION SELECT username, password FROM staff_member--",
    "a relation": "patient__last_name",
    "markup": "\"'><svg/onload=alert(1)>",
    "a null byte": "a\x00b",
    "a template": "{{ 7*7 }}{% debug %}${7*7}",
    "a huge number": "9" * 400,
    "a number that is none": "NaN",
    "an infinity": "-1e999",
    "the first instant": "0001-01-01T00:00:00+14:00",
    "the last instant": "9999-12-31T23:59:59-14:00",
    "a date that is none": "2026-02-30",
    "a path": "../../../../etc/passwd",
    "an address": "http://127.0.0.1:1/",
    "turned letters": "\u202e\u0000\ufffe\U0010ffff",
    "a format": "%s%n%(x)s{0.__class__}",
    "nobody": str(uuid.UUID(int=0)),
    "very long": "x" * 20_000,
}
# What breaks a conversion and not a whole form: tried in each field by itself too.
ALONE = ("a huge number", "the first instant")
# What addresses without a parameter of their own get, and hidden fields and choices.
FEW = ("a second statement", "a null byte", "markup", "nobody", "a huge number")


@pytest.fixture
def paths(db):
    small_clinic.build()
    with time_machine.travel(small_clinic.NOW, tick=False):
        yield [(a, a.path(small_clinic.known_ids(a))) for a in [*GUARDED, *OPEN]]


@pytest.fixture
def crashes():
    """The exceptions that the handlers turned into a 500, newest last."""
    caught = []

    def note(sender, request, **kwargs):
        import sys

        caught.append(f"{sys.exc_info()[0].__name__}: {sys.exc_info()[1]}"[:160])

    got_request_exception.connect(note)
    yield caught
    got_request_exception.disconnect(note)


def source_of(view) -> str:
    return inspect.getsource(inspect.getmodule(inspect.unwrap(view)))


def parameters_of(address) -> list[str]:
    """Every name that the view's module reads from a request."""
    return sorted(set(_READ.findall(source_of(address.view))))


def test_the_scan_finds_the_parameters():
    found = {name for a in GUARDED for name in parameters_of(a)}
    assert {"sort", "q", "view", "tab", "day", "patient", "before", "kind", "location", "at"} <= found


@pytest.mark.slow
def test_no_parameter_of_an_address_is_taken_at_its_word(paths, crashes):
    """Every parameter at once, so that each address meets each value; alone where another could hide it."""
    client, wrong, tried = signed_in(make_member(*Role), raise_request_exception=False), {}, 0
    before = small_clinic.everything()
    for address, path in paths:
        own = parameters_of(address)
        for words, value in HOSTILE.items():
            if not own and words not in FEW:
                continue
            alone = [{name} for name in own] if words in ALONE and len(own) > 1 else []
            for asked in [{*own, "sort", "order", "page", "next", "to"}, *alone]:
                crashes.clear()
                status = undone(client, "get", path, dict.fromkeys(asked, value)).status_code
                tried += 1
                if status >= 500 and address.name != "readyz":
                    wrong[f"{address.name} {sorted(asked)} {words}"] = (status, crashes[-1:])
    none(wrong)
    assert tried > 1_500
    assert small_clinic.changed(before, small_clinic.everything()) == []


def forms_of_everything(client, paths):
    """(where it was found, form) for every form on every page, one of a kind."""
    found = {}
    for address, path in paths:
        response = client.get(path)
        if (
            response.status_code == 200
            and "html" in response.get("Content-Type", "")
            and not response.streaming
        ):
            for form in forms_on(path, response.content.decode()):
                found.setdefault((form.path, tuple(sorted(form.values))), (address.name, form))
    return list(found.values())


@pytest.mark.slow
def test_no_field_of_a_form_is_taken_at_its_word(paths, crashes, caplog):
    """All typed fields at once, then everything at once, hidden fields and choices included, then each alone.

    Refused by a form, not by the database at last: ErrorPages notes that, and here it counts as a failure.
    """
    client, wrong = signed_in(make_member(*Role), raise_request_exception=False), {}
    forms = forms_of_everything(client, paths)
    assert len(forms) > 100
    assert sum(len(form.typed) for _, form in forms) > 250
    for where, form in forms:
        for words, value in HOSTILE.items():
            alone = [{name} for name in form.values] if words in ALONE else []
            whole = [set(form.values)] if words in FEW else []
            for names in [form.typed, *whole, *alone]:
                crashes.clear()
                data = form.values | dict.fromkeys(names, value)
                caplog.clear()
                status = undone(client, "post", form.path, data).status_code
                crashes += [
                    r.exc_text or str(r.exc_info[1])[:80]
                    for r in caplog.records
                    if "cannot be stored" in r.msg
                ]
                if status >= 500 or crashes:
                    wrong[f"{where} {form.path} {sorted(names)} {words}"] = (status, crashes[-1:])
    none(wrong)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_patient")
        assert cursor.fetchone()[0] > 0


@pytest.mark.django_db
def test_a_null_byte_is_refused_wherever_it_stands():
    client = signed_in(make_member(*Role), raise_request_exception=False)
    assert client.get("/staff/", {"q": "a\x00"}).status_code == 400
    assert client.get("/staff/", {"a\x00": "q"}).status_code == 400
    assert client.post("/patients/find/", {"q": "\x00"}).status_code == 400
    assert Client().get("/v/%00").status_code == 400
    draft = {"key": "k", "url": "/", "fields": {"a": "\x00"}}
    assert client.post("/session/draft/", draft, content_type="application/json").status_code == 400
    assert client.post("/session/draft/", {"key": "k", "fields": '{"a": "\\u0000"}'}).status_code == 400


@pytest.mark.django_db
def test_a_value_that_no_column_holds_is_400_and_noted(monkeypatch, caplog):
    from django.db import DataError

    from records.views import patients

    def refuse(*args, **kwargs):
        raise DataError("numeric field overflow: Zyxwhistle")

    monkeypatch.setattr(patients, "find_patients", refuse)
    client = signed_in(make_member(Role.FRONT_DESK), raise_request_exception=False)
    assert client.post("/patients/find/", {"q": "ab"}).status_code == 400
    assert [record.getMessage() for record in caplog.records] == ["a value that cannot be stored"]
