"""An agent at the console, in a window: what they do there and what they see, by the words that are on the page.

def test_something(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.text("Where is my order?")
    ann.open("+15551230001")
    ann.answer("On its way.")
"""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from sandbox.team import PASSWORD
from tests.e2e.browser import Windows
from tests.e2e.lab import PATIENCE, Lab

TOKENS = "switchboard.tokens"
"""Where the console keeps its tokens, in the tab's session storage."""
AN_HOUR = 3600
CLEARED = "status of 404 (Not Found)"
"""A window may hear of the conversations of the test before, which the lab has removed, and look in vain."""
CHANGED = "status of 412 (Precondition Failed)"
"""What one decides on may just have got its promise: the console decides anew where that changes nothing."""

expect.set_options(timeout=PATIENCE * 1000)


def as_shown(words: str) -> str:
    """A telephone number of ours as the console shows it: "+15551230001" is "+1 555 123 0001"."""
    return re.sub(r"^\+1(\d{3})(\d{3})(\d{4})$", r"+1 \1 \2 \3", words)


@dataclass
class Seat:
    """One window, signed in."""

    page: Page
    lab: Lab

    def go_to(self, path: str) -> None:
        """Load a place below /console/ anew."""
        self.page.goto(f"{self.lab.running.console_url}{path}")
        expect(self.page.get_by_role("navigation", name="Switchboard")).to_be_visible()

    def go_online(self) -> None:
        """As the bar offers it."""
        self.page.get_by_role("button", name="Go online").click()
        expect(self.page.get_by_role("button", name=re.compile(r"^Presence, Online"))).to_be_visible()

    def rows(self) -> Locator:
        """The conversations in the list that is shown."""
        return self.page.get_by_role("region", name="Conversations").locator("li a")

    def row(self, words: str) -> Locator:
        """Those with these words."""
        return self.rows().filter(has_text=as_shown(words))

    def open(self, words: str) -> None:
        """Open the conversation with these words in its row, once it is there."""
        self.row(words).click()
        expect(self.story).to_be_visible()

    @property
    def field(self) -> Locator:
        """Where one writes, an answer or a note."""
        return self.page.get_by_role("article").get_by_role("textbox", name=re.compile("^(Answer|Internal note)$"))

    @property
    def story(self) -> Locator:
        """What was said."""
        return self.page.get_by_role("region", name="Messages")

    def write(self, text: str) -> None:
        """Write without sending."""
        self.field.fill(text)

    def send(self) -> None:
        """Have what is written wait for its ten seconds."""
        self.page.get_by_role("button", name="Send", exact=True).click()

    def answer(self, text: str) -> None:
        """Write, and have it go without waiting."""
        self.write(text)
        self.send()
        self.story.get_by_role("button", name="Send now").click()

    def expect_delivered(self, text: str) -> None:
        """Until the message with these words says so, which is there once."""
        message = self.story.get_by_role("article").filter(has_text=text)
        expect(message.filter(has_text="Delivered")).to_have_count(1)
        expect(message).to_have_count(1)

    def press(self, *keys: str) -> None:
        """Keys, one after the other, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)


def take_seat(
    windows: Windows, lab: Lab, username: str, path: str = "", *, online: bool = True, **options: Any
) -> Seat:
    """Open the console signed in, without the hosted pages; the options are those of `Browser.new_context`."""
    windows.forgive(CLEARED)
    seat = Seat(windows(**options), lab)
    seat.page.goto(f"{lab.running.console_url}config.json")  # the console's origin, and not yet the console
    keep_tokens(seat.page, tokens_of(lab, username))
    if online:
        lab.agent(username)
    seat.go_to(path)
    return seat


def mailed(lab: Lab, words: str) -> bool:
    """Whether the customer has got a mail from us with these words."""
    return any(words in mail.opened().text for mail in lab.mailbox())


def tokens_of(lab: Lab, username: str) -> dict[str, Any]:
    """What the console would hold had the agent signed in by the hosted pages."""
    answer = lab.running.client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=lab.outputs["UserPoolClientId"],
        AuthParameters={"USERNAME": username, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return {
        "access": answer["AccessToken"],
        "refresh": answer["RefreshToken"],
        "expiresAt": (time.time() + AN_HOUR) * 1000,
    }


def keep_tokens(page: Page, tokens: dict[str, Any]) -> None:
    """Put them where the console looks for them; a script of the debugger's, which no content policy binds."""
    page.evaluate("([key, tokens]) => sessionStorage.setItem(key, tokens)", [TOKENS, json.dumps(tokens)])
