"""`make screenshots`: the README's pictures, from a demo clinic of their own.

Set CLINIC_URL to take them from a demo that already runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support import chromium
from tests.support.cluster import ROOT
from tests.support.demo_process import demo

TARGET = ROOT / "docs" / "screenshots"
PASSWORD = "maple-street-demo"
PORT = 8765
_LOOKED_AT = 8


class Desk:
    """One signed-in person at a browser of their own."""

    def __init__(
        self, browser: Any, base: str, login: str, *, width: int = 1366, height: int = 768, dark: bool = False
    ):
        scheme = "dark" if dark else "light"
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, ignore_https_errors=True
        )
        context.set_default_timeout(60_000)
        self.base, self.page = base, context.new_page()
        self.page.goto(f"{base}/sign-in/")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def open(self, path: str) -> Any:
        answer = self.page.goto(self.base + path)
        assert answer is not None, path
        assert answer.status == 200, f"{path} answered {answer.status}"
        self.page.wait_for_load_state("networkidle")
        return self.page

    def links(self, pattern: str) -> list[str]:
        """Paths of the page's links that begin so, each once, without what follows a question mark."""
        found = self.page.locator(f"main a[href^='{pattern}']").evaluate_all(
            "all => all.map(one => one.getAttribute('href').split('?')[0])"
        )
        own = [
            path for path in found if len(path) > len(pattern) + 30
        ]  # an id, not one of the list's own pages
        assert own, f"no link to {pattern} on {self.page.url}"
        return list(dict.fromkeys(own))

    def picture(self, name: str) -> None:
        self.page.screenshot(path=TARGET / f"{name}.png")
        print(f"  docs/screenshots/{name}.png", flush=True)
        self.page.context.close()


def day(browser: Any, base: str) -> None:
    desk = Desk(browser, base, "frontdesk")
    desk.open("/schedule/")
    desk.picture("day")


def flow(browser: Any, base: str) -> None:
    desk = Desk(browser, base, "ma")
    desk.open("/flow/")
    desk.picture("flow")


def _richest(desk: Desk, paths: list[str]) -> None:
    """Opens the path whose page shows the most drawn trends: a chart with a past makes the better picture."""
    counted = {}
    for path in paths[:_LOOKED_AT]:
        counted[path] = (
            desk.open(path).locator("main svg polyline, main svg path[d^='M'][class*=spark]").count()
        )
    desk.open(max(counted, key=counted.__getitem__))


def vitals(browser: Any, base: str) -> None:
    desk = Desk(browser, base, "ma")
    desk.open("/flow/")
    visits = [path.split("/visits/")[1].strip("/") for path in desk.links("/schedule/visits/")]
    _richest(desk, [f"/visits/{pk}/rooming/" for pk in visits])
    for value in ("148", "92", "84", "16", "98.6", "97"):
        desk.page.keyboard.type(value)
        desk.page.keyboard.press("Enter")
    desk.page.wait_for_load_state("networkidle")
    desk.picture("vitals")


def patient(browser: Any, base: str) -> None:
    desk = Desk(browser, base, "provider")
    desk.open("/schedule/")
    visits = desk.links("/schedule/visits/")
    patients = []
    for visit in visits[:_LOOKED_AT]:
        desk.open(visit)
        patients += desk.links("/patients/")[:1]
    _richest(desk, list(dict.fromkeys(patients)))
    desk.picture("patient")


def manager(browser: Any, base: str) -> None:
    desk = Desk(browser, base, "manager", dark=True)
    desk.open("/today/")
    desk.picture("manager")


def claims(browser: Any, base: str) -> None:
    desk = Desk(browser, base, "biller")
    desk.open("/billing/claims/")
    desk.picture("claims")


def insurance(browser: Any, base: str) -> None:
    desk = Desk(browser, base, "biller")
    desk.open("/insurance/")
    desk.picture("insurance")


PICTURES: tuple[Callable[[Any, str], None], ...] = (day, flow, vitals, patient, manager, claims, insurance)


def main() -> int:
    path = chromium.find()
    if path is None:
        print("Chromium is needed for screenshots.", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    TARGET.mkdir(parents=True, exist_ok=True)
    with demo(Path(ROOT, ".cache", "screenshots"), PORT) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for take in PICTURES:
            take(browser, base)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
