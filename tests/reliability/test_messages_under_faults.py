"""Messages that are due, workers killed at random, a broker that forgets and a database that restarts, two
beats, and a provider that loses answers: every message is accepted once, and none is lost."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection

from tests.fakes.sms_provider import SmsProvider
from tests.reliability.fill import fill
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


# What becomes of the first sends of the short form, so that each kind of answer meets each kind of kill.
BAD_START = [
    "ok", "lose", "429", "lose", "500_taken", "ok", "lose_before", "garbage", "503", "lose", "500_not",
]  # fmt: skip
# The kills of the short form, and how many calls of a portion are answered before them. Ten messages to five numbers
# go in two groups of five: the first kill finds the second group claimed, the other ones find it in its calls.
KILLS = (("pool", 2), ("whole", 7), ("pool", 4), ("alone", 7))


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


@pytest.mark.runtime
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_forty_messages_through_kills_and_a_forgetful_broker(folder):
    """The short form. The time that leases and the provider's list take is set back while nothing runs, and each
    kill has ten messages of its own and finds the worker in the middle of their calls, however busy the machine is.
    """
    fill(40)
    connection.close()  # the restart would cut it
    urls = (database.app_url(), database.owner_url(database.worker_name()))
    with (
        SmsProvider(latency=0.5, callbacks=True, seed=5) as provider,
        Ground(folder, provider, database_urls=urls) as ground,
    ):
        provider.script.extend(BAD_START * 2)
        course, portions, began = Course(40), portions_of_ten(ground), time.monotonic()
        due = {key for portion in portions for key in portion}
        try:
            ground.start_web()
            for name in ("beat-1", "beat-2"):
                ground.start_beat(name)
            ground.start_worker("worker")
            for portion, (how, answered) in zip(portions, KILLS, strict=True):
                kill_in_its_calls(ground, provider, portion, how, answered)
                course.kills.append(how)
                if how == "pool":
                    ground.flush_redis()
                    ground.restart_postgres()
                else:
                    pass_time(ground, due)
            settle(ground, due, seconds=120)
            course.seconds_to_settled = time.monotonic() - began
        except AssertionError:
            print(ground.log("worker"))
            raise
        finally:
            course.note(ground, provider, "messages-short")
        once_each(ground, provider, due)
        assert len(due) == 40
        # 503: the connection was cut while a report was being written down; the provider sends it again.
        assert set(provider.postman.answers) <= {204, 503}


def portions_of_ten(ground: Ground) -> list[list[str]]:
    """What is due, put off for an hour and returned in portions of ten; messages to one number stay together."""
    rows = ground.owner(DUE + " ORDER BY address, id")
    ground.owner(
        "UPDATE messaging_message SET next_try_at = now() + interval '1 hour' WHERE next_try_at <= now()"
    )
    keys = [key for (key,) in rows]
    return [keys[first : first + 10] for first in range(0, len(keys), 10)]


def kill_in_its_calls(
    ground: Ground, provider: SmsProvider, portion: list[str], how: str, answered: int
) -> None:
    """Lets a portion become due and kills the worker while the provider keeps its callers waiting."""
    first_held = provider.hold(after=answered)
    ground.owner("UPDATE messaging_message SET next_try_at = now() WHERE id::text = ANY(%s)", [portion])
    wake = every_second(lambda: ground.send_task("messaging.send_due"))

    def is_held() -> bool:
        wake()
        return provider.sends >= first_held

    wait_for(is_held, seconds=120, what="messages leave")
    ground.end("worker", how)
    provider.go_on()


def every_second(act: Callable[[], None]) -> Callable[[], None]:
    """`act`, for a loop that comes by more often."""
    last = -1.0

    def come_by() -> None:
        nonlocal last
        if time.monotonic() - last >= 1.0:
            act()
            last = time.monotonic()

    return come_by


def pass_time(ground: Ground, due: set[str]) -> None:
    """Three minutes go by while no worker lives, and then one starts: leases end, the provider's list is up to
    date. A pool that outlived its worker finishes its calls before."""
    ground.end_orphans(patience=20)
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

    def wake() -> None:
        ground.send_task("messaging.resolve_uncertain")
        ground.send_task("messaging.send_due")

    wake_both = every_second(wake)

    def is_settled() -> bool:
        wake_both()
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
