"""One Chromium for all browser tests, one context per person, and the real server behind it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.support import chromium

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # sync Playwright runs a loop in this thread
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Two frames and every running transition: what a person sees, not what is on its way.
SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame(); await frame();
  await Promise.allSettled(document.getAnimations().map((one) => one.finished));
}"""
PASSWORD = "seven maples in a quiet row"
PIN = "246810"


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Headless Chromium. Missing in CI is a failure; elsewhere the reason is shown."""
    path = chromium.find()
    if not path:
        message = "Chromium is not installed; browser tests need it (Debian: apt-get install chromium)."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=flags)
        yield instance
        instance.close()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page, base: str):
        self.page, self.base = page, base
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda m: (
                self.errors.append(m.text) if m.type == "error" and "Security Policy" in m.text else None
            ),
        )

    def go(self, path: str):
        """Opens a page of the clinic. A page that is just leaving for another one may get in the way: then once more."""
        for attempt in range(3):
            try:
                self.page.goto(self.base + path)
                break
            except PlaywrightError as error:
                if "ERR_ABORTED" not in str(error) or attempt == 2:
                    raise
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD):
        self.go("/sign-in/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self.page

    def sends(self, act: Callable[[], None]) -> None:
        """Does `act` and waits until the server has answered the POST it causes."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "POST" and answer.status != 423
        ) as sent:
            act()
        onward = sent.value.headers.get("hx-redirect", "")
        if onward:
            self.page.wait_for_url(lambda url: urlsplit(url).path == urlsplit(onward).path)
        self.page.wait_for_load_state("networkidle")

    def axe(self) -> list[str]:
        """Serious and critical accessibility findings of the page as it stands."""
        if not self.page.evaluate("() => !!window.axe"):
            self.page.evaluate(AXE.read_text())
        result = self.page.evaluate("() => axe.run({resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['target']} {(node['any'] or [{}])[0].get('message', '')[:160]}"
            for one in result["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def assert_accessible(self) -> None:
        """No serious finding, in light and in dark, once nothing is loading any more."""
        self.page.wait_for_function("() => !document.querySelector('.is-busy, .htmx-request')")
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(SETTLED)
            found = self.axe()
            assert not found, f"{scheme} {self.page.url}: " + "; ".join(found)
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def person(browser, live_server) -> Iterator[Callable[..., Person]]:
    """`person()` opens a browser context of its own: another human being at another PC."""
    contexts = []

    def make(width: int = 1366, height: int = 768, **options) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Person(context.new_page(), live_server.url)

    yield make
    for context in contexts:
        context.close()
