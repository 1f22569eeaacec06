"""The environment: typed, reported whole, and described by its example file."""

from pathlib import Path

import pytest

from clinic.env import VARIABLES, BadEnvironment, example, read

GOOD = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "clinic.example.org, localhost",
    "PUBLIC_URL": "https://clinic.example.org/",
    "DATABASE_URL": "postgresql://app:secret@db/clinic",
    "REDIS_URL": "redis://redis/0",
    "MEDIA_ROOT": "/srv/files",
}


def test_good_environment_is_typed():
    values = read(GOOD)
    assert values["ALLOWED_HOSTS"] == ["clinic.example.org", "localhost"]
    assert values["PUBLIC_URL"] == "https://clinic.example.org"
    assert values["CLINIC_DEMO"] is False
    assert values["SECURE_COOKIES"] is True
    assert set(values) == {variable.name for variable in VARIABLES}


def test_everything_missing_is_named_at_once():
    with pytest.raises(BadEnvironment) as caught:
        read({})
    named = {problem.split()[0] for problem in caught.value.problems}
    assert named == set(GOOD)


def test_wrong_values_are_named_with_what_to_do():
    with pytest.raises(BadEnvironment) as caught:
        read(GOOD | {"SECRET_KEY": "short", "DATABASE_URL": "sqlite:///x", "DEFAULT_ZONE": "Mars/Base"})
    assert [problem.split(".")[0] for problem in caught.value.problems] == [
        "SECRET_KEY: must hold at least 50 random characters",
        "DATABASE_URL: must begin with postgres: or postgresql:",
        "DEFAULT_ZONE: must be an IANA time zone such as America/Chicago",
    ]


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("k" * 60 + "\n")
    environ = {name: value for name, value in GOOD.items() if name != "SECRET_KEY"}
    assert read(environ | {"SECRET_KEY_FILE": str(tmp_path / "key")})["SECRET_KEY"] == "k" * 60


def test_example_file_is_generated():
    path = Path(__file__).parents[3] / ".env.example"
    assert path.read_text() == example()
