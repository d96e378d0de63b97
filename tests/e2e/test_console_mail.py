"""Mail, files and customers at the console: pictures when one asks, files both ways, merging, blocking, forgetting."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Locator, expect
from typing_extensions import override

from sandbox.files import content_of
from sandbox.mail_program import File
from switchboard.conversation import Status
from tests.e2e.browser import Windows
from tests.e2e.lab import CUSTOMER, LONG_AGO, MAIL_CUSTOMER, Lab
from tests.e2e.seat import Seat, take_seat
from tests.e2e.test_console_trouble import mail_html, without_network
from tests.e2e.test_erasure import is_looking_again
from tests.e2e.test_files_out import BOSS, EXPERT
from tests.e2e.test_files_out import mailed as mail_for

OTHER = "+15551230002"
PICTURE = content_of("image/png")
PAPER = content_of("application/pdf")
HAND_OVER = """(element, [kind, name, type, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const told = { bubbles: true, cancelable: true };
  if (kind === "paste") element.dispatchEvent(new ClipboardEvent("paste", { ...told, clipboardData: files }));
  else ["dragover", "drop"].forEach(type =>
    element.dispatchEvent(new DragEvent(type, { ...told, dataTransfer: files })));
}"""
"""What a browser does with a file that somebody drops or pastes; its bytes, or how many zeros it has."""


def choose(seat: Seat, action: str) -> Locator:
    """Do what the menu of the open conversation offers; returns the dialog that it may open."""
    seat.page.get_by_role("button", name="More actions").click()
    seat.page.get_by_role("menuitem", name=action).click()
    return seat.page.get_by_role("dialog")


def attached(seat: Seat) -> Locator:
    return seat.page.get_by_role("list", name="Attached files").get_by_role("listitem")


# -- pictures of a mail ------------------------------------------------------------------------------


@dataclass
class Shop:
    """A stranger's server of pictures, and what it was asked."""

    url: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def shop(directory: Path) -> Iterator[Shop]:
    """One that speaks HTTPS, as the pictures that a mail may name have to."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(200)
            self.send_header("content-type", "image/png")
            self.end_headers()
            self.wfile.write(PICTURE)

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secured.load_cert_chain(certificate(directory))
        server.socket = secured.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield Shop(f"https://localhost:{server.server_port}", asked)
        server.shutdown()


def certificate(directory: Path) -> Path:
    """A key and a certificate that nobody vouches for."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    file = directory / "shop.pem"
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_pictures_from_elsewhere_are_fetched_when_asked_for_and_who_asks_stays_unknown(
    lab: Lab, windows: Windows, tmp_path: Path
) -> None:
    ann = take_seat(windows, lab, "ann", ignore_https_errors=True)
    with shop(tmp_path) as elsewhere:
        known: Any = {"name": "who", "value": "ann", "url": elsewhere.url, "sameSite": "None", "secure": True}
        ann.page.context.add_cookies([known])
        mail_html(lab, f'<p>Our lamps</p><img alt="a > b" src="{elsewhere.url}/lamp.png">', "Lamps")
        ann.open("Lamps")
        ann.story.get_by_role("button", name="Show all of it").click()
        frame = ann.page.frame_locator("iframe.mail-frame")
        expect(frame.get_by_text("Our lamps")).to_be_visible()
        assert elsewhere.asked == []
        ann.story.get_by_role("button", name="Load pictures from elsewhere").click()

        expect(frame.get_by_role("img")).to_have_js_property("naturalWidth", 1)
        ((path, headers),) = elsewhere.asked
        assert path == "/lamp.png"
        assert headers.keys() & {"cookie", "referer", "origin"} == set()


# -- files -------------------------------------------------------------------------------------------


def test_files_are_saved_from_a_mail_and_go_with_its_answer_and_its_copy(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.mail("Broken, see the picture.", files=[File("claim.pdf", PAPER), File("lamp.png", PICTURE)])
    ann.open("Where is my order?")
    with ann.page.expect_download() as paper:
        ann.story.get_by_role("button", name="claim.pdf").click()
    ann.story.get_by_role("button", name=re.compile("^lamp.png")).click()
    expect(ann.story.get_by_role("img", name="lamp.png")).to_have_js_property("naturalWidth", 1)
    with ann.page.expect_download() as picture:
        ann.story.get_by_role("button", name="Download lamp.png").click()
    saved = [(one.value.suggested_filename, one.value.path().read_bytes()) for one in (paper, picture)]
    assert saved == [("claim.pdf", PAPER), ("lamp.png", PICTURE)]

    ann.write("The invoice, and yours again.")
    ann.field.evaluate(HAND_OVER, ["drop", "film.mp4", "video/mp4", 30_000_000])
    expect(attached(ann).filter(has_text="film.mp4").get_by_role("alert")).to_contain_text("larger than")
    chooser = ann.page.locator("input[type=file]")
    chooser.set_input_files({"name": "setup.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"})
    expect(attached(ann).filter(has_text="setup.exe").get_by_role("alert")).to_contain_text("type of file")
    chooser.set_input_files({"name": "invoice bü.pdf", "mimeType": "application/pdf", "buffer": PAPER})
    ann.field.evaluate(HAND_OVER, ["paste", "image.png", "image/png", list(PICTURE)])
    for name in ("film.mp4", "setup.exe"):
        ann.page.get_by_role("button", name=f"Remove {name}").click()
    expect(attached(ann)).to_contain_text(["invoice bü.pdf", "image.png"])
    expect(ann.field).to_have_value("The invoice, and yours again.")
    ann.page.get_by_role("button", name="Choose who gets a copy").click()
    ann.page.get_by_label("Copy to").fill(BOSS)
    ann.send()
    ann.story.get_by_role("button", name="Send now").click()

    for who in (MAIL_CUSTOMER, BOSS):
        mail = mail_for(lab, lambda one: bool(one.opened().files), who).opened()
        assert [(file.name, file.content) for file in mail.files] == [("invoice bü.pdf", PAPER), ("image.png", PICTURE)]
        assert "The invoice, and yours again." in mail.text
    ann.expect_delivered("The invoice, and yours again.")
    expect(ann.page.get_by_role("list", name="Attached files")).to_have_count(0)


def test_a_picture_that_is_dropped_goes_with_a_text(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.text("what does it look like?")
    ann.open(CUSTOMER)
    ann.write("Like this.")
    ann.field.evaluate(HAND_OVER, ["drop", "lamp.png", "image/png", list(PICTURE)])
    expect(attached(ann)).to_contain_text(["lamp.png"])
    ann.send()
    ann.story.get_by_role("button", name="Send now").click()

    def sent() -> list[tuple[list[str], list[str]]]:
        return [(text.media, text.names) for text in lab.running.twilio.state.texts if text.body == "Like this."]

    lab.wait_for(lambda: sent() == [(["image/png"], ["lamp.png"])], "the picture on the phone")


def test_a_mail_is_forwarded_with_a_note_and_its_files(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.mail("The lamp hums. Is that dangerous?", files=[File("lamp.png", PICTURE)])
    ann.open("Where is my order?")
    expect(ann.story.get_by_role("button", name="Download lamp.png")).to_be_visible()
    dialog = choose(ann, "Forward mail")
    dialog.get_by_label("To", exact=True).fill(EXPERT)
    dialog.get_by_label("Your words").fill("Can you tell?")
    dialog.get_by_role("button", name="Forward").click()

    expect(dialog).to_be_hidden()
    expect(ann.page.get_by_role("status").filter(has_text=f"Forwarded to {EXPERT}")).to_be_visible()
    mail = mail_for(lab, lambda one: one.opened().subject.startswith("Fwd:"), EXPERT).opened()
    assert [words for words in ("Can you tell?", "The lamp hums.") if words not in mail.text] == []
    assert [(file.name, file.content) for file in mail.files] == [("lamp.png", PICTURE)]
    forwarded = ann.story.get_by_role("article").filter(has_text="Can you tell?")
    expect(forwarded).to_contain_text(EXPERT)


# -- customers ---------------------------------------------------------------------------------------


def test_two_customers_are_merged_into_one_story_and_parted_again(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.mail("The kettle leaks.", subject="My kettle")
    lab.text("Any news of my kettle?")
    expect(ann.row(MAIL_CUSTOMER)).to_be_visible()
    ann.open(CUSTOMER)
    ann.story.get_by_role("button", name="Earlier and other conversations").click()
    expect(ann.story.get_by_text("Nothing was said before")).to_be_visible()
    dialog = choose(ann, "Merge with another customer")
    search = dialog.get_by_role("searchbox")
    search.fill("nobody@customers.example")
    search.press("Enter")
    expect(dialog.get_by_text("Nobody with this address has written yet.")).to_be_visible()
    search.fill(MAIL_CUSTOMER)
    search.press("Enter")
    expect(dialog.get_by_role("radio", name=MAIL_CUSTOMER)).to_be_checked()
    dialog.get_by_role("button", name="They are the same person").click()

    expect(ann.story.get_by_text("The kettle leaks.")).to_be_visible()
    panel = ann.page.get_by_role("complementary", name="Customer")
    expect(panel.get_by_text(MAIL_CUSTOMER)).to_be_visible()
    ann.page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(ann.story.get_by_text("The kettle leaks.")).to_be_hidden()
    expect(panel.get_by_text(MAIL_CUSTOMER)).to_be_hidden()


def test_whoever_is_blocked_reaches_nobody_until_a_lead_lifts_it_and_is_gone_once_erased(
    lab: Lab, windows: Windows
) -> None:
    ann = take_seat(windows, lab, "ann")
    lab.text("I hate you")
    ann.open(CUSTOMER)
    lab.await_quiet()
    dialog = choose(ann, "Block the customer")
    dialog.get_by_role("button", name="Block").click()
    expect(ann.row(CUSTOMER)).to_have_count(0)
    lab.text("let me in")
    lab.wait_for(lambda: any(entry.text == "let me in" for entry in lab.all_entries()), "the record")
    lab.await_quiet()
    assert [known.status for known in lab.all_conversations()] == [Status.RESOLVED]

    known = lab.conversation_of()
    assert known
    dee = take_seat(windows, lab, "dee", f"inbox/all/{known.id}", online=False)
    choose(dee, "Lift the block")
    expect(dee.page.get_by_text("The block is lifted")).to_be_visible()
    lab.text("hello again")
    dee.open(CUSTOMER)
    expect(dee.story.get_by_text("hello again")).to_be_visible()
    expect(ann.row(CUSTOMER)).to_be_visible()
    ann.open(CUSTOMER)

    dialog = choose(dee, "Erase the customer")
    confirm = dialog.get_by_role("button", name="Erase for good")
    expect(confirm).to_be_disabled()
    dialog.get_by_label("Type ERASE to confirm").fill("erase")
    confirm.click()
    for seat in (dee, ann):
        expect(seat.row(CUSTOMER)).to_have_count(0)
        expect(seat.page.get_by_text("hello again")).to_have_count(0)
        expect(seat.page.get_by_text("You can't see this conversation any more")).to_be_visible()
    lab.wait_for(lambda: is_looking_again(lab), "the second look to be asked for")
    lab.sqs.purge_queue(QueueUrl=lab.outputs["EraseQueueUrl"])  # it would come in two minutes


# -- a feed that can't say ---------------------------------------------------------------------------


def test_what_the_feed_can_t_tell_is_read_anew(lab: Lab, windows: Windows) -> None:
    windows.forgive("ERR_INTERNET_DISCONNECTED")
    ann = take_seat(windows, lab, "ann")
    lab.text("Where is it?")
    lab.text("I am leaving soon", sender=OTHER)
    ann.open(OTHER)
    expect(ann.row(CUSTOMER)).to_be_visible()
    known = lab.conversation_of(CUSTOMER)
    assert known
    without_network(ann, "ann")
    expect(ann.page.get_by_text("No connection.")).to_be_visible()
    ann.page.evaluate("cursor => sessionStorage.setItem('switchboard.cursor', cursor)", LONG_AGO)

    lab.call("ann", "POST", f"conversations/{known.id}/resolve", {"leave_unanswered": True})
    lab.text("Now I am gone", sender=OTHER)
    lab.mail("The kettle leaks.", subject="My kettle")
    lab.await_quiet()
    ann.page.context.set_offline(False)

    expect(ann.row(MAIL_CUSTOMER)).to_be_visible()
    expect(ann.row(CUSTOMER)).to_have_count(0)
    expect(ann.story.get_by_text("Now I am gone")).to_be_visible()
