"""Asks a clinic under production settings for its answers and prints them as JSON. Run as a process by
test_headers.py, because settings are read once, when Python starts."""

import json
import sys


def main() -> None:
    import django

    django.setup()
    from django.test import Client

    from clinic.staff.roles import Role
    from tests.factories.staff import PASSWORD, make_member

    proxy = {"Host": "clinic.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    answers, client = {}, Client(raise_request_exception=False)

    def note(name, response):
        answers[name] = {
            "status": response.status_code,
            "headers": {key.lower(): value for key, value in response.items()},
            "cookies": {key: dict(morsel.items()) for key, morsel in response.cookies.items()},
        }

    def ask(name, method, path, data=None, *, browser=client, **headers):
        note(name, getattr(browser, method)(path, data, headers={**proxy, **headers}))

    member = make_member(*Role, password=PASSWORD)
    ask("sign-in page", "get", "/sign-in/")
    ask("signed in", "post", "/sign-in/", {"login": member.username, "password": PASSWORD})
    for name, path in json.loads(sys.argv[1]).items():
        ask(name, "get", path)
    ask(
        "registered",
        "post",
        "/staff/workstations/register/",
        {"name": "PC 1", "kind": "pc", "form_key": "k1"},
    )
    ask("theme", "post", "/ui/theme/", {"theme": "dark"})
    ask("not there", "get", "/nothing/")
    ask("method", "put", "/")
    stranger = Client(raise_request_exception=False, enforce_csrf_checks=True)
    ask("stranger", "get", "/patients/", browser=stranger)
    ask("no token", "post", "/sign-in/", {"login": "x"}, browser=stranger)
    ask("other host", "get", "/sign-in/", browser=stranger, Host="evil.example")
    ask("plain http", "get", "/sign-in/", browser=stranger, **{"X-Forwarded-Proto": "http"})
    ask("health", "get", "/healthz", browser=stranger)
    ask("locked", "post", "/session/lock/")
    ask("while locked", "get", "/patients/")
    ask("signed out", "post", "/session/sign-out/")
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
