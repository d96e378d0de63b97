"""Agents at their console in a real browser, against the deployed template: what comes in is shown, and answered."""

from playwright.sync_api import expect

from tests.e2e.browser import Windows, sign_in
from tests.e2e.lab import CUSTOMER, MAIL_CUSTOMER, Lab
from tests.e2e.seat import CHANGED, CLEARED, Seat, mailed, take_seat

# -- a morning --------------------------------------------------------------------------------------


def test_whoever_signs_in_and_goes_online_is_brought_a_text_and_answers_it(lab: Lab, windows: Windows) -> None:
    windows.forgive(CLEARED)
    ann = Seat(sign_in(windows(), lab, "ann"), lab)
    ann.go_online()

    lab.text("Where is my parcel?")
    ann.open(CUSTOMER)
    expect(ann.story.get_by_text("Where is my parcel?")).to_be_visible()
    expect(ann.row(CUSTOMER)).to_contain_text("Where is my parcel?")
    ann.answer("It comes tomorrow.")

    lab.wait_for(lambda: "It comes tomorrow." in lab.phone(), "the answer on the phone")
    ann.expect_delivered("It comes tomorrow.")
    expect(ann.row(CUSTOMER)).to_contain_text("You: It comes tomorrow.")


def test_a_mail_is_shown_without_a_reload_and_answered(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")

    lab.mail("The kettle leaks.", subject="My kettle")
    ann.open("My kettle")
    expect(ann.story.get_by_text("The kettle leaks.")).to_be_visible()
    ann.answer("We send you another one.")

    lab.wait_for(lambda: mailed(lab, "We send you another one."), "the answer in the mailbox")


def test_a_customer_is_called_by_their_own_name_beside_their_address(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")

    lab.mail("The kettle leaks.", name="Mia Berg")
    expect(ann.row(f"Mia Berg {MAIL_CUSTOMER}")).to_be_visible()
    ann.open("Mia Berg")

    expect(ann.page.get_by_role("article").get_by_text(f"Mia Berg · {MAIL_CUSTOMER}")).to_be_visible()


def test_a_whatsapp_message_is_shown_without_a_reload_and_answered(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")

    lab.write("whatsapp", "Do you ship abroad?")
    ann.open("WhatsApp")
    expect(ann.story.get_by_text("Do you ship abroad?")).to_be_visible()
    ann.answer("We do.")

    lab.wait_for(lambda: "We do." in lab.arrived("whatsapp"), "the answer on the phone")


def test_what_is_undone_is_not_sent_and_can_be_written_on(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)

    ann.write("No.")
    ann.send()
    ann.story.get_by_role("button", name="Undo").click()
    expect(ann.field).to_have_value("No.")
    ann.answer("Gladly.")

    lab.wait_for(lambda: "Gladly." in lab.phone(), "the answer on the phone")
    assert "No." not in lab.phone()


def test_a_conversation_is_handed_over_with_a_note_that_the_colleague_reads(lab: Lab, windows: Windows) -> None:
    windows.forgive(CHANGED)
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    ben = take_seat(windows, lab, "ben")

    ann.page.get_by_role("button", name="Transfer").click()
    dialog = ann.page.get_by_role("dialog", name="Transfer")
    dialog.get_by_role("combobox").select_option(f"agent {lab.agent_id('ben')}")
    dialog.get_by_label("Note for whoever gets it").fill("Knows you from last week.")
    dialog.get_by_role("button", name="Transfer").click()

    ben.open(CUSTOMER)
    expect(ben.story.get_by_text("Knows you from last week.")).to_be_visible()
    expect(ann.row(CUSTOMER)).to_have_count(0)


def test_what_is_resolved_leaves_the_list_and_can_be_taken_back(lab: Lab, windows: Windows) -> None:
    windows.forgive(CHANGED)
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    ann.answer("Hello!")
    lab.wait_for(lambda: "Hello!" in lab.phone(), "the answer on the phone")

    ann.page.get_by_role("button", name="Resolve").click()
    expect(ann.row(CUSTOMER)).to_have_count(0)
    ann.page.get_by_role("button", name="Undo").click()

    expect(ann.row(CUSTOMER)).to_have_count(1)


# -- two of them ------------------------------------------------------------------------------------


def test_one_sees_who_else_looks_and_writes(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    ben = take_seat(windows, lab, "ben", "inbox/all")

    ben.open(CUSTOMER)
    expect(ann.page.get_by_text("Also looking: Ben Ortiz")).to_be_visible()
    ben.page.get_by_role("button", name="Internal note").click()
    ben.write("I know them")

    expect(ann.page.get_by_text("Typing now: Ben Ortiz")).to_be_visible()


def test_an_answer_to_what_a_colleague_answered_meanwhile_is_held_back_until_its_author_decides(
    lab: Lab, windows: Windows
) -> None:
    windows.forgive(CHANGED)
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    ann.write("Hello from Ann.")
    ann.send()

    known = lab.conversation_of()
    assert known
    ben = lab.agent("ben")
    ben.take(known.id)
    ben.reply(known.id, "Hello from Ben.")
    ann.story.get_by_role("button", name="Send now").click()
    expect(ann.story.get_by_role("alert")).to_contain_text("A colleague has answered meanwhile")
    ann.story.get_by_role("button", name="Drop mine").click()

    expect(ann.story.get_by_text("Hello from Ben.")).to_be_visible()
    lab.await_quiet()
    assert "Hello from Ann." not in lab.phone()
    assert lab.phone().count("Hello from Ben.") == 1


def test_what_a_colleague_takes_leaves_the_list_and_can_t_be_answered_any_more(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    ann.write("I am about to")
    ben = take_seat(windows, lab, "ben", "inbox/all")
    ben.open(CUSTOMER)

    ben.page.get_by_role("toolbar").get_by_role("button", name="Take over").click()

    expect(ann.row(CUSTOMER)).to_have_count(0)
    expect(ann.page.get_by_text("Ben Ortiz has this conversation.")).to_be_visible()
    expect(ann.field).to_have_value("I am about to")
    expect(ann.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
