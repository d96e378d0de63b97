"""A real browser for the tests of the console: started once, a profile per window, and nothing it complains of is lost.

def test_something(lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, "ann")
    page.get_by_role("button", name="Online").click()

A test in which a window reported an error (of a script, of the content security policy, of a request) fails, unless
the test says `windows.forgive("a part of it")` because it provoked it.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from sandbox.install import find_browser
from sandbox.team import PASSWORD
from tests.e2e.lab import LOOK_EVERY, PATIENCE, Lab

_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", violation => {
  console.error(`policy: ${violation.effectiveDirective} ${violation.blockedURI} ${violation.sample}`);
});
"""
_QUIET = (
    *("--headless=new", "--remote-debugging-port=0", "--no-first-run", "--no-default-browser-check"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu"),
    *("--disable-dev-shm-usage", "--password-store=basic", "--use-mock-keychain"),
)


class Windows:
    """Opens windows, each with a profile of its own, and keeps what they complain of."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._forgiven = ["/favicon.ico"]  # the embedded sign-in page names no icon, and has none
        self._complaints: list[str] = []

    def __call__(self, **options: Any) -> Page:
        """Open a window; the options are those of `Browser.new_context`, such as `color_scheme="dark"`."""
        context = self._browser.new_context(**{"locale": "en-US", "timezone_id": "UTC", **options})
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", self._hear)
        context.on("weberror", lambda thrown: self._complaints.append(str(thrown.error)))
        self._contexts.append(context)
        return context.new_page()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._complaints.append(f"{said.text} ({said.location['url']})")

    def forgive(self, fragment: str) -> None:
        """Errors with these words are what the test is about."""
        self._forgiven.append(fragment)

    @property
    def complaints(self) -> list[str]:
        return [said for said in self._complaints if not any(words in said for words in self._forgiven)]

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def browser_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The running browser's address.

    It is a process of its own, which each test's Playwright connects to: Playwright's event loop would otherwise run
    in this thread for the whole session, and no other test could have one.
    """
    profile = tmp_path_factory.mktemp("browser")
    _keep_cookies(profile)
    with _running(profile) as process:
        yield _await_address(process, profile / "DevToolsActivePort")


def _keep_cookies(profile: Path) -> None:
    """Let pages elsewhere have theirs, as most people's browsers do: else nobody sees what is told to them."""
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}), encoding="utf-8")


@contextmanager
def _running(profile: Path) -> Iterator["subprocess.Popen[bytes]"]:
    sandboxed = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses to run as root with one
    command = [find_browser(), *_QUIET, *sandboxed, f"--user-data-dir={profile}", "about:blank"]
    with (
        (profile / "log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _await_address(process: "subprocess.Popen[bytes]", told: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while not (told.exists() and told.read_text().strip()):
        assert process.poll() is None, f"the browser did not start: see {told.with_name('log')}"
        assert time.monotonic() < deadline, f"the browser did not answer: see {told.with_name('log')}"
        time.sleep(LOOK_EVERY)
    return f"http://127.0.0.1:{told.read_text().splitlines()[0]}"


@pytest.fixture
def windows(browser_url: str) -> Iterator[Windows]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(browser_url)
        opened = Windows(browser)
        yield opened
        opened.close()
        browser.close()
    assert not opened.complaints, "\n".join(opened.complaints)


def sign_in(page: Page, lab: Lab, username: str) -> Page:
    """Open the console and sign in at the user pool's pages, as a person does; returns once it is back."""
    page.goto(lab.running.console_url)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_function("() => sessionStorage.length > 0 && !location.search.includes('code=')")
    return page
