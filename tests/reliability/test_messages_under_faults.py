"""Messages that are due, workers killed at random, a broker that forgets and a database that restarts, two
beats, and a provider that loses answers: every message is accepted once, and none is lost."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes.sms_provider import SmsProvider
from tests.reliability.ground import Ground
from tests.runtime.waiting import wait_for
from tests.support import database
from tests.support.cluster import ROOT

WAITS = "state IN ('planned', 'due', 'held', 'claimed', 'sending')"
DUE = f"SELECT id::text FROM messaging_message WHERE next_try_at <= now() AND {WAITS}"
TO_STAFF_WITHIN = 600
# How long the full form may take on a machine that has other work, too; what is promised is checked all along.
LONGEST = 1500
OVERDUE = (
    "SELECT count(*) FROM messaging_message WHERE state = 'uncertain' AND NOT is_staff_needed "
    f"AND uncertain_at < now() - interval '{TO_STAFF_WITHIN} s'"
)
# Of a hundred sends: lost answers after and before acceptance, refusals for now, faults of both kinds.
BAD_DAY = {
    "lose": 0.05, "lose_before": 0.02, "429": 0.03, "503": 0.02, "500_taken": 0.02, "500_not": 0.02, "garbage": 0.01,
}  # fmt: skip


BAD_START = [
    "ok",
    "lose",
    "429",
    "lose",
    "500_taken",
    "ok",
    "lose_before",
    "garbage",
    "503",
    "lose",
    "500_not",
]


@dataclass
class Course:
    """What happened, for the record."""

    due: int
    kills: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds_to_last: float = 0.0
    seconds_to_settled: float = 0.0

    def note(self, ground: Ground, provider: SmsProvider, name: str) -> None:
        states = dict(ground.owner("SELECT state, count(*) FROM messaging_message GROUP BY 1"))
        tries = dict(ground.owner("SELECT outcome, count(*) FROM messaging_attempt GROUP BY 1"))
        told = {
            "due": self.due, "accepted": len(provider.taken), "different": len(provider.accepted_ids()),
            "sends": provider.sends,
            "kills": dict(Counter(self.kills)), "faults": self.faults, "states": states, "tries": tries,
            "questions": provider.questions, "callbacks": dict(provider.postman.answers),
            "seconds_to_last_accepted": round(self.seconds_to_last, 1),
            "seconds_to_settled": round(self.seconds_to_settled, 1),
        }  # fmt: skip
        folder = ROOT / ".cache" / "reliability"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(told, indent=1, default=str) + "\n", encoding="utf-8")
        print(json.dumps(told, default=str))


def once_each(ground: Ground, provider: SmsProvider, due: set[str]) -> None:
    accepted = provider.accepted_ids()
    assert {key: times for key, times in accepted.items() if times > 1} == {}
    assert set(accepted) - due == set()
    in_staff_hands = {
        key for (key,) in ground.owner("SELECT id::text FROM messaging_message WHERE is_staff_needed")
    }
    assert due - set(accepted) - in_staff_hands == set()
    left = ground.owner(
        f"SELECT id::text, state FROM messaging_message WHERE ({WAITS} OR state = 'uncertain') "
        "AND NOT is_staff_needed AND id::text = ANY(%s)",
        [sorted(due)],
    )
    assert left == []


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the servers of a test live. Not in pytest's own folder: each new run closes that to the account that
    PostgreSQL runs as."""
    made = Path(tempfile.mkdtemp(prefix="clinic-faults-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.reliability
@pytest.mark.django_db(transaction=True)
def test_forty_messages_through_kills_and_a_forgetful_broker(folder):
    """The short form: the time that leases and the provider's list take is set back while nothing runs."""
    urls = (database.app_url(), database.owner_url(database.worker_name()))
    chance = random.Random(3)
    with (
        SmsProvider(latency=0.5, callbacks=True, seed=5) as provider,
        Ground(folder, provider, database_urls=urls) as ground,
    ):
        provider.script.extend(BAD_START)
        ground.run("-m", "tests.reliability.fill", "--due", "40")
        due = {key for (key,) in ground.owner(DUE)}
        course = Course(len(due))
        ground.start_web()
        for name in ("beat-1", "beat-2"):
            ground.start_beat(name)
        ground.start_worker("worker")
        for last in ("whole", "alone"):
            for how in ("child", last):
                more_accepted(ground, provider, 3)
                course.kills.append(ground.kill("worker", how, chance))
                ground.send_task("messaging.send_due")
            ground.flush_redis()
            ground.restart_postgres()
            pass_time(ground, due)
        settle(ground, due, seconds=240)
        course.note(ground, provider, "messages-short")
        once_each(ground, provider, due)
        assert len(due) == 40
        assert set(provider.postman.answers) <= {204}


def more_accepted(ground: Ground, provider: SmsProvider, count: int) -> None:
    """Waits until the provider has taken so many more."""
    wanted = len(provider.taken) + count

    def has_come() -> bool:
        ground.send_task("messaging.send_due")
        return len(provider.taken) >= wanted

    wait_for(has_come, seconds=120, what="messages leave")


def pass_time(ground: Ground, due: set[str]) -> None:
    """Three minutes go by while no worker lives: leases end, and the provider's list is up to date."""
    ground.end("worker")
    ground.end_orphans()
    ground.owner(
        "UPDATE messaging_message SET lease_until = lease_until - interval '3 min', "
        "next_try_at = next_try_at - interval '3 min', uncertain_at = uncertain_at - interval '3 min' "
        "WHERE id::text = ANY(%s)",
        [sorted(due)],
    )
    ground.owner("UPDATE messaging_attempt SET started_at = started_at - interval '3 min'")
    ground.start("worker")


def settle(ground: Ground, due: set[str], *, seconds: float) -> None:
    """Waits until nothing is on its way; sweeps are woken more often than beat does."""
    open_ones = f"SELECT count(*) FROM messaging_message WHERE ({WAITS} OR state = 'uncertain') AND id::text = ANY(%s)"

    def is_settled() -> bool:
        ground.send_task("messaging.send_due")
        ground.send_task("messaging.resolve_uncertain")
        return ground.owner(open_ones, [sorted(due)])[0][0] == 0

    wait_for(is_settled, seconds=seconds, what="every message settled")


def sweep_of_faults(ground: Ground, course: Course, due: set[str], provider: SmsProvider) -> None:
    """A SIGKILL every two seconds until everything has been taken, and the larger faults at their times. A
    worker that is still starting is left alone: killing it there would only show that nothing runs."""
    chance, began = random.Random(20), time.monotonic()
    larger = [(8, "flush_redis"), (16, "restart_redis"), (24, "restart_postgres"), (32, "flush_redis")]
    least = 40.0

    def take_turn() -> bool:
        ground.revive()
        passed = time.monotonic() - began
        if larger and passed >= larger[0][0]:
            fault = larger.pop(0)[1]
            getattr(ground, fault)()
            course.faults.append(f"{fault} at {passed:.0f} s")
        ready = [name for name in ("worker-1", "worker-2") if ground.is_ready(name)]
        if ready:
            # A whole worker only while another one works: a clinic's supervisor brings it back in seconds.
            how = chance.choice(("child", "child", "alone", "whole") if len(ready) > 1 else ("child",))
            course.kills.append(ground.kill(chance.choice(ready), how, chance))
        taken = len(provider.accepted_ids())
        print(f"{passed:5.0f} s  {taken} accepted  {course.kills[-1:]} {ready}", flush=True)
        if taken == len(due) and not course.seconds_to_last:
            course.seconds_to_last = time.monotonic() - began
        return taken == len(due) and passed > least

    next_turn = began
    while time.monotonic() - began < LONGEST:
        next_turn += 2.0
        pause = max(0.0, next_turn - time.monotonic())
        time.sleep(pause)
        if take_turn():
            return


@pytest.mark.reliability
@pytest.mark.django_db(transaction=True)
def test_three_hundred_messages_through_every_fault(folder):
    """The full form, in real time: nothing is woken but by beat and by what services queue."""
    provider = SmsProvider(shares={**BAD_DAY, "slow": 0.01}, latency=1.0, callbacks=True, seed=8)
    provider.slow_seconds = 12.0
    with provider, Ground(folder, provider) as ground:
        ground.run("-m", "tests.reliability.fill", "--due", "300")
        due = {key for (key,) in ground.owner(DUE)}
        course = Course(len(due))
        ground.start_web()
        for name in ("worker-1", "worker-2"):
            ground.start_worker(name)
        for name in ("beat-1", "beat-2"):
            ground.start_beat(name)
        began = time.monotonic()
        sweep_of_faults(ground, course, due, provider)
        open_ones = (
            f"SELECT count(*) FROM messaging_message WHERE ({WAITS} OR state = 'uncertain') "
            "AND NOT is_staff_needed AND id::text = ANY(%s)"
        )

        def is_settled() -> bool:
            assert ground.owner(OVERDUE) == [(0,)]
            return ground.owner(open_ones, [sorted(due)])[0][0] == 0

        wait_for(
            is_settled, seconds=LONGEST - (time.monotonic() - began), what="every doubt resolved or shown"
        )
        course.seconds_to_settled = time.monotonic() - began
        course.note(ground, provider, "messages-full")
        once_each(ground, provider, due)
        assert len(due) == 300
        assert len(course.kills) >= 20
