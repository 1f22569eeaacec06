"""Redis is away or hangs: every page works as before; what it would have carried goes on when it is back."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from statistics import median
from uuid import uuid4

import pytest

from clinic.core.models import Heartbeat
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.rules.states import State
from clinic.runtime.processes import spawn, stop
from scheduling.models import Appointment
from tests.factories.messaging import make_message, make_reachable
from tests.factories.scheduling import at, visit_type
from tests.reliability.ground import CELERY, CLOCK
from tests.reliability.served import PIN, Caller
from tests.reliability.today import payment_form, payments
from tests.runtime.waiting import wait_for
from tests.support.cluster import ROOT

pytestmark = [pytest.mark.runtime, pytest.mark.slow]
PAGES = ("/", "/schedule/", "/flow/", "/inbox/", "/messages/", "/patients/register/")


def booking(clinic, patient, clock: str, weeks: int = 1) -> dict:
    """A booking in so many weeks for somebody who gets a confirmation, which wakes the sender."""
    starts = at(clock, clinic.day + timedelta(7 * weeks))
    return {
        "patient": patient.pk, "visit_type": visit_type().pk, "location": clinic.clinic.location.pk,
        "slot": f"{starts.isoformat()}|{clinic.clinic.provider.pk}", "form_key": uuid4().hex,
    }  # fmt: skip


@pytest.mark.parametrize("fault", ["refuse", "blackhole"])
def test_sign_in_and_every_page_work(servers, clinic_today, fault):
    servers.redis.set(fault)
    try:
        desk = Caller(servers.web).sign_in("frontdesk")
        assert {page: desk.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
        assert desk.post("/session/lock/", {}).status_code == 200
        assert desk.get("/schedule/").status_code == 423
        assert (
            desk.post("/session/unlock/", {"pin": "000000"}, headers={"HX-Request": "true"}).status_code
            == 422
        )
        assert desk.post("/session/unlock/", {"pin": PIN}, headers={"HX-Request": "true"}).status_code == 200
        visit = clinic_today.visit
        assert desk.post(f"/visits/{visit.pk}/check-in/arrive/", {"form_key": uuid4().hex}).status_code == 302
        visit.refresh_from_db()
        assert visit.state == "arrived"
        assert desk.post(*payment_form(clinic_today)).status_code == 302
        assert payments() == ["10.00"]
        form = booking(clinic_today, make_reachable(), "9:00")
        assert desk.post("/schedule/book/", form).status_code == 302
        assert Appointment.objects.filter(starts_at__gt=now() + timedelta(days=6)).count() == 1
        ready = Caller(servers.web).get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "ok")
        assert ready.json()["checks"]["redis"] != "ok"
    finally:
        servers.redis.set("pass")


def test_the_limits_of_signing_in_hold(servers, clinic_today):
    servers.redis.set("refuse")
    try:
        stranger = Caller(servers.web)
        stranger.get("/sign-in/")
        tries = [{"login": "frontdesk", "password": "wrong"}] * 5 + [{"login": "ma", "password": "wrong"}]
        assert [stranger.post("/sign-in/", one).status_code for one in tries] == [422] * 4 + [429, 422]
    finally:
        servers.redis.set("pass")


@pytest.mark.reliability
def test_what_a_page_costs_more_without_redis(servers, clinic_today):
    """Measured, not judged by the clock: booking wakes the sender, so it is the page that would feel it."""
    desk = Caller(servers.web).sign_in("frontdesk")
    took: dict[str, list[float]] = {}
    for turn, fault in enumerate(("pass", "refuse", "blackhole", "pass")):
        servers.redis.set(fault)
        for number in range(12):
            form = booking(clinic_today, make_reachable(), f"{2 + number}:00", turn + 1)
            assert desk.post("/schedule/book/", form).status_code == 302
            if number:
                took.setdefault(fault, []).append(desk.took)
    servers.redis.set("pass")
    for fault, seconds in took.items():
        print(
            f"  booking with redis {fault}: median {median(seconds) * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms"
        )
    # One try of the broker alone would cost two seconds or eight.
    assert median(took["blackhole"]) < median(took["pass"]) + 1


def _noon_zone() -> str:
    """A zone where it is around noon now, so that messages may leave."""
    hours = 12 - datetime.now().astimezone().astimezone(None).utctimetuple().tm_hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"


@pytest.mark.reliability
@pytest.mark.parametrize("away", [5, 100])
def test_reminders_resume_within_a_minute(servers, clinic_today, tmp_path, away):
    """Worker and beat as the demo runs them. Redis goes, a reminder falls due, Redis is back: how long until it left?"""
    worker = [
        sys.executable, *CELERY, "worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip",
        "--without-mingle",
    ]  # fmt: skip
    beat = [
        sys.executable, *CLOCK, "beat", "--schedule", tmp_path / "beat", "--pidfile", "", "--loglevel", "WARNING",
    ]  # fmt: skip
    env = servers.web.environment
    logs = {name: (tmp_path / f"{name}.log").open("ab") for name in ("worker", "beat")}
    processes = [
        spawn(worker, env=env, log=logs["worker"], cwd=ROOT),
        spawn(beat, env=env, log=logs["beat"], cwd=ROOT),
    ]
    try:
        wait_for(
            lambda: Heartbeat.objects.filter(name="beat").exists(), seconds=90, what="beat and worker work"
        )
        servers.redis.set("refuse")
        time.sleep(away / 2)  # part of the fault itself: how long Redis is away
        message = make_message(zone=_noon_zone())
        time.sleep(away / 2)
        assert Message.objects.get(pk=message.pk).state == State.PLANNED
        assert all(process.poll() is None for process in processes)
        servers.redis.set("pass")
        started = time.monotonic()
        wait_for(
            lambda: Message.objects.get(pk=message.pk).state == State.DELIVERED,
            seconds=60, what="the reminder has left",
        )  # fmt: skip
        print(
            f"  after {away} s without Redis the reminder left {time.monotonic() - started:.1f} s after its return"
        )
    finally:
        servers.redis.set("pass")
        for process in processes:
            process.terminate()
        for process in processes:
            stop(process, how=None, patience=40)
        for log in logs.values():
            log.close()
