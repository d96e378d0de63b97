"""The console for everybody: axe finds nothing on any page, the keyboard is enough, and it speaks four languages.

Playwright has the debugger run axe in the page, which no content policy binds: `script-src 'self'` holds in the tests
as it does elsewhere.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.team import PASSWORD
from tests.e2e.browser import Windows
from tests.e2e.lab import CUSTOMER, Lab
from tests.e2e.seat import CLEARED, Seat, take_seat
from tests.world import ROOT

OTHER = "+15551230002"
APPEARANCES: tuple[tuple[int, Any], ...] = ((1280, "light"), (390, "dark"), (1280, "dark"), (390, "light"))
FIND = """async () => (await axe.run(document, { iframes: false, resultTypes: ["violations"] })).violations.map(
  ({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")}`)"""
TEXTS = """() => {
  const read = element => [element.getAttribute("aria-label"), element.placeholder, element.textContent];
  const chosen = "button, label, legend, h1, h2, h3, th, nav a, .empty p, .quiet-text, .hint, [aria-label]";
  return [...document.querySelectorAll(chosen)].flatMap(read).map(text => (text ?? "").trim()).filter(Boolean);
}"""


@cache
def axe() -> str:
    """The checker's source."""
    return (ROOT / "console/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it is, wide and narrow, light and dark."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {axe()} }} }}")
    found = []
    for width, scheme in APPEARANCES:
        page.set_viewport_size({"width": width, "height": 850})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{page.url} {width} {scheme}: {one}" for one in page.evaluate(FIND)]
    page.set_viewport_size({"width": 1280, "height": 850})
    return found


# -- axe ---------------------------------------------------------------------------------------------


def test_axe_finds_nothing_in_the_inbox_empty_or_not(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    expect(ann.page.get_by_text("Nothing is yours just now.")).to_be_visible()
    found = findings(ann.page)
    lab.text("Where is my order? My kitchen is on fire!")
    ann.open(CUSTOMER)
    ann.answer("On its way.")
    lab.wait_for(lambda: "On its way." in lab.phone(), "the answer on the phone")
    ann.write("And an emoji makes it longer: 🚚")

    assert found + findings(ann.page) == []


def test_axe_finds_nothing_in_panels_and_dialogs(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    ann.page.get_by_role("button", name="Why me?").click()
    found = []
    for key, title in (("t", "Transfer"), ("z", "Snooze until…"), ("?", "Keyboard shortcuts")):
        ann.press(key)
        expect(ann.page.get_by_role("dialog", name=title)).to_be_visible()
        found += findings(ann.page)
        ann.press("Escape")
        expect(ann.page.get_by_role("dialog", name=title)).to_be_hidden()

    assert found == []


ROOMS = {
    "floor": "support",
    "floor/support": "Ann Novak",
    "quarantine": "Nothing is in quarantine.",
    "optouts": "Nobody has opted out.",
    "settings/personal": "While you don't look",
    "settings/people": "Ann Novak",
    "settings/queues": "support",
    "settings/canned/New": "Shortcut",
    "settings/rosters": "Roster",
    "settings/audit": "Changes",
}
"""Each with a sign that it is there."""


def test_axe_finds_nothing_in_the_rooms_of_leads(lab: Lab, windows: Windows) -> None:
    lab.agent("ann", online=False).set_presence("away")
    lab.text("hello")
    dee = take_seat(windows, lab, "dee", online=False)
    found = []
    for place, sign in ROOMS.items():
        dee.go_to(place)
        expect(dee.page.get_by_role("main").get_by_text(sign).first).to_be_visible()
        found += findings(dee.page)

    assert found == []


# -- the keyboard ------------------------------------------------------------------------------------


def tab_to(seat: Seat, goal: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(60):
        if goal.count() and goal.evaluate("element => element === document.activeElement"):
            return
        seat.press("Tab")
    raise AssertionError(f"Tab does not lead to {goal}")


def test_a_conversation_is_found_answered_and_resolved_without_a_mouse(lab: Lab, windows: Windows) -> None:
    windows.forgive(CLEARED)
    ann = Seat(windows(), lab)
    ann.page.goto(lab.running.console_url)
    tab_to(ann, ann.page.get_by_label("Username"))
    ann.page.keyboard.type("ann")
    tab_to(ann, ann.page.get_by_label("Password"))
    ann.page.keyboard.type(PASSWORD)
    ann.press("Enter")
    go_online = ann.page.get_by_role("button", name="Go online")
    expect(go_online).to_be_visible()
    tab_to(ann, go_online)
    ann.press("Enter")
    lab.text("hello")
    expect(ann.row(CUSTOMER)).to_be_visible()
    lab.text("hello", sender=OTHER)
    expect(ann.row(OTHER)).to_be_visible()

    ann.press("j", "j")
    expect(ann.rows().nth(1)).to_be_focused()
    ann.press("k")
    expect(ann.rows().first).to_be_focused()
    customer = CUSTOMER if ann.row(CUSTOMER).and_(ann.rows().first).count() else OTHER
    ann.press("Enter")
    expect(ann.story.get_by_text("hello")).to_be_visible()
    ann.press("r")
    expect(ann.field).to_be_focused()
    ann.page.keyboard.type("Hello from the keyboard.")
    ann.press("Control+Enter")
    now = ann.story.get_by_role("button", name="Send now")
    expect(now).to_be_visible()
    ann.press("Escape")
    tab_to(ann, now)
    ann.press("Enter")
    lab.wait_for(lambda: "Hello from the keyboard." in lab.phone(customer), "the answer on the phone")
    ann.expect_delivered("Hello from the keyboard.")
    ann.press("e")

    expect(ann.row(customer)).to_have_count(0)
    expect(ann.rows()).to_have_count(1)


# -- languages ---------------------------------------------------------------------------------------


def read(page: Page, url: str, places: dict[str, Callable[[], Locator]]) -> set[str]:
    """What stands on these pages beside what people wrote."""
    texts: set[str] = set()
    for place, sign in places.items():
        page.goto(f"{url}{place}")
        expect(sign()).to_be_visible()
        texts |= set(page.evaluate(TEXTS))
    return texts


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_no_english_is_left_in_another_language(language: str, lab: Lab, windows: Windows) -> None:
    def words(locale: str) -> set[str]:
        dee = take_seat(windows, lab, "dee", online=False, locale=locale)
        expect(dee.page.locator("html")).to_have_attribute("lang", locale[:2])
        main = dee.page.get_by_role("main")
        places = {
            "inbox/mine": lambda: main.get_by_role("navigation"),
            "floor": lambda: main.get_by_role("table").first,
            "quarantine": lambda: main.get_by_role("region").first,
            "optouts": lambda: main.get_by_role("searchbox").or_(main.get_by_role("textbox")).first,
            "settings/personal": lambda: main.get_by_role("heading").nth(1),
            "settings/canned/New": lambda: main.get_by_role("textbox").first,
        }
        return read(dee.page, lab.running.console_url, places)

    english, other = words("en-US"), words(language)
    assert not [text for text in other if "undefined" in text or "[object" in text]
    assert {text for text in english & other if " " in text} - {"Dee Laurent", "Ann Novak", "Ben Ortiz"} == set()
