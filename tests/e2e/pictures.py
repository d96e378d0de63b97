"""`python -m tests.e2e.pictures`: the pictures of docs/console.md, taken of the deployed template on a busy morning."""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from sandbox.install import find_browser
from sandbox.mail_program import File
from sandbox.ports import draw_ports
from sandbox.progress import step
from sandbox.running import run
from sandbox.team import PASSWORD
from switchboard.policy import load_policy
from tests.e2e.browser import Windows
from tests.e2e.lab import MAIL_CUSTOMER, Lab
from tests.e2e.seat import Seat, as_shown, take_seat
from tests.world import ROOT

FOLDER = ROOT / "docs/pictures"
RECEIPT = b"Acme\nOrder K-4699, kettle, 1 piece\n"
WIDE: ViewportSize = {"width": 1280, "height": 850}
NARROW: ViewportSize = {"width": 390, "height": 844}
ORDER, SMOKE, SPANISH = "+15551230001", "+15551230012", "+15551230013"
UNITS = 5
WAITING = (
    ("+15551230014", "Do you have the blue one again?"),
    ("+15551230015", "I paid twice for order K-4802. Please look at it today, I need the money back."),
    ("+15551230016", "What does shipping to Alaska cost?"),
    ("+15551230017", "Thanks, it works now!"),
)
DUTIES = (
    (["mon", "tue", "wed", "thu", "fri"], "08:00-18:00", 12),
    (["mon", "fri"], "10:00-14:00", 6),
    (["sat"], "10:00-14:00", 4),
)


def main() -> None:
    """Deploy, play the morning, take the pictures."""
    with tempfile.TemporaryDirectory(prefix="switchboard-") as directory, run(Path(directory), draw_ports()) as running:
        lab = Lab(running, load_policy(ROOT / "policy.yaml"))
        with step("Taking the pictures"):
            take(lab)
        lab.close()


def take(lab: Lab) -> None:
    """All of them, one after the other."""
    with sync_playwright() as playwright:
        sandboxed = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses to run as root with one
        browser = playwright.chromium.launch(executable_path=find_browser(), args=sandboxed)
        windows = Windows(browser)
        play(lab)
        take_ann(windows, lab)
        take_dee(windows, lab)
        take_both(windows, lab)
        windows.close()
        browser.close()


def play(lab: Lab) -> None:
    """Ann has a conversation of each kind, and more is waiting than she takes at once."""
    lab.add_agent(lab.agent_id("ann"), units=UNITS, name="Ann Novak")
    lab.mail(
        "Hello,\n\nthe kettle I got from you last week leaks at the lid. The receipt is attached.\n"
        "May I have another one, please?\n\nBest regards\nMia Berg",
        name="Mia Berg",
        subject="The kettle leaks",
        files=[File("receipt.txt", RECEIPT)],
    )
    lab.text("Hi, order K-4711 was to come on Friday. Where is it?", sender=ORDER)
    lab.text("The charger is smoking and it smells burnt!", sender=SMOKE)
    lab.text("¿Cuándo llega mi pedido? Gracias", sender=SPANISH)
    lab.write("whatsapp", "Do you ship to Canada, too?")
    ann = lab.agent("ann")
    lab.wait_for(lambda: len(ann.conversations()) == UNITS, "all of it to be Ann's")
    answer(lab, ORDER, "I am sorry. I ask the carrier and write again within the hour.")
    kettle = lab.conversation_of(MAIL_CUSTOMER)
    assert kettle
    ann.note(
        kettle.id, "Third kettle of this batch with a leaking lid: @Dee, shall we recall it?", [lab.agent_id("dee")]
    )
    answer(lab, MAIL_CUSTOMER, "I'm sorry about the kettle. Another one leaves today; keep the old one.\n\nAnn Novak")
    lab.text("Thank you! And does it come to the same address?", sender=ORDER)
    lab.mail("That is kind. Could you send it to my office?\n\nMia", name="Mia Berg", answers=lab.mailbox()[-1])
    for sender, words in WAITING:
        lab.text(words, sender=sender)
    lab.agent("ben", online=False).set_presence("away")
    lab.wait_for(lambda: len(lab.all_conversations()) == UNITS + len(WAITING), "all of it to be there")
    lab.await_quiet()


def answer(lab: Lab, customer: str, text: str) -> None:
    """As Ann, who reads what she answers; until it has arrived."""
    known = lab.conversation_of(customer)
    assert known
    lab.agent("ann").reply(known.id, text)
    lab.await_quiet()


def take_ann(windows: Windows, lab: Lab) -> None:
    """An agent's morning."""
    ann = take_seat(windows, lab, "ann", viewport=WIDE)
    ann.open("does it come to the same address")
    expect(ann.story.get_by_text("does it come to the same address?")).to_be_visible()
    shoot(ann.page, "inbox")
    ann.page.emulate_media(color_scheme="dark")
    shoot(ann.page, "inbox-dark")
    ann.page.emulate_media(color_scheme="light")
    ann.open("The kettle leaks")
    expect(ann.story.get_by_text("Could you send it to my office?")).to_be_visible()
    ann.story.evaluate("story => story.scrollTo(0, 150)")
    shoot(ann.page, "conversation")
    ann.row(SMOKE).click()
    ann.page.get_by_role("button", name="Why me?").click()
    expect(ann.page.get_by_role("complementary", name="Why me?")).to_contain_text("Who was looked at")
    shoot(ann.page, "why")
    ann.row(SPANISH).click()
    ann.write("Está en camino. Llega hoy entre las dos y las cuatro de la tarde, y el mensajero llama antes.")
    shoot_part(ann, "limits")
    ann.write("")
    ann.page.set_viewport_size(NARROW)
    ann.go_to("inbox/mine")
    expect(ann.row(SMOKE)).to_be_visible()
    shoot(ann.page, "inbox-narrow")
    ann.page.close()


def take_dee(windows: Windows, lab: Lab) -> None:
    """A lead's."""
    dee = take_seat(windows, lab, "dee", "floor/support", online=False, viewport=WIDE)
    expect(dee.page.get_by_role("link", name="Conversations of Ann Novak")).to_be_visible()
    for sender, _ in WAITING[:3]:
        dee.page.get_by_role("checkbox", name=f"Select {as_shown(sender)}").check()
    shoot(dee.page, "floor")
    duties = [{"days": days, "hours": hours, "units": units} for days, hours, units in DUTIES]
    lab.call("dee", "PUT", "settings/rosters/support", {"duties": duties})
    dee.go_to("settings/rosters/support")
    expect(dee.page.get_by_role("grid")).to_be_visible()
    shoot(dee.page, "settings")
    dee.page.close()


def take_both(windows: Windows, lab: Lab) -> None:
    """The customers' phones and the console side by side."""
    page = windows(viewport={"width": 1440, "height": 860})
    page.goto(f"{lab.running.phones_url}/demo")
    console = page.frame_locator("iframe.console")
    console.get_by_label("Username").fill("ann")
    console.get_by_label("Password").fill(PASSWORD)
    console.get_by_role("button", name="Sign in").click()
    console.get_by_text(as_shown(ORDER)).first.click()
    console.get_by_role("textbox", name="Answer").fill("It does.")
    console.get_by_role("button", name="Send", exact=True).click()
    expect(console.get_by_role("button", name="Send now")).to_be_visible()
    shoot(page, "demo")
    page.close()


def shoot(page: Page, name: str) -> None:
    """The window as it is, once it has all that it shows."""
    for loading in page.get_by_text("Loading…").all():
        expect(loading).to_be_hidden()
    page.screenshot(path=FOLDER / f"console-{name}.png", animations="disabled")


def shoot_part(seat: Seat, name: str) -> None:
    """Where one writes."""
    seat.page.get_by_role("region", name="Answer").screenshot(path=FOLDER / f"console-{name}.png")


if __name__ == "__main__":
    main()
