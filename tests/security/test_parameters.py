"""Hostile values in every parameter of every address: refused or ignored, never run, never a 500."""

import inspect
import re

import pytest
from django.test import Client

from clinic.staff.roles import Role
from tests.architecture.test_access import GUARDED, none
from tests.factories.staff import make_member, signed_in
from tests.security.forms_on import undone
from tests.security.hostile import ALONE, FEW, HOSTILE
from tests.support import small_clinic

_READ = re.compile(
    r"(?:request\.(?:GET|POST)|asked|given|told|query)(?:\.get(?:list)?\(|\[)\s*[\"']([\w:-]+)[\"']"
)


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
