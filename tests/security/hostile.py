"""Values that nobody sends by chance, and every form of the clinic that meets them."""

from __future__ import annotations

import uuid

from clinic.staff.roles import Role
from tests.architecture.test_access import none
from tests.factories.staff import make_member, signed_in
from tests.security.forms_on import forms_on, undone

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


def try_fields(paths, crashes, caplog, *, part: int, parts: int) -> int:
    """Sends every value in the fields of every `parts`th form from `part` on; answers how many forms there are.

    All typed fields at once, then everything at once, hidden fields and choices included, then each alone. Refused by
    a form, not by the database at last: ErrorPages notes that, and here it counts as a failure.
    """
    client, wrong = signed_in(make_member(*Role), raise_request_exception=False), {}
    forms = forms_of_everything(client, paths)
    for where, form in forms[part::parts]:
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
    return sum(len(form.typed) for _, form in forms)
