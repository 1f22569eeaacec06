"""What is measured: for each operation the request, who makes it, what must be answered, and its bare limit."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.client import HTMX, Answer, Client, form_key
from tests.benchmarks.facts import REASON, Facts

PASSWORD = "maple-street-demo"
Call = Callable[[Client], Answer]
SEARCHES = 40  # well below the limit of one person in a minute


@dataclass
class Scenario:
    """One operation.

    `call` makes one request with a signed-in client; `goal` is the most the page may take as a multiple of its bare
    limit (None: no goal of its own); `queries` the most statements. `floor` names the least SQL (see floors.py) and
    `given` makes its arguments. `write` operations use something up: `stock` says how many are left at most.
    """

    name: str
    words: str
    login: str
    call: Call
    floor: str
    given: Callable[[], dict[str, str]]
    goal: float | None = None
    queries: int = 8
    wanted: tuple[int, ...] = (200,)
    is_write: bool = False
    size: int = 0
    found: dict[str, Any] = field(default_factory=dict)

    def page(self, client: Client) -> float:
        """One request; its milliseconds. Ends the run with the answer's text when it is not the wanted one."""
        status, text, took = self.call(client)
        if status not in self.wanted:
            raise SystemExit(f"{self.name}: unexpected answer {status}: {text[:1500]}")
        self.size = max(self.size, len(text)) if self.size else len(text)
        return took

    def bare(self, client: Client) -> float:
        """One request of the bare limit, as long as the page."""
        status, text, took = client.request(f"/{self.floor}?{urlencode(self.given() | {'size': self.size})}")
        if status not in (200, 204):
            raise SystemExit(f"{self.name}: the bare limit answered {status}: {text[:1500]}")
        return took

    def static(self, client: Client) -> float:
        return client.request(f"/static?size={self.size}")[2]


class Shared:
    """An iterator that several clients may draw from at once."""

    def __init__(self, source: Iterator):
        self._source, self._lock = source, threading.Lock()

    def __next__(self):
        with self._lock:
            return next(self._source)


def scenarios(facts: Facts) -> list[Scenario]:
    """All operations, reads first."""
    return [
        *_finder(facts),
        *_boards(facts),
        *_searches(facts),
        *_charts(facts),
        *_offices(facts),
        *_queues(facts),
        *_writes(facts),
    ]


def _find(facts: Facts, words: list) -> Call:
    """Types like many people at once: what one person's searches are limited to is given back in time."""
    source, count = Shared(itertools.cycle(words)), Shared(itertools.count())

    def call(client: Client) -> Answer:
        if next(count) % SEARCHES == 0:
            facts.forgive()
        return client.request("/patients/find/", {"q": next(source)}, **HTMX)

    return call


def _given(values: list, name: str) -> Callable[[], dict[str, str]]:
    source = Shared(itertools.cycle(values))
    return lambda: {name: str(next(source))}


def _finder(facts: Facts) -> list[Scenario]:
    typed = [f"{born.month}/{born.day}/{born.year}" for born in facts.births]
    return [
        Scenario("find", "finder, 2 and 3 letters of the names", "frontdesk", _find(facts, facts.names), "find",
                 _given(facts.names, "q"), goal=3, queries=5),
        Scenario("find-typo", "finder, a slip in the last name", "frontdesk", _find(facts, facts.slips), "alike",
                 _given(facts.slips, "q"), goal=3, queries=5),
        Scenario("find-dob", "finder, date of birth", "frontdesk", _find(facts, typed), "born", _given(facts.births, "on"),
                 goal=3, queries=5),
        Scenario("find-phone", "finder, last seven digits of a phone", "frontdesk", _find(facts, facts.phones), "find",
                 _given(facts.phones, "q"), goal=3, queries=5),
    ]  # fmt: skip


def _boards(facts: Facts) -> list[Scenario]:
    today = {"location": str(facts.location), "day": facts.day.isoformat()}
    poll = {**HTMX, "X-Clinic-Poll": "1"}
    monday = facts.day - dt.timedelta(days=facts.day.weekday())
    week = {
        "location": str(facts.location), "member": str(facts.sessions[0][0]),
        "first": monday.isoformat(), "last": (monday + dt.timedelta(days=6)).isoformat(),
    }  # fmt: skip
    versions = threading.local()

    def unchanged(client: Client) -> Answer:
        known = getattr(versions, "known", None) or {}
        versions.known = known
        if client not in known:
            client.request(f"/flow/?location={facts.location}", **poll)
            known[client] = client.header("X-Board-Version")
        answer = client.request(
            f"/flow/?location={facts.location}", **poll, **{"X-Board-Version": known[client]}
        )
        if answer[0] == 200:  # minutes went by: the board shows another waiting time
            known[client] = client.header("X-Board-Version")
            return client.request(
                f"/flow/?location={facts.location}", **poll, **{"X-Board-Version": known[client]}
            )
        return answer

    return [
        Scenario("day", "a day of 3 providers, 60 visits", "frontdesk",
                 lambda client: client.request(f"/schedule/?location={facts.location}&day={facts.day}"), "day",
                 lambda: today, goal=1.5, queries=6),
        Scenario("week", "the week of a provider", "frontdesk",
                 lambda client: client.request(
                     f"/schedule/week/?location={facts.location}&member={week['member']}&day={facts.day}"
                 ), "week", lambda: week, queries=6),
        Scenario("poll", "flow board poll, unchanged", "frontdesk", unchanged, "poll", lambda: today, wanted=(204,)),
        Scenario("poll-changed", "flow board poll, changed", "frontdesk",
                 lambda client: client.request(f"/flow/?location={facts.location}", **poll, **{"X-Board-Version": "0"}),
                 "day", lambda: today),
    ]  # fmt: skip


def _searches(facts: Facts) -> list[Scenario]:
    """The next six openings over eight nearly full providers: found within two weeks, and none within sixty days."""

    def search(**more: object) -> Call:
        def call(client: Client) -> Answer:
            asked = {"location": facts.calendars, "visit_type": facts.type, "patient": facts.chart, **more}
            return client.request("/schedule/openings/", asked, **HTMX)

        return call

    def given(days: int) -> Callable[[], dict[str, str]]:
        return lambda: {"location": str(facts.calendars), "days": str(days)}

    return [
        Scenario("openings", "next six openings over 8 providers", "frontdesk", search(), "openings", given(14)),
        Scenario("openings-none", "no Monday morning in 60 days of 8 providers", "frontdesk",
                 search(weekday="0", part="morning"), "openings", given(60), queries=12),
    ]  # fmt: skip


def _charts(facts: Facts) -> list[Scenario]:
    return [
        Scenario("chart", "chart with ten years of history", "leadma",
                 lambda client: client.request(f"/patients/{facts.chart}/"), "chart",
                 lambda: {"patient": str(facts.chart)}, goal=2),
    ]  # fmt: skip


def _offices(facts: Facts) -> list[Scenario]:
    today = {"location": str(facts.location), "day": facts.day.isoformat()}
    return [
        Scenario("manager", "the manager's day", "manager", lambda client: client.request("/today/"), "manager",
                 lambda: today),
        Scenario("outbox", "outbox, what was delivered", "frontdesk",
                 lambda client: client.request("/messages/?tab=delivered"), "outbox", dict),
        Scenario("audit", "audit page", "privacy", lambda client: client.request("/audit/"), "audit", dict),
    ]  # fmt: skip


def _queues(facts: Facts) -> list[Scenario]:
    """The first pages of the lists that staff work off, above years of what is done."""

    def page(url: str) -> Call:
        def call(client: Client) -> Answer:
            _ = facts.lists
            return client.request(url)

        return call

    def given() -> dict[str, str]:
        return {"patient": str(facts.chart)}

    at = f"location={facts.location}"
    return [
        Scenario("follow-ups", "follow-up calls, whom to call now", "leadma", page("/follow-ups/"), "follow_ups", given),
        Scenario("follow-ups-closed", "follow-up calls, closed ones", "leadma", page("/follow-ups/?view=closed"),
                 "follow_ups_closed", given),
        Scenario("waitlist", "waitlist, who waits", "frontdesk", page(f"/outreach/?{at}"), "waitlist", given),
        Scenario("recalls", "recalls that are due", "frontdesk", page("/outreach/recalls/"), "recalls", given),
        Scenario("replies", "texts of patients to read", "frontdesk", page("/messages/replies/"), "replies", given),
        Scenario("conversation", "a patient's conversation", "frontdesk", page(f"/messages/patient/{facts.chart}/"),
                 "conversation", given),
    ]  # fmt: skip


def _writes(facts: Facts) -> list[Scenario]:
    patients = Shared(itertools.cycle(facts.patients))
    minutes = Shared(itertools.count())
    arriving = leaving = Shared(facts.arrivals())
    item, dose = facts.stock_up()

    def book(client: Client) -> Answer:
        for _ in range(60):
            provider, day, clock = facts.slot()
            form = {
                "form_key": form_key(), "patient": next(patients), "visit_type": facts.type, "provider": provider,
                "location": facts.location, "day": day.isoformat(), "clock": clock.strftime("%H:%M"), "reason": REASON,
            }  # fmt: skip
            answer = client.request("/schedule/book/", form, **HTMX)
            if answer[0] not in (409, 422):  # a day off or a visit already there: the next time is tried
                return answer
        return answer

    def free_time() -> dict[str, str]:
        start = dt.datetime(2030, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=20 * next(minutes))
        return {
            "who": str(facts.chart),
            "from": start.isoformat(),
            "to": (start + dt.timedelta(minutes=20)).isoformat(),
        }

    def check_in(client: Client) -> Answer:
        return client.request(f"/visits/{next(arriving)}/check-in/arrive/", {"form_key": form_key()}, **HTMX)

    def arrive_and_leave(client: Client) -> Answer:
        visit = next(leaving)
        arrived = client.request(f"/visits/{visit}/check-in/arrive/", {"form_key": form_key()}, **HTMX)
        if arrived[0] not in (204, 302):
            return arrived
        return client.request(f"/visits/{visit}/check-out/leave/", {"form_key": form_key()}, **HTMX)

    def vitals(client: Client) -> Answer:
        form = {
            "form_key": form_key(),
            "v-systolic-1": 121,
            "v-diastolic-1": 78,
            "v-pulse": 72,
            "u-pulse": "/min",
        }
        return client.request(f"/encounters/{facts.encounter}/vitals/", form, **HTMX)

    def vaccine(client: Client) -> Answer:
        form = {
            "form_key": form_key(), "dose": dose, "route": "IM", "site": "LD", "dose_ml": "0.5", "screened": "on",
            "vis_edition_on": "2025-01-31", "vis_given_on": facts.day.isoformat(), "ordered_by": "Standing order",
            "eligibility": "V01",
        }  # fmt: skip
        return client.request(f"/encounters/{facts.encounter}/immunization/?item={item}", form, **HTMX)

    def visit() -> dict[str, str]:
        return {"visit": form_key(), "patient": str(facts.seen), "encounter": str(facts.encounter)}

    done = (204, 302)
    return [
        Scenario("book", "book a visit", "frontdesk", book, "book", free_time, goal=3, wanted=done, is_write=True),
        Scenario("check-in", "check a patient in", "frontdesk", check_in, "move", visit, wanted=done, is_write=True),
        Scenario("vitals", "save vitals", "leadma", vitals, "vitals", visit, goal=3, queries=7, wanted=done, is_write=True),
        Scenario("vaccine", "give a vaccine out of its lot", "leadma", vaccine, "vaccine", visit, wanted=done,
                 is_write=True),
        Scenario("check-out", "check a patient out", "frontdesk", arrive_and_leave, "check_out", visit, wanted=done,
                 is_write=True),
    ]  # fmt: skip
