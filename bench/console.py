"""How soon a message is on an agent's screen, how much the console loads first, and whether long lists cost more.

A real Chromium beside the deployed embedded AWS. Absolute times are this machine's; the ratios are to the webhook's own
answer in the same run, and to a list of 50.
"""

import os
import statistics
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import CDPSession, Page, Route, expect, sync_playwright

from bench.latency import percentile
from bench.report import save, show_table
from sandbox.install import find_browser
from sandbox.ports import draw_ports
from sandbox.progress import step
from sandbox.running import run
from switchboard.policy import load_policy
from switchboard.routing import Agent, Presence
from tests.e2e.browser import Windows
from tests.e2e.lab import Lab
from tests.e2e.seat import take_seat

ROOT = Path(__file__).parent.parent
MESSAGES, WARMING, INTERVAL = 60, 5, 1.0
"""Messages, each from a customer of their own, those before that count for nothing, and seconds between them."""
FEW, MANY, LOADS = 50, 5_000, 5
"""Conversations in a list, and how often each list is loaded."""
FRAMES = 50
"""So long each list is scrolled, less than a row each frame."""
TALL = {"width": 1280, "height": 6_000}
"""All rows of the stream are in view, so that all are drawn."""
WATCH = """() => {
  window.shownAt = {};
  new MutationObserver(() => {
    for (const name of document.querySelectorAll(".row-customer")) window.shownAt[name.textContent] ??= Date.now();
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
SCROLL = """async frames => {
  const list = document.querySelector(".rows");
  for (let n = 1; n <= frames; n++) {
    list.scrollTop = n * 60;
    await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
  }
}"""


def main() -> None:
    """Deploy, measure, show, save."""
    with (
        tempfile.TemporaryDirectory(prefix="switchboard-") as directory,
        run(Path(directory), draw_ports()) as running,
    ):
        lab = Lab(running, load_policy(ROOT / "policy.yaml"))
        measure(lab)
        lab.close()


def measure(lab: Lab) -> None:
    """On a deployment that is there."""
    with sync_playwright() as playwright:
        sandboxed = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses to run as root with one
        browser = playwright.chromium.launch(executable_path=find_browser(), args=sandboxed)
        windows = Windows(browser)
        _staff(lab)
        with step(f"{MESSAGES} messages, one each {INTERVAL:g} s"):
            stream = _stream(lab, windows)
        with step("The first load"):
            loaded = _first_load(lab, windows)
        lists = {}
        for count in (FEW, MANY):
            with step(f"Lists of {count:,}, {LOADS} times"):
                lists[count] = [_list(lab, windows, count) for _ in range(LOADS)]
        windows.close()
        browser.close()
    _report(stream, loaded, lists)


def _report(stream: dict[str, list[float]], loaded: Counter[str], lists: dict[int, list[tuple[float, float]]]) -> None:
    base = statistics.median(stream["webhook answered"])
    rows = [
        (name, len(times), percentile(times, 0.50), percentile(times, 0.99), statistics.median(times) / base)
        for name, times in stream.items()
    ]
    show_table("From a message to the screen", ("", "n", "p50 ms", "p99 ms", "p50 / webhook"), rows)
    sizes = [(kind, round(size / 1024, 1)) for kind, size in loaded.most_common()]
    show_table("Until the inbox is there, compressed", ("", "KiB"), [*sizes, ("all", sum(size for _, size in sizes))])
    medians = {
        count: [statistics.median(values) for values in zip(*found, strict=True)] for count, found in lists.items()
    }
    work = [
        (name, medians[FEW][n], medians[MANY][n], medians[MANY][n] / medians[FEW][n])
        for n, name in enumerate(("until rows are there, ms", f"scripts while one scrolls {FRAMES} frames, ms"))
    ]
    show_table("Conversations in a list", ("", f"{FEW}", f"{MANY:,}", "ratio"), work)
    save("console", {"ms": rows, "KiB": sizes, "lists": work})


# A message to the screen


def _staff(lab: Lab) -> None:
    """Ann can take everything, and nothing times her out."""
    agent_id, now = lab.agent_id("ann"), datetime.now(UTC)
    lab.agents.put(Agent(agent_id=agent_id, name="Ann", queues=("support",), skills=(), units=10_000, free=10_000))
    lab.agents.set_presence(agent_id, Presence.ONLINE, now + timedelta(hours=1), now)
    lab.agents.ensure_listed(agent_id, "a")


def _stream(lab: Lab, windows: Windows) -> dict[str, list[float]]:
    """Milliseconds since each message was sent: until its webhook was answered, and until it was on the screen."""
    page = take_seat(windows, lab, "ann", online=False, viewport=TALL).page
    page.evaluate(WATCH)
    sent, answered = {}, {}
    for number in range(WARMING + MESSAGES):
        due = time.monotonic() + INTERVAL
        sender = f"+1555444{number:04d}"
        sent[sender] = time.time() * 1000
        lab.webhook(lab.fields(sender=sender)).raise_for_status()
        answered[sender] = time.time() * 1000
        time.sleep(max(0.0, due - time.monotonic()))
    page.wait_for_function("count => Object.keys(shownAt).length >= count", arg=WARMING + MESSAGES)
    shown = page.evaluate("() => shownAt")
    page.close()
    counted = list(sent)[WARMING:]
    return {
        "webhook answered": [answered[sender] - sent[sender] for sender in counted],
        "on the screen": [shown[sender] - sent[sender] for sender in counted],
        "of it after the webhook's answer": [shown[sender] - answered[sender] for sender in counted],
    }


# The first load


def _first_load(lab: Lab, windows: Windows) -> Counter[str]:
    """Bytes over the network by kind, headers included, in a new profile until the list is there."""
    seat = take_seat(windows, lab, "dee", online=False)
    session = seat.page.context.new_cdp_session(seat.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    session.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))

    def finish(told: dict[str, Any]) -> None:
        sizes[kinds.get(told["requestId"], "Other")] += int(told["encodedDataLength"])

    session.on("Network.loadingFinished", finish)
    seat.go_to("inbox/mine")
    expect(seat.page.get_by_text("Nothing is yours")).to_be_visible()
    seat.page.close()
    return sizes


# Long lists


def _list(lab: Lab, windows: Windows, count: int) -> tuple[float, float]:
    """A list of so many conversations: milliseconds until its rows are there, and of scripts while one scrolls."""
    seat = take_seat(windows, lab, "dee", online=False)
    page = seat.page
    template = lab.agent("ann", online=False).conversations()[0]
    page.route("**/agent/conversations?*", partial(_serve, template, count))
    page.goto(f"{lab.running.console_url}inbox/all")
    seat.rows().first.wait_for()
    there = float(page.evaluate("() => performance.now()"))
    _read_all(page, count)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = _scripting(session)
    page.evaluate(SCROLL, FRAMES)
    scripts = (_scripting(session) - before) * 1000
    page.close()
    return there, scripts


def _serve(template: dict[str, Any], count: int, route: Route) -> None:
    """A page of the list, in place of the API."""
    asked = parse_qs(urlsplit(route.request.url).query)
    if asked["view"] != ["all"]:
        return route.fulfill(json={"items": [], "cursor": None})
    start, limit = int(asked.get("cursor", ["0"])[0]), int(asked["limit"][0])
    numbers = range(start, min(count, start + limit))
    items = [{**template, "conversation_id": f"acme-sms.x.{n}", "customer": f"+1555555{n:04d}"} for n in numbers]
    return route.fulfill(json={"items": items, "cursor": str(numbers.stop) if numbers.stop < count else None})


def _read_all(page: Page, count: int) -> None:
    """Go to the end until there is no more to read."""
    last = page.locator(f'a[data-id="acme-sms.x.{count - 1}"]')
    while not last.count():
        page.evaluate("() => { const list = document.querySelector('.rows'); list.scrollTop = list.scrollHeight; }")
    page.evaluate("() => { document.querySelector('.rows').scrollTop = 0; }")


def _scripting(session: CDPSession) -> float:
    """Seconds that the page's scripts have run."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration"))


if __name__ == "__main__":
    main()
