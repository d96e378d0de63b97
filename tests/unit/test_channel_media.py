"""Where each channel's files are, and with which credentials they are asked for."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from switchboard.channels import all_channels, channel
from switchboard.channels.email.media import files
from switchboard.channels.email.parse import parse_mail
from switchboard.channels.media import MEGABYTE, Answer, Download, Enclosed, Remote, require
from switchboard.errors import MediaRefusedError, MediaUnavailableError, SecretMissingError, SwitchboardError
from switchboard.web.guard import check
from tests.world import ROOT

SMS = {"account_sid": f"AC{'0' * 32}", "auth_token": "1" * 32}
META = {"app_secret": "0" * 32, "access_token": "x" * 40, "verify_token": "a-verify-token-1"}
TELEGRAM = {"token": f"123456789:{'a' * 35}", "secret_token": "s" * 16}
LINE = {"channel_secret": "0" * 32, "channel_access_token": "t" * 40}
TWILIO_URL = f"https://api.twilio.com/2010-04-01/Accounts/{SMS['account_sid']}/Messages/MM1/Media/ME1"


def remote(name: str) -> Remote:
    media = channel(name).media
    assert isinstance(media, Remote)
    return media


def answering(status: int, document: Any, asked: list[Download] | None = None) -> Callable[[Download], Answer]:
    def ask(question: Download) -> Answer:
        if asked is not None:
            asked.append(question)
        return Answer(status, document if isinstance(document, bytes) else json.dumps(document).encode())

    return ask


def nobody(_: Download) -> Answer:
    raise AssertionError("nothing is to be asked")


def test_every_channel_says_where_its_files_are() -> None:
    assert {name for name, found in all_channels().items() if found.media is None} == set()


@pytest.mark.parametrize(
    ("name", "hosts", "limit"),
    [
        ("sms", ("api.twilio.com", "mms.twiliocdn.com", "media.twiliocdn.com"), 16),
        ("whatsapp", ("graph.facebook.com", "lookaside.fbsbx.com"), 100),
        ("messenger", ("*.fbcdn.net", "*.fbsbx.com"), 25),
        ("instagram", ("lookaside.fbsbx.com", "*.fbcdn.net"), 25),
        ("telegram", ("api.telegram.org",), 20),
        ("line", ("api-data.line.me",), 100),
    ],
)
def test_SEC_8_and_IG_3_a_network_names_the_hosts_of_its_files_and_their_size(
    name: str, hosts: tuple[str, ...], limit: int
) -> None:
    assert (remote(name).hosts, remote(name).limit) == (hosts, limit * MEGABYTE)


# Text messages


def test_TW_10_a_picture_is_asked_for_with_the_api_key() -> None:
    secret = {**SMS, "api_key": f"SK{'2' * 32}", "api_key_secret": "3" * 32}
    found = remote("sms").locate(TWILIO_URL, secret, nobody)
    token = base64.b64decode(found.headers["authorization"].removeprefix("Basic ")).decode()
    assert (found.url, token) == (TWILIO_URL, f"SK{'2' * 32}:{'3' * 32}")


def test_TW_10_without_an_api_key_the_auth_token_asks() -> None:
    found = remote("sms").locate(TWILIO_URL, SMS, nobody)
    token = base64.b64decode(found.headers["authorization"].removeprefix("Basic ")).decode()
    assert token == f"{SMS['account_sid']}:{SMS['auth_token']}"


@pytest.mark.parametrize("url", ["https://api.twilio.com.evil.example/", "https://api.twilio.com@evil/", "https://a/"])
def test_SEC_8_twilios_credentials_go_to_no_other_host(url: str) -> None:
    assert remote("sms").locate(url, SMS, nobody).headers == {}


# WhatsApp


def test_WA_9_the_url_is_asked_for_right_before_the_file_and_both_with_the_token() -> None:
    asked: list[Download] = []
    url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
    found = remote("whatsapp").locate("whatsapp-media:1037543291543636", META, answering(200, {"url": url}, asked))
    bearer = {"authorization": f"Bearer {META['access_token']}"}
    (question,) = asked
    assert question.url.startswith("https://graph.facebook.com/v25.0/1037543291543636?appsecret_proof=")
    assert (question.headers, found) == (bearer, Download(url, bearer))


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (400, {"error": {"code": 100, "error_subcode": 33}}, MediaRefusedError),
        (404, {}, MediaRefusedError),
        (400, {"error": {"code": 130429}}, MediaUnavailableError),
        (401, {"error": {"code": 190}}, MediaUnavailableError),
        (429, b"", MediaUnavailableError),
        (500, b"<html>", MediaUnavailableError),
    ],
)
def test_WA_9_meta_says_whether_asking_again_helps(status: int, document: Any, kind: type[SwitchboardError]) -> None:
    with pytest.raises(kind):
        remote("whatsapp").locate("whatsapp-media:1", META, answering(status, document))


@pytest.mark.parametrize("document", [{}, {"url": 1}, [], b"no json"])
def test_SEC_8_an_answer_without_a_url_leads_nowhere(document: Any) -> None:
    found = remote("whatsapp").locate("whatsapp-media:1", META, answering(200, document))
    with pytest.raises(MediaRefusedError):
        check(found.url, remote("whatsapp").hosts)


# Telegram


def test_a_telegram_file_is_found_by_its_path() -> None:
    asked: list[Download] = []
    answer = {"ok": True, "result": {"file_id": "AgAD", "file_path": "photos/file 1.jpg", "file_size": 5}}
    found = remote("telegram").locate("telegram-file:AgAD", TELEGRAM, answering(200, answer, asked))
    assert asked[0].url == f"https://api.telegram.org/bot{TELEGRAM['token']}/getFile?file_id=AgAD"
    assert found == Download(f"https://api.telegram.org/file/bot{TELEGRAM['token']}/photos/file%201.jpg")


@pytest.mark.parametrize(
    ("status", "document", "code"),
    [
        (400, {"ok": False, "description": "Bad Request: file is too big"}, "too_large"),
        (200, {"ok": True, "result": {"file_path": "a", "file_size": 20 * MEGABYTE + 1}}, "too_large"),
        (200, {"ok": True, "result": {"file_path": "../../bot1/getMe"}}, "unreadable"),
        (200, {"ok": True, "result": {"file_path": "/etc/passwd"}}, "unreadable"),
        (200, {"ok": True, "result": {}}, "unreadable"),
        (200, b"no json", "unreadable"),
        (400, {"ok": False, "description": "Bad Request: invalid file_id"}, "refused"),
        (404, {}, "gone"),
    ],
)
def test_a_telegram_file_that_can_not_be_had_is_told_by_a_code(status: int, document: Any, code: str) -> None:
    with pytest.raises(MediaRefusedError) as raised:
        remote("telegram").locate("telegram-file:AgAD", TELEGRAM, answering(status, document))
    assert raised.value.code == code


def test_SEC_11_no_failure_of_a_telegram_file_shows_the_token() -> None:
    for status in (401, 429, 500):
        with pytest.raises(MediaUnavailableError) as raised:
            remote("telegram").locate("telegram-file:AgAD", TELEGRAM, answering(status, {}))
        assert TELEGRAM["token"] not in str(raised.value)


# LINE, Messenger, Instagram


def test_a_line_file_is_asked_for_with_the_token() -> None:
    found = remote("line").locate("line-content:325708", LINE, nobody)
    assert found.url == "https://api-data.line.me/v2/bot/message/325708/content"
    assert found.headers == {"authorization": f"Bearer {LINE['channel_access_token']}"}


def test_LN_6_a_senders_own_url_gets_no_token_and_is_at_no_listed_host() -> None:
    found = remote("line").locate("https://example.com/video.mp4", LINE, nobody)
    assert found == Download("https://example.com/video.mp4")
    with pytest.raises(MediaRefusedError):
        check(found.url, remote("line").hosts)


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_FB_5_a_file_of_metas_cdn_is_asked_for_without_credentials(name: str) -> None:
    url = "https://scontent-fra5-1.xx.fbcdn.net/v/t1.jpg?oh=1"
    assert remote(name).locate(url, META, nobody) == Download(url)
    assert check(url, remote(name).hosts).url == url


@pytest.mark.parametrize(
    "url", ["https://instagram.com/a.jpg", "https://evil.fbsbx.com/a", "https://www.facebook.com/"]
)
def test_IG_3_an_instagram_file_elsewhere_is_not_fetched(url: str) -> None:
    with pytest.raises(MediaRefusedError):
        check(remote("instagram").locate(url, META, nobody).url, remote("instagram").hosts)


# All of them


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("sms", TWILIO_URL),
        ("whatsapp", "whatsapp-media:1"),
        ("telegram", "telegram-file:a"),
        ("line", "line-content:1"),
    ],
)
def test_X_13_without_a_real_secret_nothing_is_asked(name: str, reference: str) -> None:
    for secret in ({}, dict.fromkeys({**SMS, **META, **TELEGRAM, **LINE}, "placeholder")):
        with pytest.raises(SecretMissingError):
            remote(name).locate(reference, secret, nobody)


@pytest.mark.parametrize(
    ("name", "reference", "secret"),
    [
        ("whatsapp", "whatsapp-media:../me", META),
        ("whatsapp", "whatsapp-media:", META),
        ("whatsapp", "https://evil.example/", META),
        ("telegram", "telegram-file:a&chat_id=1", TELEGRAM),
        ("telegram", "https://evil.example/", TELEGRAM),
    ],
)
def test_SEC_8_a_reference_that_is_none_of_the_networks_is_refused(
    name: str, reference: str, secret: dict[str, str]
) -> None:
    with pytest.raises(MediaRefusedError):
        remote(name).locate(reference, secret, nobody)


@pytest.mark.parametrize("reference", ["line-content:1/../../profile", "line-content:", "line-content:a?b"])
def test_SEC_8_a_reference_that_is_none_of_lines_leads_nowhere(reference: str) -> None:
    found = remote("line").locate(reference, LINE, nobody)
    assert found.headers == {}
    with pytest.raises(MediaRefusedError):
        check(found.url, remote("line").hosts)


@pytest.mark.parametrize("status", [202, 401, 408, 425, 429, 500, 502, 503])
def test_a_network_that_may_give_a_file_later_is_asked_again(status: int) -> None:
    with pytest.raises(MediaUnavailableError):
        require(status)


@pytest.mark.parametrize(
    ("status", "code"), [(403, "gone"), (404, "gone"), (410, "gone"), (400, "refused"), (304, "refused")]
)
def test_a_network_that_will_not_give_a_file_is_not_asked_again(status: int, code: str) -> None:
    with pytest.raises(MediaRefusedError) as raised:
        require(status)
    assert raised.value.code == code


# Mail

SAMPLES = sorted((ROOT / "switchboard/channels/email/samples").glob("*.eml"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_EM_16_the_files_of_a_mail_are_those_that_its_event_describes(sample: Path) -> None:
    raw = sample.read_bytes()
    described = [file for event in parse_mail(raw) for file in getattr(event, "attachments", ())]
    assert [len(content) for content in files(raw)][: len(described)] == [file.size for file in described]


def test_EM_16_an_archive_is_one_file_and_is_not_opened() -> None:
    archive = b"PK\x03\x04" + b"\0" * 30
    raw = (
        b"From: a@example.com\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n"
        b"--x\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(archive)
        + b"\n--x\nContent-Type: text/csv; name=b.csv\n\n1,2\n--x--\n"
    )
    assert files(raw) == [archive, b"1,2"]


def test_no_bytes_make_looking_for_files_fail() -> None:
    media = channel("email").media
    assert isinstance(media, Enclosed)
    for raw in (b"", b"\0", b"--x\n" * 100, b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x--"):
        assert list(media.files(raw)) in ([], [b""])
