"""A browser for the stories of a module, and a laboratory of its own for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python import base
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from mock_server.settings import Settings
from mock_server.tests.served import served
from mock_server.web.app import MockServer, create_app

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KEY = "tf_test_free_shop"
NUMBER = "1Z999AA10123456784"
LONGEST = 60_000  # milliseconds that a page may take on a busy machine

expect.set_options(timeout=LONGEST)


@pytest.fixture(scope="module")  # not the session: while it is open, no other test of the process has an event loop
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(
            "no Chromium on this machine; `make browser` installs it where apt is, and the stories are run then"
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


class ServedConsole:
    """A mock that is served, and what its API says."""

    def __init__(self, app: MockServer, url: str, page: Page) -> None:
        self.app = app
        self.url = url
        self.page = page

    def open(self, path: str = "/", key: str | None = KEY) -> None:
        """A page of the console, for the key."""
        query = f"{'&' if '?' in path else '?'}key={key}" if key else ""
        self.page.goto(f"{self.url}/__admin{path}{query}")

    def get(self, path: str, **query: Any) -> Any:
        return self.told("GET", path, None, **query)

    def told(self, method: str, path: str, value: Any = None, **query: Any) -> Any:
        """What the control plane answers, once it did what it was told."""
        answer = requests.request(method, f"{self.url}/__admin{path}", params=query, json=value, timeout=60)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def track(self, number: str = NUMBER, key: str = KEY) -> requests.Response:
        """What a client is answered."""
        return requests.get(f"{self.url}/v2/track/{number}", headers={"X-API-Key": key}, timeout=60)

    def done(self, words: str) -> None:
        """Wait until the console says so."""
        self.page.locator("#told .notice.good", has_text=words).wait_for()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, timezone_id="Europe/Berlin", locale="en-GB")
    made.set_default_timeout(LONGEST)
    yield made
    made.close()


@pytest.fixture
def lab(context: BrowserContext) -> Iterator[ServedConsole]:
    app = create_app(Settings(clock="2026-06-15T12:00:00Z", time_scale=0))
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.on("dialog", lambda dialog: dialog.accept())
    with served(app) as server:
        yield ServedConsole(app, server.url, page)
        page.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, as it is published."""
    return (Path(base.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
