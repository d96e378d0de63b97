"""What leads do at the console, and agents can't: the floor, the quarantine, opt-outs, settings."""

from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.e2e.browser import Windows
from tests.e2e.lab import CUSTOMER, Lab
from tests.e2e.seat import CHANGED, as_shown, take_seat
from tests.e2e.test_leads import ACCOUNT, quarantined


def test_the_floor_shows_what_waits_and_who_is_there_as_it_happens(lab: Lab, windows: Windows) -> None:
    dee = take_seat(windows, lab, "dee", "floor", online=False)
    line = dee.page.get_by_role("row").filter(has=dee.page.get_by_role("link", name="support"))
    expect(line.get_by_text("Nothing waits")).to_be_visible()

    lab.text("Where is my parcel?")
    expect(line.get_by_text("Nothing waits")).to_be_hidden()
    line.get_by_role("link", name="support").click()
    expect(dee.page.get_by_role("link", name=as_shown(CUSTOMER))).to_be_visible()
    lab.agent("ann")

    ann = dee.page.get_by_role("listitem").filter(has_text="Ann Novak")
    expect(ann.get_by_text("Online")).to_be_visible()
    expect(ann.get_by_text("1 of 3 units")).to_be_visible()
    expect(dee.page.get_by_role("link", name=as_shown(CUSTOMER))).to_have_count(0)


def test_what_waits_is_given_to_an_agent_by_hand(lab: Lab, windows: Windows) -> None:
    windows.forgive(CHANGED)
    lab.agent("ben", online=False).set_presence("away")
    lab.text("Where is my parcel?")
    dee = take_seat(windows, lab, "dee", "floor/support", online=False)

    dee.page.get_by_role("checkbox", name=f"Select {as_shown(CUSTOMER)}").check()
    dee.page.get_by_role("button", name="Move…").click()
    dialog = dee.page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Ben Ortiz").check()
    dialog.get_by_role("button", name="Move").click()

    expect(dialog.get_by_text("1 of 1 moved")).to_be_visible()
    known = lab.conversation_of(CUSTOMER)
    assert known
    assert known.owner == lab.agent_id("ben")


def test_what_was_not_understood_is_read_again_from_the_quarantine(lab: Lab, windows: Windows) -> None:
    quarantined(lab, urlencode(lab.fields("where is my parcel?")).encode(), "q1")
    dee = take_seat(windows, lab, "dee", "quarantine", online=False)

    dee.page.get_by_role("link", name="Has no content").click()
    expect(dee.page.get_by_text("where+is+my+parcel")).to_be_visible()
    dee.page.get_by_role("button", name="Read it again").click()

    expect(dee.page.get_by_text("It was read again and understood")).to_be_visible()
    lab.wait_for(lambda: lab.conversation_of(CUSTOMER), "the conversation that came of it")


def test_a_canned_response_that_a_lead_wrote_is_used_in_an_answer(lab: Lab, windows: Windows) -> None:
    dee = take_seat(windows, lab, "dee", "settings/canned/New", online=False)
    dee.page.get_by_label("Title").fill("Shipping")
    dee.page.get_by_label("Shortcut").fill("ship")
    dee.page.get_by_label("Text in English").fill("It ships today. {{agent_name}}")
    dee.page.get_by_role("button", name="Save").click()
    expect(dee.page.get_by_role("cell", name="/ship")).to_be_visible()

    ann = take_seat(windows, lab, "ann")
    lab.text("When does it ship?")
    ann.open(CUSTOMER)
    ann.field.press_sequentially("Hi! /sh")
    ann.page.get_by_role("option", name="Shipping").click()
    expect(ann.field).to_have_value("Hi! It ships today. Ann Novak")
    ann.page.get_by_role("button", name="Send", exact=True).click()
    ann.story.get_by_role("button", name="Send now").click()

    lab.wait_for(lambda: "Hi! It ships today. Ann Novak" in lab.phone(), "the answer on the phone")


def test_a_lead_s_rooms_lead_an_agent_back_to_the_inbox(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    expect(ann.page.get_by_role("navigation", name="Switchboard").get_by_role("link")).to_have_text(
        ["Inbox", "Floor", "Settings"]
    )

    for place in ("quarantine", "optouts", f"quarantine/{ACCOUNT}/q1"):
        ann.go_to(place)
        expect(ann.page).to_have_url(f"{lab.running.console_url}inbox/mine")


def test_an_agent_s_settings_are_their_own_whatever_the_address_says(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann", "settings/people")

    expect(ann.page.get_by_role("heading", name="While you don't look")).to_be_visible()
    expect(ann.page.get_by_role("link", name="Agents")).to_have_count(0)
    expect(ann.page.get_by_text("Ben Ortiz")).to_have_count(0)
