from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from clinic.runtime.processes import (
    Account,
    AlreadyRunning,
    clean_environment,
    hold,
    may_reach,
    spawn,
    stop,
    write_private,
)
from tests.runtime.waiting import is_alive, open_way, wait_for
from tests.support.cluster import ROOT

_PARENT = """
import os, sys
from clinic.runtime.processes import spawn
child = spawn([sys.executable, "-c", "import time; time.sleep(60)"], env=dict(os.environ), log=1)
print(child.pid, flush=True)
child.wait()
"""


def test_child_ends_with_a_killed_parent():
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait(timeout=5)
    parent.stdout.close()
    wait_for(lambda: not is_alive(child), seconds=20, what="the child of a killed parent ended")


def test_child_stands_in_a_session_of_its_own():
    child = spawn(
        [sys.executable, "-c", "import time; time.sleep(60)"], env=dict(os.environ), log=subprocess.DEVNULL
    )
    try:
        assert os.getsid(child.pid) == child.pid != os.getsid(0)
    finally:
        stop(child)
    assert child.returncode == -signal.SIGTERM


def test_stop_kills_what_does_not_listen():
    script = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(60)"
    read, write = os.pipe()
    child = spawn([sys.executable, "-c", script], env=dict(os.environ), log=write)
    os.close(write)
    assert os.read(read, 1) == b"x"
    stop(child, patience=0.2)
    os.close(read)
    assert child.returncode == -signal.SIGKILL


def test_a_folder_is_held_once(tmp_path):
    first = hold(tmp_path)
    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        hold(tmp_path)
    first.close()
    hold(tmp_path).close()


def test_private_files_are_closed_to_others(tmp_path):
    write_private(tmp_path / "secret", "a")
    write_private(tmp_path / "secret", "b")
    assert (tmp_path / "secret").read_text() == "b"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_reach_asks_every_folder_above(tmp_path):
    nobody = Account(65_534, 65_534, "nobody")
    open_way(tmp_path)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert may_reach(tmp_path / "open" / "later", nobody)
    assert not may_reach(closed / "inside", nobody)


def test_servers_inherit_no_secrets(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "leak")
    monkeypatch.setenv("SECRET_KEY", "leak")
    assert "leak" not in clean_environment().values()
