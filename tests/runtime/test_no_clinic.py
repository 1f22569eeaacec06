"""Commands that only look at files work where no clinic is set up, and do not hide a half-set one."""

import json
import subprocess
import sys

import pytest

from tests.factories.edi import claim, written
from tests.support.cluster import ROOT
from tests.support.demo_process import clean_environment


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=clean_environment() | environment, text=True,
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "claims.837"
    path.write_text(written(claim()), encoding="ascii")
    return str(path)


def test_a_file_is_checked_without_a_clinic(file):
    done = run("edi_check", file, "--json", "--own-rules")
    assert done.returncode == 0
    assert json.loads(done.stdout)[0]["ok"] is True
    assert done.stderr.splitlines() == [
        "The database can't be reached: diagnoses and own service codes are not looked up."
    ]


def test_a_file_is_read_without_a_clinic(file):
    done = run("edi_read", file, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert [one["account"] for one in json.loads(done.stdout)[0]["claims"]] == ["A1001"]


@pytest.mark.parametrize("command", ["edi_check", "verify_ledger"])
def test_what_is_half_set_up_or_needs_a_clinic_is_refused(command, file):
    environment = {"DATABASE_URL": "postgresql://127.0.0.1:1/none"} if command == "edi_check" else {}
    done = run(command, *([file] if command == "edi_check" else []), **environment)
    assert done.returncode != 0
    assert "The clinic cannot start." in done.stderr
