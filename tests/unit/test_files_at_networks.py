"""Files of ours against the doubles of all providers, through real sockets: as each network wants them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.double import serving
from sandbox.files import content_of
from sandbox.line import Channel as LineChannel
from sandbox.line import Line
from sandbox.meta import App, Meta, Product
from sandbox.meta import Line as MetaLine
from sandbox.telegram import Bot, Telegram
from sandbox.twilio import Account, Twilio
from sandbox.twilio import Line as Number
from switchboard.channels import channel
from switchboard.channels.email.outbound import Enclosure, Letter, arguments
from switchboard.channels.email.send import MailSender
from switchboard.errors import NotFoundError, SendError, SendRefusedError
from switchboard.message import Outgoing, OutgoingFile, Sent

NOON, SOON = datetime(2026, 11, 21, 12, tzinfo=UTC), timedelta(seconds=5)
PNG, PDF = "image/png", "application/pdf"


class Bucket:
    """Where our files lie: `/missing` is not there."""

    def __init__(self) -> None:
        self.app = Starlette(routes=[Route("/{name}", self._serve)])

    async def _serve(self, request: Request) -> Response:
        name, kind = request.path_params["name"], request.query_params["type"]
        if name == "missing":
            return Response(status_code=404)
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(content_of(kind), media_type=kind, headers=headers)


@pytest.fixture
def bucket() -> Iterator[str]:
    with serving(Bucket()) as url:
        yield url


def outgoing(
    bucket: str, *files: tuple[str, str], text: str = "", sender: str = "", recipient: str = "5005550101"
) -> Outgoing:
    return Outgoing(
        account="support",
        sender=sender,
        recipient=recipient,
        text=text,
        conversation_id="support.c1.1",
        message_id="reply.1.k",
        files=tuple(
            OutgoingFile(
                key=f"outgoing/c/{name}",
                filename=name,
                content_type=kind,
                size=len(content_of(kind)),
                url=f"{bucket}/{name}?type={kind}",
                link=f"{bucket}/{name}?type={kind}",
            )
            for name, kind in files
        ),
    )


def telegram() -> Telegram:
    double = Telegram([Bot("123456789:token-" + "x" * 30, "s" * 16)], now=lambda: NOON)
    double.record_inbound("5005550101", "123456789", "hi")
    return double


def meta(product: Product) -> Meta:
    double = Meta(App("0" * 32, "token-" + "x" * 30, [MetaLine(product, "1001")]), now=lambda: NOON)
    double.record_inbound("5005550101", "1001", "hi")
    return double


@contextmanager
def connected(name: str, double: Any) -> Iterator[Any]:
    secrets = {
        "telegram": {"token": "123456789:token-" + "x" * 30, "secret_token": "s" * 16},
        "line": {"channel_access_token": "token-" + "x" * 40},
    }
    meta_secret = {"app_secret": "0" * 32, "access_token": "token-" + "x" * 30}
    with serving(double) as url:
        yield channel(name).connect(secrets.get(name, meta_secret), url, SOON)


def send(name: str, double: Any, wanted: Outgoing) -> Sent:
    with connected(name, double) as sender:
        sent: Sent = sender.send(wanted)
    return sent


@pytest.mark.parametrize(("file", "kind"), [("lamp.png", PNG), ("invoice.pdf", PDF), ("film.mp4", "video/mp4")])
@pytest.mark.parametrize("name", ["telegram", "whatsapp", "messenger"])
def test_a_network_fetches_a_file_by_its_url_and_shows_it(bucket: str, name: str, file: str, kind: str) -> None:
    double: Any = telegram() if name == "telegram" else meta(name)  # type: ignore[arg-type]  # a product
    sent = send(name, double, outgoing(bucket, (file, kind), sender="1001"))
    note = double.notes[-1]
    assert (note.file, note.name) == (kind, file)
    assert note.id in sent.provider_id
    assert double.fetched[note.id].content == content_of(kind)


def test_instagram_takes_pictures(bucket: str) -> None:
    double = meta("instagram")
    send("instagram", double, outgoing(bucket, ("lamp.png", PNG), sender="1001"))
    assert double.notes[-1].file == PNG


@pytest.mark.parametrize("name", ["telegram", "whatsapp", "messenger", "instagram"])
def test_a_file_that_a_network_can_t_fetch_is_refused_for_good(bucket: str, name: str) -> None:
    double: Any = telegram() if name == "telegram" else meta(name)  # type: ignore[arg-type]  # a product
    with pytest.raises(SendRefusedError) as caught:
        send(name, double, outgoing(bucket, ("missing", PNG), sender="1001"))
    assert bucket not in str(caught.value)
    assert [note for note in double.notes if not note.inbound] == []


def test_LN_2_words_and_pictures_are_one_push_to_line(bucket: str) -> None:
    double = Line([LineChannel("U1", "0" * 32, "token-" + "x" * 40)])
    wanted = outgoing(bucket, ("a.png", PNG), ("b.png", PNG), text="Like this.", recipient="U101")
    with connected("line", double) as sender:
        sender.send(wanted)
        sender.send(wanted)  # LINE knows the copy by its key
    assert [note.body for note in double.notes] == ["Like this.", "", ""]


@pytest.fixture
def twilio() -> Twilio:
    return Twilio([Account("AC" + "1" * 32, "2" * 32, lines=[Number("+15005550006", "Support")])], now=lambda: NOON)


def texted(twilio: Twilio, wanted: Outgoing) -> tuple[Sent, list[Sent]]:
    secret = {"account_sid": "AC" + "1" * 32, "auth_token": "2" * 32}
    with serving(twilio) as url:
        sender = channel("sms").connect(secret, url, SOON)
        return sender.send(wanted), list(sender.find(wanted, NOON))


def test_TW_10_a_picture_message_goes_to_a_telephone(bucket: str, twilio: Twilio) -> None:
    ends = {"sender": "+15005550006", "recipient": "+15005550101"}
    sent, found = texted(twilio, outgoing(bucket, ("a.png", PNG), ("b.pdf", PDF), text="Look", **ends))
    assert sent.provider_id.startswith("MM")
    assert [one.provider_id for one in found] == [sent.provider_id]
    (text,) = twilio.state.texts
    assert (text.body, len(text.media)) == ("Look", 2)


def test_TW_8_a_text_of_the_same_words_without_the_picture_is_another(bucket: str, twilio: Twilio) -> None:
    ends = {"sender": "+15005550006", "recipient": "+15005550101"}
    texted(twilio, outgoing(bucket, ("a.png", PNG), text="Look", **ends))
    _, found = texted(twilio, outgoing(bucket, text="Look", **ends))
    assert len(found) == 1


def test_a_picture_message_to_another_continent_is_refused_by_the_provider(bucket: str, twilio: Twilio) -> None:
    ends = {"sender": "+15005550006", "recipient": "+4915112345678"}
    with pytest.raises(SendError, match="21612"):
        texted(twilio, outgoing(bucket, ("a.png", PNG), **ends))


# -- mail -------------------------------------------------------------------------------------------


def mailed(*files: tuple[str, str], **changes: Any) -> Any:
    """What SES is asked to send, as its request and as the mail in it."""
    asked: list[Any] = []

    def call(prepared: Any) -> str:
        asked.append(prepared)
        return "id"

    kept = {f"outgoing/c/{name}": content_of(kind) for name, kind in files}
    wanted = outgoing("https://b", *files, text="Here it is.", sender="help@acme.example", recipient="jane@c.example")
    MailSender(call, lambda: NOON, b"key", fetch=kept.__getitem__).send(wanted.model_copy(update=changes))
    (prepared,) = asked
    return prepared, message_from_bytes(prepared["Content"]["Raw"]["Data"], policy=default)


def test_a_mail_has_its_files_as_parts_with_their_names(bucket: str) -> None:
    _, mail = mailed(("a.pdf", PDF), ("b\u00fc.png", PNG))
    assert mail.get_body(("plain",)).get_content().strip() == "Here it is."
    parts = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in mail.iter_attachments()]
    assert parts == [("a.pdf", PDF, content_of(PDF)), ("b\u00fc.png", PNG, content_of(PNG))]


def test_EM_22_a_mail_with_files_has_the_headers_of_one_without() -> None:
    prepared, mail = mailed(("a.pdf", PDF), subject="Lamp", cc=("boss@c.example",))
    assert (mail["subject"], mail["to"], mail["cc"]) == ("Re: Lamp", "jane@c.example", "boss@c.example")
    assert mail["reply-to"].startswith("help+c.")
    assert prepared["Destination"] == {"ToAddresses": ["jane@c.example"], "CcAddresses": ["boss@c.example"]}
    assert {tag["Name"] for tag in prepared["EmailTags"]} == {"conversation", "message"}


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@y.example", "a\x00b", "\u2028x", "\u00fc" * 300])
@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1.pdf", '"; filename="b.exe', "\u202e.pdf"])
def test_SEC_7_nothing_of_a_name_or_a_subject_becomes_a_header(subject: str, name: str) -> None:
    _, mail = mailed((name, PDF), subject=subject)
    assert {header.lower() for header in mail} == {
        *("from", "to", "reply-to", "subject", "mime-version", "content-type"),
    }
    (part,) = mail.iter_attachments()
    assert {header.lower() for header in part} <= {
        *("content-type", "content-disposition", "content-transfer-encoding", "mime-version"),
    }


def test_25_megabytes_of_files_are_less_than_ses_sends() -> None:
    content = b"x" * channel("email").files_of("", "").total
    files = (Enclosure("big.zip", "application/zip", content),)
    letter = Letter(
        sender="a@b.example", recipient="c@d.example", text="hi", conversation_id="a.c.1", message_id="m1", files=files
    )
    assert len(arguments(letter)["Content"]["Raw"]["Data"]) < 40 * 1024 * 1024


def test_a_file_that_is_gone_is_why_a_mail_is_not_sent() -> None:
    def gone(_key: str) -> bytes:
        raise NotFoundError("gone")

    sender = MailSender(lambda _: "id", lambda: NOON, b"key", fetch=gone)
    with pytest.raises(SendRefusedError) as caught:
        sender.send(outgoing("", ("a.pdf", PDF), sender="help@acme.example", recipient="jane@c.example"))
    assert caught.value.code == "file_gone"


def test_what_is_passed_on_begins_anew_and_goes_to_all() -> None:
    prepared, mail = mailed(("a.pdf", PDF), passes_on=True, also_to=("x@y.example",), subject="Re: Lamp")
    assert (mail["subject"], mail["in-reply-to"]) == ("Fwd: Lamp", None)
    assert prepared["Destination"]["ToAddresses"] == ["jane@c.example", "x@y.example"]
