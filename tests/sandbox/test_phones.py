"""Mail on customers' phones: their mail program, their mailboxes, and the page's routes for both."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox.lines import make_ses
from sandbox.mail_program import Draft, File, answer, open_mail, write
from sandbox.mailbox import Mailbox, address_of
from sandbox.providers import Providers
from sandbox.twilio import Twilio
from switchboard.acknowledgement import TextError, preview
from switchboard.channels.email.outbound import Letter, arguments
from switchboard.channels.email.parse import parse_mail
from switchboard.message import Message
from switchboard.policy import load_policy
from tests.sandbox.mail import MIA, OURS, Aws
from tests.world import ROOT

POLICY = load_policy(ROOT / "policy.yaml")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MAIL = {"name": "Mia", "to": OURS, "subject": "Where is it?", "text": "Hello,\n\nwhere is my lamp?"}
DRAFT = Draft(
    sender=MIA,
    sender_name="Mia",
    recipient=OURS,
    subject="Where is it?",
    text="Hello!",
    at=NOW,
    message_id="1@customers.example",
)


class World:
    """The page over a double of SES in process; its SMTP server listens while something is done."""

    def __init__(self) -> None:
        self.aws = Aws()
        self.ses = make_ses(POLICY, self.aws)
        self.app = Providers(Twilio([]), ses=self.ses).app

    def do(self, *calls: Callable[[httpx.AsyncClient], Any]) -> list[Any]:
        async def run() -> list[Any]:
            transport = httpx.ASGITransport(app=self.app)
            async with (
                self.ses.inbound.listening(0),
                httpx.AsyncClient(transport=transport, base_url="http://x") as page,
            ):
                answers = [await call(page) for call in calls]
                await self.ses.settle()
                return answers

        return asyncio.run(run())

    def get(self, path: str) -> httpx.Response:
        (found,) = self.do(lambda page: page.get(path))
        return httpx.Response(200, content=b"") if found is None else found

    def post(self, path: str, document: dict[str, Any]) -> httpx.Response:
        (answered,) = self.do(lambda page: page.post(path, json=document))
        assert isinstance(answered, httpx.Response)
        return answered

    def write(self, **changes: Any) -> httpx.Response:
        return self.post(f"/mailboxes/{MIA}/mails", MAIL | changes)

    def answer(self, html: str | None = None) -> dict[str, Any]:
        """We answer the customer's latest mail; returns what the page shows of the answer."""
        (latest,) = self.mails()[-1:]
        letter = Letter(
            sender=OURS,
            sender_name="Acme",
            recipient=MIA,
            text="On its way.",
            html=html,
            conversation_id="a.b.1",
            message_id="1",
            subject=latest["subject"],
            in_reply_to=self.ses.mailbox.mails[-1].message_id,
            reply_to="support+c.one.abcdefabcdef@acme.example",
        )
        self.post("/email/v2/email/outbound-emails", arguments(letter))
        return dict(self.mails()[-1])

    def mails(self) -> list[dict[str, Any]]:
        return list(self.get("/phones").json()["mails"])

    def stored(self) -> Message:
        """What our channel makes of the mail that was stored last."""
        (read,) = parse_mail(list(self.aws.bucket.values())[-1])
        assert isinstance(read, Message)
        return read


@pytest.fixture
def world() -> World:
    return World()


def test_a_mail_from_the_page_goes_through_the_server_and_is_shown_as_sent(world: World) -> None:
    assert world.write(file={"name": "lamp.png", "content": b64encode(b"\x89PNG").decode()}).status_code == 204

    read = world.stored()
    assert (read.sender.address, read.sender.name) == (MIA, "Mia")
    assert (read.subject, read.text) == ("Where is it?", "Hello,\n\nwhere is my lamp?")
    assert [file.content_type for file in read.attachments] == ["image/png"]
    (shown,) = world.mails()
    assert (shown["customer"], shown["account"], shown["from_us"]) == (MIA, OURS, False)
    assert (shown["subject"], shown["preview"], shown["files"]) == (
        "Where is it?",
        "Hello, where is my lamp?",
        ["lamp.png"],
    )


def test_an_exchange_is_one_and_the_answer_goes_where_we_want_it(world: World) -> None:
    world.write()
    ours = world.answer()
    world.write(text="Thank you!", answers=ours["mail"])

    first, second, third = world.mails()
    assert first["exchange"] == second["exchange"] == third["exchange"] == first["mail"]
    read = world.stored()
    assert read.text == "Thank you!"
    assert read.quoted
    assert "> On its way." in (read.full_text or "")
    assert read.subject == "Re: Where is it?"
    assert [party.address for party in read.to] == ["support+c.one.abcdefabcdef@acme.example"]
    sent = world.ses.mailbox.mails[1]
    assert read.thread
    assert (read.thread.in_reply_to, read.thread.references[-1]) == (sent.message_id, sent.message_id)


def test_another_subject_is_another_exchange(world: World) -> None:
    world.write()
    world.write(subject="Something else")
    assert len({mail["exchange"] for mail in world.mails()}) == 2


def test_a_mail_opens_with_html_that_is_safe_and_fetches_nothing(world: World) -> None:
    world.write()
    ours = world.answer("<p onclick='x()'>On <b>its</b> way</p><script>x()</script><img src='https://evil.example/x'>")

    opened = world.get(f"/mails/{ours['mail']}").json()
    assert opened["text"] == "On its way."
    assert opened["html"] == '<p>On <b>its</b> way</p><img src="remote:https://evil.example/x">'


def test_a_file_is_handed_out_to_be_saved_and_never_to_be_run(world: World) -> None:
    world.write(file={"name": "né.html", "content": b64encode(b"<script>").decode()})
    (shown,) = world.mails()

    file = world.get(f"/mails/{shown['mail']}/files/0")
    assert file.content == b"<script>"
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''n%C3%A9.html"
    assert "sandbox" in file.headers["content-security-policy"]


def test_the_source_is_the_mail_byte_for_byte(world: World) -> None:
    world.write()
    (shown,) = world.mails()
    assert world.get(f"/mails/{shown['mail']}/source").content == world.ses.mailbox.mails[0].raw


@pytest.mark.parametrize("path", ["/mails/x", "/mails/x/source", "/mails/x/files/0"])
def test_there_is_no_mail_that_was_never_sent(world: World, path: str) -> None:
    assert world.get(path).status_code == 404


def test_a_server_that_refuses_is_quoted(world: World) -> None:
    assert "550" in world.write(to="sales@acme.example").json()["error"]
    world.aws.is_out_of_reach = True
    assert "451" in world.write().json()["error"]
    assert world.mails() == []


@pytest.mark.parametrize("changes", [{"to": ""}, {"to": "x"}, {"file": {"name": "x", "content": "*"}}])
def test_what_no_mail_program_sends_is_refused(world: World, changes: dict[str, Any]) -> None:
    assert world.write(**changes).status_code == 400
    assert not world.aws.bucket


def test_somebody_may_have_mail_only(world: World) -> None:
    lee = {"channel": "email", "number": "Lee@Bounces.example", "name": "Lee"}
    assert world.post("/phones", lee).status_code == 201
    (shown,) = world.get("/phones").json()["phones"]
    assert shown == {
        "channel": "email",
        "number": "lee@bounces.example",
        "name": "Lee",
        "on": True,
        "mail": "lee@bounces.example",
    }


@pytest.mark.parametrize("number", ["+15005550101", "no address", OURS])
def test_mail_needs_an_address_of_their_own(world: World, number: str) -> None:
    assert world.post("/phones", {"channel": "email", "number": number}).status_code == 400


@pytest.mark.parametrize(
    ("name", "number", "address"),
    [
        ("Mia", "+15005550101", "mia@customers.example"),
        ("José  Núñez-Ruiz", "+15005550101", "jose.nunez.ruiz@customers.example"),
        ("+15005550101", "+15005550101", "15005550101@customers.example"),
        ("美咲", "U101", "u101@customers.example"),
        ("x" * 99, "1", "x" * 64 + "@customers.example"),
    ],
)
def test_an_address_is_made_from_the_name_else_from_the_number(name: str, number: str, address: str) -> None:
    assert address_of(name, number) == address


def test_a_mail_that_names_no_earlier_one_begins_an_exchange_even_with_the_same_subject() -> None:
    mailbox = Mailbox()
    first, second = (mailbox.put(MIA, OURS, write(DRAFT), NOW, from_us=False) for _ in range(2))
    assert first.exchange != second.exchange


def test_what_bounced_never_came() -> None:
    mailbox = Mailbox()
    mailbox.put("Gone@bounces.example", OURS, write(DRAFT), NOW, from_us=True, fate="bounced")
    assert mailbox.of("gone@bounces.example") == []


def test_long_ids_stay_as_they_are() -> None:
    long = "0100019a-" + "c0ffee" * 20 + "@email.amazonses.com"
    opened = open_mail(write(answer(DRAFT, open_mail(write(DRAFT).replace(b"1@customers.example", long.encode())))))
    assert (opened.in_reply_to, opened.references) == (long, (long,))


def test_a_quotation_says_who_wrote_when() -> None:
    theirs = open_mail(write(DRAFT))
    text = open_mail(write(answer(DRAFT, theirs))).text
    assert text == "Hello!\n\nOn Sat, Nov 21, 2026 at 12:00, Mia <mia@customers.example> wrote:\n\n> Hello!"


def test_a_header_can_not_be_smuggled_in() -> None:
    raw = write(answer(DRAFT, open_mail(b"Subject: =?utf-8?q?a=0D=0ABcc=3A_x?=\r\nFrom: a@b.example\r\n\r\n")))
    assert b"\nBcc" not in raw


def test_a_file_keeps_its_name_and_bytes() -> None:
    sent = File("größe.bin", bytes(range(256)))
    opened = open_mail(write(Draft(**{**_fields(DRAFT), "files": [sent]})))
    assert [(file.name, file.content) for file in opened.files] == [(sent.name, sent.content)]


def _fields(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__slots__}


def test_the_page_shows_all_that_customers_are_told(world: World) -> None:
    assert "Acknowledgements" in world.get("/preview").text
    assert 'href="/preview"' in world.get("/").text


def test_whoever_edits_a_text_reads_there_what_is_wrong_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise TextError("en.toml:31: [chat] hello is missing")

    monkeypatch.setattr(preview, "page", refuse)
    answered = world.get("/preview")
    assert (answered.status_code, answered.text) == (500, "en.toml:31: [chat] hello is missing")


def test_phones_and_console_can_be_seen_side_by_side() -> None:
    providers = Providers(Twilio([]), console_url="http://127.0.0.1:4590/console/?a&b")

    page = asyncio.run(_page(providers, "/demo"))

    assert 'src="http://127.0.0.1:4590/console/?a&amp;b"' in page.text
    assert "ann, ben, cho, dee" in page.text
    assert asyncio.run(_page(providers, "/phones")).json()["console"] == "http://127.0.0.1:4590/console/?a&b"


def test_without_a_console_there_is_nothing_beside_the_phones(world: World) -> None:
    page = world.get("/demo")

    assert page.status_code == 404
    assert "make up" in page.text


async def _page(providers: Providers, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=providers.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get(path)
