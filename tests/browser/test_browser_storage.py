"""What a browser keeps of a day in the clinic: nothing about patients, and nothing at all after signing out."""

from __future__ import annotations

import json

import pytest
import time_machine

from records.services import open_encounter
from tests.browser.world import OPENS, World
from tests.factories.messaging import make_reachable
from tests.factories.staff import actor_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAME = "Zyxwhistle"
DUMP = """async () => {
  const databases = indexedDB.databases ? await indexedDB.databases() : [];
  const stores = await caches.keys();
  const workers = await navigator.serviceWorker?.getRegistrations() ?? [];
  return {
    local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie,
    databases: databases.map((one) => one.name), caches: stores, workers: workers.length,
    name: window.name, state: history.state,
  };
}"""
EMPTY = {"local": {}, "session": {}, "cookies": "", "databases": [], "caches": [], "workers": 0, "name": ""}


def kept(page) -> dict:
    found = page.evaluate(DUMP)
    assert NAME not in json.dumps(found)
    found.pop("state")
    return found


def test_a_tour_leaves_nothing_in_the_browser(person):
    with time_machine.travel(OPENS, tick=True):
        world = World()
        patient = make_reachable(first_name="Ottoline", last_name=NAME, search=f" ottoline {NAME.lower()}")
        encounter = open_encounter(by=actor_for(world.provider), patient=patient, at=OPENS, reason="Cough")
        one = person()
        one.sign_in("shah")
        for path in (
            "/",
            "/schedule/",
            "/flow/",
            "/patients/",
            f"/patients/{patient.pk}/",
            f"/patients/{patient.pk}/timeline/",
            f"/patients/{patient.pk}/vitals/",
            f"/encounters/{encounter.pk}/note/",
            f"/encounters/{encounter.pk}/vitals/",
            f"/billing/visits/{encounter.pk}/charges/",
            "/inbox/",
        ):
            page = one.go(path)
            page.wait_for_load_state("networkidle")
            assert kept(page) == EMPTY, path
            assert NAME.lower() not in page.url.lower()
        page = one.go("/patients/")
        page.fill("form[data-find] [name=q]", NAME[:6])
        page.wait_for_selector("[data-find-results] [role=option]")
        assert kept(page) == EMPTY
        assert NAME.lower()[:6] not in page.url.lower()
        page = one.go(f"/patients/{patient.pk}/")
        page.wait_for_load_state("networkidle")
        assert NAME in page.content()
        page.evaluate("""() => { const form = document.createElement('form'); form.method = 'post';
            form.action = '/session/sign-out/'; const field = document.createElement('input');
            field.name = 'csrfmiddlewaretoken'; field.value = document.body.dataset.csrf;
            form.append(field); document.body.append(form); form.submit(); }""")
        page.wait_for_url("**/sign-in/**")
        assert kept(page) == EMPTY
        page.go_back()
        page.wait_for_url("**/sign-in/**")
        assert NAME not in page.content()
        names = {cookie["name"] for cookie in page.context.cookies()}
        assert names <= {"csrf", "theme", "keys"}
        assert one.errors == []
