"""Headers and cookies as a browser gets them in production settings."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.lint import ROOT, _deploy_environment

PAGES = {
    "home": "/",
    "finder": "/patients/",
    "audit": "/audit/",
    "settings": "/settings/",
    "profile": "/me/",
}


@pytest.fixture
def answers(transactional_db):
    """name -> status, headers and cookies of the answer, by a process of its own on the test's database."""
    kept = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "MEDIA_ROOT")
    environment = _deploy_environment() | {name: os.environ[name] for name in kept}
    environment["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.production", json.dumps(PAGES)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout)


def policy(header: str) -> dict[str, list[str]]:
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: values for name, *values in parts}


def test_production_answers(answers):
    """One process, all claims: starting it costs more than asking."""
    _statuses(answers)
    _every_page(answers)
    _cookies(answers)
    _transport(answers)
    _sign_out(answers)


def _statuses(answers):
    status = {name: answer["status"] for name, answer in answers.items()}
    assert status["signed in"] == 302
    assert {name: status[name] for name in PAGES} == dict.fromkeys(PAGES, 200)
    assert (status["not there"], status["method"], status["stranger"]) == (404, 405, 302)
    assert (status["no token"], status["other host"]) == (403, 400)
    assert (status["while locked"], status["signed out"]) == (423, 302)


def _every_page(answers):
    """Error pages too: whatever a middleware refuses carries the same headers."""
    for name, answer in answers.items():
        headers = answer["headers"]
        if name not in {"plain http", "method"}:
            assert headers["cache-control"].split(",")[0] in {"no-store", "max-age=0"}, name
            assert "no-store" in headers["cache-control"], name
        found = policy(headers["content-security-policy"])
        assert found["default-src"] == ["'none'"], name
        assert found["script-src"] == found["style-src"] == ["'self'"], name
        assert found["frame-ancestors"] == found["base-uri"] == ["'none'"], name
        assert found["form-action"] == ["'self'"], name
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & {
            v for vs in found.values() for v in vs
        }
        assert "camera=()" in headers["permissions-policy"], name
        assert "geolocation=()" in headers["permissions-policy"], name
        if name not in {"other host", "plain http"}:
            assert headers["x-content-type-options"] == "nosniff", name
            assert headers["referrer-policy"] == "same-origin", name
            assert headers["cross-origin-opener-policy"] == "same-origin", name
            assert headers["x-frame-options"] == "DENY" or answer["status"] in {301}, name
        assert "server" not in headers, name
        assert "access-control-allow-origin" not in headers, name


def _cookies(answers):
    seen = {}
    for answer in answers.values():
        seen.update({name: c for name, c in answer["cookies"].items() if c["max-age"] != 0})
    assert {"__Host-session", "__Host-csrf", "__Host-workstation", "theme"} <= set(seen)
    for name, cookie in seen.items():
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
        assert cookie["domain"] == "", name
    session = answers["signed in"]["cookies"]["__Host-session"]
    assert (session["max-age"], session["expires"]) == ("", "")  # gone with the browser


def _transport(answers):
    assert answers["plain http"]["status"] == 301
    assert answers["plain http"]["headers"]["location"] == "https://clinic.example.org/sign-in/"
    assert answers["plain http"]["cookies"] == {}
    sent = answers["home"]["headers"]["strict-transport-security"]
    assert sent == "max-age=31536000; includeSubDomains; preload"


def _sign_out(answers):
    assert answers["signed out"]["headers"]["clear-site-data"] == '"cache", "storage"'
