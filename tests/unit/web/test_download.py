"""GET under guard, against networks that misbehave."""

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ProtocolError, ReadTimeoutError, SSLError

from switchboard.channels.media import Download
from switchboard.errors import MediaRefusedError, MediaUnavailableError
from switchboard.web import download as module
from switchboard.web.download import TOTAL_SECONDS, GuardedWeb, Internet, Reply, StandIn, connect
from switchboard.web.guard import Target, check

HOSTS = ("api.twilio.com", "mms.twiliocdn.com", "*.fbcdn.net")
PUBLIC, PRIVATE = "54.172.60.1", "169.254.169.254"
FILE = "https://api.twilio.com/file"
CREDENTIALS = {"authorization": "Basic c2VjcmV0"}


@dataclass
class Scripted:
    """A reply whose body comes in these blocks; an error among them is raised in its turn."""

    status: int = 200
    blocks: list[bytes | HTTPError] = field(default_factory=lambda: [b"content"])
    headers: dict[str, str] = field(default_factory=dict)
    on_read: Callable[[], None] = lambda: None
    closed: bool = False

    def read1(self, amt: int, /) -> bytes:
        self.on_read()
        block = self.blocks.pop(0) if self.blocks else b""
        if isinstance(block, HTTPError):
            raise block
        return block

    def close(self) -> None:
        self.closed = True


def redirect(location: str, status: int = 302) -> Scripted:
    return Scripted(status, [], {"location": location})


@dataclass
class Network:
    """Names, addresses, and what is answered in turn; remembers who was connected to and what they were shown."""

    replies: list[Scripted | HTTPError] = field(default_factory=lambda: [Scripted()])
    addresses: Callable[[str], list[str]] = lambda _: [PUBLIC]
    connected: list[tuple[str, str]] = field(default_factory=list)
    shown: list[Mapping[str, str]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    now: float = 0.0

    def resolve(self, host: str) -> list[str]:
        self.looked_up.append(host)
        return self.addresses(host)

    def connect(self, address: str, target: Target, headers: Mapping[str, str]) -> Reply:
        self.connected.append((address, target.url))
        self.shown.append(headers)
        reply = self.replies.pop(0)
        if isinstance(reply, HTTPError):
            raise reply
        return reply

    def get(self, url: str = FILE, limit: int = 100, headers: Mapping[str, str] = CREDENTIALS) -> tuple[int, bytes]:
        into = BytesIO()
        web = GuardedWeb(Internet(self.resolve, self.connect), lambda: self.now)
        return web.get(Download(url, headers), HOSTS, limit, into), into.getvalue()

    def refusal(self, url: str = FILE, limit: int = 100) -> str:
        with pytest.raises(MediaRefusedError) as raised:
            self.get(url, limit)
        return raised.value.code


def test_a_file_is_copied_and_its_status_told() -> None:
    network = Network([Scripted(200, [b"a", b"bc"])])
    assert network.get() == (200, b"abc")
    assert network.connected == [(PUBLIC, FILE)]
    assert network.shown[0]["authorization"] == CREDENTIALS["authorization"]
    assert network.shown[0]["accept-encoding"] == "identity"
    assert "cookie" not in network.shown[0]


@pytest.mark.parametrize("status", [202, 206, 304, 400, 401, 404, 429, 500])
def test_what_is_no_success_is_told_with_its_body(status: int) -> None:
    assert Network([Scripted(status, [b"why"])]).get() == (status, b"why")


# Where it goes


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/",
        "https://[::ffff:10.0.0.1]/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://api.twilio.com@evil/",
        "https://api.twilio.com.evil.example/",
        "https://api.twilio.com./",
    ],
)
def test_SEC_8_a_host_that_is_not_listed_is_neither_looked_up_nor_connected_to(url: str) -> None:
    network = Network()
    assert network.refusal(url) == "host_not_allowed"
    assert (network.looked_up, network.connected) == ([], [])


def test_SEC_8_a_listed_name_with_a_private_address_is_not_connected_to() -> None:
    network = Network(addresses=lambda _: [PRIVATE])
    assert network.refusal() == "address_not_allowed"
    assert network.connected == []


def test_SEC_8_a_name_that_changes_its_address_is_looked_up_once_and_that_address_is_connected_to() -> None:
    answers = iter([[PUBLIC], [PRIVATE]])
    network = Network(addresses=lambda _: next(answers))
    network.get()
    assert network.connected == [(PUBLIC, FILE)]
    assert network.looked_up == ["api.twilio.com"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_SEC_8_a_redirect_to_a_listed_host_is_followed_without_the_credentials(status: int) -> None:
    network = Network([redirect("https://mms.twiliocdn.com/a?b", status), Scripted()])
    assert network.get() == (200, b"content")
    assert [url for _, url in network.connected] == [FILE, "https://mms.twiliocdn.com/a?b"]
    assert "authorization" in network.shown[0]
    assert "authorization" not in network.shown[1]


def test_SEC_8_credentials_do_not_come_back_with_a_redirect_to_their_host() -> None:
    network = Network([redirect("https://mms.twiliocdn.com/a"), redirect(FILE), Scripted()])
    network.get()
    assert ["authorization" in headers for headers in network.shown] == [True, False, False]


def test_a_redirect_within_the_host_keeps_the_credentials() -> None:
    network = Network([redirect("/elsewhere"), Scripted()])
    network.get()
    assert network.connected[1] == (PUBLIC, "https://api.twilio.com/elsewhere")
    assert "authorization" in network.shown[1]


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("https://169.254.169.254/latest/meta-data/", "host_not_allowed"),
        ("//evil.example/", "host_not_allowed"),
        ("https://api.twilio.com@evil.example/", "host_not_allowed"),
        ("http://api.twilio.com/", "not_https"),
        ("file:///etc/passwd", "not_https"),
        ("https://[", "unreadable"),
        ("https://mms.twiliocdn.com/\u00e9", "unreadable"),
    ],
)
def test_SEC_8_a_redirect_to_anywhere_else_is_refused(location: str, code: str) -> None:
    network = Network([redirect(location)])
    assert network.refusal() == code
    assert len(network.connected) == 1


def test_SEC_8_a_redirect_to_a_listed_name_with_an_internal_address_is_refused() -> None:
    internal = {"mms.twiliocdn.com": ["10.0.0.1"]}
    network = Network([redirect("https://mms.twiliocdn.com/")], lambda host: internal.get(host, [PUBLIC]))
    assert network.refusal() == "address_not_allowed"


def test_SEC_8_a_fourth_redirect_is_one_too_many() -> None:
    assert Network([*(redirect("/next") for _ in range(3)), Scripted()]).get() == (200, b"content")
    assert Network([*(redirect("/next") for _ in range(4)), Scripted()]).refusal() == "too_many_redirects"


URLS = st.builds(
    "{}://{}{}{}/{}".format,
    st.sampled_from(["https", "http", "HTTPS", "ftp"]),
    st.sampled_from(["", "user@", "api.twilio.com@", "@"]),
    st.sampled_from(
        [
            "api.twilio.com",
            "evil.example",
            "x.fbcdn.net",
            "10.0.0.1",
            "api.twilio.com.evil.example",
            "[::1]",
            "fbcdn.net",
        ]
    ),
    st.sampled_from(["", ":443", ":80", ".", "\\", "%00"]),
    st.text("ab/?#@\\:.", max_size=6),
)
ADDRESSES = st.lists(st.ip_addresses().map(str), max_size=2)


@given(st.lists(URLS, min_size=1, max_size=5), st.dictionaries(st.just("api.twilio.com"), ADDRESSES))
def test_SEC_8_whatever_leads_where_only_listed_names_at_public_addresses_are_connected_to(
    urls: list[str], names: dict[str, list[str]]
) -> None:
    first, *others = urls
    network = Network([*map(redirect, others), Scripted()], lambda host: names.get(host, [PUBLIC]))
    with suppress(MediaRefusedError, MediaUnavailableError):
        network.get(first)
    for address, url in network.connected:
        assert check(url, HOSTS).host in {"api.twilio.com", "x.fbcdn.net"}
        assert address == PUBLIC or address in names["api.twilio.com"]
        assert address != PRIVATE


# How much, and how long


def test_SEC_8_a_body_over_the_limit_is_refused_whatever_its_head_said() -> None:
    network = Network([Scripted(200, [b"x" * 60, b"x" * 60], {"content-length": "10"})])
    assert network.refusal() == "too_large"


def test_SEC_8_a_body_without_a_length_ends_at_the_limit() -> None:
    endless = Scripted(200, [b"x" * 50] * 1000)
    assert Network([endless]).refusal() == "too_large"
    assert len(endless.blocks) > 990
    assert endless.closed


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    assert Network([Scripted(200, [b"x" * 100])]).get()[1] == b"x" * 100


def test_SEC_8_bytes_that_drip_for_ever_end_at_the_deadline() -> None:
    network = Network()

    def drip() -> None:
        network.now += 9

    network.replies = [Scripted(200, [b"x"] * 1000, on_read=drip)]
    with pytest.raises(MediaUnavailableError):
        network.get(limit=1000)
    assert network.now <= TOTAL_SECONDS + 9


def test_SEC_8_redirects_count_against_the_deadline() -> None:
    network = Network([redirect("/next"), Scripted()])
    web = GuardedWeb(Internet(network.resolve, network.connect), iter([0.0, TOTAL_SECONDS + 1]).__next__)
    with pytest.raises(MediaUnavailableError):
        web.get(Download(FILE), HOSTS, 100, BytesIO())


@pytest.mark.parametrize(
    "error", [ConnectTimeoutError("https://secret"), SSLError("https://secret"), ProtocolError("https://secret")]
)
def test_a_network_that_is_not_reached_is_asked_again_later(error: HTTPError) -> None:
    with pytest.raises(MediaUnavailableError) as raised:
        Network([error]).get()
    assert "secret" not in str(raised.value)
    assert raised.value.__context__ is None


def test_a_network_that_breaks_off_is_asked_again_later() -> None:
    broken: list[bytes | HTTPError] = [b"x", ReadTimeoutError(None, "https://secret", "timed out")]  # type: ignore[arg-type]  # no pool is needed to say so
    with pytest.raises(MediaUnavailableError) as raised:
        Network([Scripted(200, broken)]).get()
    assert raised.value.__context__ is None


def test_a_name_that_nobody_knows_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", fail)
    with pytest.raises(MediaUnavailableError):
        module.resolve("api.twilio.com")


def test_a_name_has_the_addresses_that_the_system_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (PUBLIC, 443)), (10, 1, 6, "", ("2a03:2880::1", 443, 0, 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    assert module.resolve("api.twilio.com") == [PUBLIC, "2a03:2880::1"]


def test_SEC_11_the_librarys_own_log_which_shows_urls_is_silent() -> None:
    assert not logging.getLogger("urllib3.connection").isEnabledFor(logging.WARNING)


# Real connections


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    @override
    def log_message(self, *_: object) -> None:
        pass


def _serve(server: WSGIServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    if environ["PATH_INFO"].endswith("/moved"):
        start_response("302 Found", [("location", "https://mms.twiliocdn.com/file")])
        return [b""]
    start_response("200 OK", [("content-encoding", "gzip"), ("set-cookie", "a=b")])
    return [f"{environ['HTTP_HOST']} {environ['PATH_INFO']}".encode()]


def _certificate(name: str, folder: Path) -> tuple[Path, Path]:
    """A certificate of a name that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate, private


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext, list[str | None]]]:
    """A server with the certificate of api.twilio.com; who trusts it, and the names it was asked for."""
    certificate, key = _certificate("api.twilio.com", tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    asked: list[str | None] = []
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = make_server("127.0.0.1", 0, _application, _Server, _Quiet)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    for port in _serve(server):
        yield port, ssl.create_default_context(cafile=str(certificate)), asked


def test_SEC_8_the_address_is_connected_to_and_the_name_is_what_the_certificate_must_be_for(
    secured: tuple[int, ssl.SSLContext, list[str | None]],
) -> None:
    port, trusted, asked = secured
    reply = connect("127.0.0.1", Target("api.twilio.com", "/a"), {}, port, trusted)
    assert reply.read1(100) == b"api.twilio.com /a", "without decompression"
    reply.close()
    assert asked == ["api.twilio.com"]


def test_SEC_8_a_certificate_of_another_name_is_refused(
    secured: tuple[int, ssl.SSLContext, list[str | None]],
) -> None:
    port, trusted, _ = secured
    with pytest.raises(HTTPError):
        connect("127.0.0.1", Target("mms.twiliocdn.com", "/a"), {}, port, trusted)


def test_SEC_8_a_certificate_that_nobody_vouches_for_is_refused(
    secured: tuple[int, ssl.SSLContext, list[str | None]],
) -> None:
    with pytest.raises(HTTPError):
        connect("127.0.0.1", Target("api.twilio.com", "/a"), {}, secured[0])


@pytest.fixture
def double() -> Iterator[str]:
    for port in _serve(make_server("127.0.0.1", 0, _application, _Server, _Quiet)):
        yield f"http://127.0.0.1:{port}/sms"


def test_a_double_stands_for_every_listed_host(double: str) -> None:
    into = BytesIO()
    GuardedWeb(StandIn(double)).get(Download("https://api.twilio.com/moved"), HOSTS, 100, into)
    assert into.getvalue().endswith(b" /sms/file")


def test_SEC_8_what_the_network_may_not_be_asked_the_double_is_not_asked_either(double: str) -> None:
    with pytest.raises(MediaRefusedError):
        GuardedWeb(StandIn(double)).get(Download(f"{double}/file"), HOSTS, 100, BytesIO())


def test_a_double_that_is_down_is_asked_again_later() -> None:
    with pytest.raises(MediaUnavailableError):
        GuardedWeb(StandIn("http://127.0.0.1:1/sms")).get(Download(FILE), HOSTS, 100, BytesIO())
