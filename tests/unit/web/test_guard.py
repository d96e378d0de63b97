"""What may be connected to."""

import re
from ipaddress import IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.errors import MediaRefusedError
from switchboard.web.guard import LONGEST_URL, check, choose

HOSTS = ("api.twilio.com", "*.fbcdn.net")


def refusal(url: str) -> str:
    with pytest.raises(MediaRefusedError) as raised:
        check(url, HOSTS)
    return raised.value.code


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://api.twilio.com/a/b?c=d", "api.twilio.com", "/a/b?c=d"),
        ("https://api.twilio.com", "api.twilio.com", "/"),
        ("https://api.twilio.com?x", "api.twilio.com", "/?x"),
        ("https://api.twilio.com:443/a#part", "api.twilio.com", "/a"),
        ("HTTPS://API.Twilio.COM/A", "api.twilio.com", "/A"),
        ("https://scontent-fra5-1.xx.fbcdn.net/v/t1.jpg", "scontent-fra5-1.xx.fbcdn.net", "/v/t1.jpg"),
        ("https://api.twilio.com//evil.example/a", "api.twilio.com", "//evil.example/a"),
    ],
)
def test_SEC_8_a_listed_host_is_taken_with_its_path(url: str, host: str, path: str) -> None:
    target = check(url, HOSTS)
    assert (target.host, target.path) == (host, path)


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://api.twilio.com@evil/",
        "https://api.twilio.com:443@evil.example/",
        "https://user:password@api.twilio.com/",
        "https://@api.twilio.com/",
        "https://api.twilio.com.evil.example/",
        "https://api.twilio.com./",
        "https://.api.twilio.com/",
        "https://evil-api.twilio.com/",
        "https://xapi.twilio.com/",
        "https://fbcdn.net/",
        "https://evilfbcdn.net/",
        "https://.fbcdn.net/",
        "https://scontent.fbcdn.net.evil.example/",
        "https://api.twilio.com:8443/",
        "https://api.twilio.com:/",
        "https://api.twilio.com%2eevil.example/",
        "https://api.twilio.com\\@evil.example/",
        "https://evil.example\\.fbcdn.net/",
        "https:///api.twilio.com/",
        "https://evil.example/#api.twilio.com",
        "https://evil.example?https://api.twilio.com/",
    ],
)
def test_SEC_8_any_other_host_is_refused(url: str) -> None:
    assert refusal(url) == "host_not_allowed"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/",
        "ftp://api.twilio.com/",
        "file:///etc/passwd",
        "gopher://api.twilio.com/",
        "//api.twilio.com/",
        "api.twilio.com",
        "https:api.twilio.com",
        "https:/api.twilio.com",
        "line-content:1",
    ],
)
def test_SEC_8_only_https_is_taken(url: str) -> None:
    assert refusal(url) == "not_https"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://api.twilio.com/a b",
        "https://api.twilio.com/\r\nhost: evil.example",
        "https://api.twilio.com/\0",
        "https://\u0430pi.twilio.com/",  # a Cyrillic a
        "https://api\u3002twilio.com/",  # a full stop that some parsers take for a dot
        "https://api.twilio.com\u2044@evil.example/",
        "https://api.twilio.com/\u00e9",
        " https://api.twilio.com/",
        "https://api.twilio.com/" + "a" * LONGEST_URL,
    ],
)
def test_SEC_8_what_is_no_plain_text_is_refused(url: str) -> None:
    assert refusal(url) == "unreadable"


def test_SEC_8_a_name_in_punycode_is_another_name() -> None:
    assert refusal("https://xn--pi-7kc.twilio.com/") == "host_not_allowed"


PIECES = st.sampled_from(
    [
        *(
            "https://",
            "http://",
            "https:",
            "//",
            "/",
            "\\",
            "@",
            ":",
            "?",
            "#",
            ".",
            "%2e",
            "%40",
            "\t",
            "\u3002",
            "[",
            "]",
        ),
        *("api.twilio.com", "fbcdn.net", ".fbcdn.net", "evil.example", "127.0.0.1", "169.254.169.254", "::1", "443"),
        *("[", "]", "80", "a", "-", "*", "user:password", "localhost", "0x7f.1"),
    ]
)


@given(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=60).map("https://{}".format))
def test_SEC_8_no_url_leads_to_a_host_that_is_not_listed(url: str) -> None:
    try:
        target = check(url, HOSTS)
    except MediaRefusedError:
        return
    assert target.host == "api.twilio.com" or re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.fbcdn\.net", target.host)
    assert target.path.startswith("/")
    assert not set(target.path) & set(" \t\r\n\0")


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
        *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1"),
        *("2001::1", "2001:db8::1", "2002:a00:1::", "3fff::1", "5f00::1", "100::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "fe80::1%eth0"),
        *("", "localhost", "0x7f.1", "2130706433", "1.2.3"),
    ],
)
def test_SEC_8_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(MediaRefusedError) as raised:
        choose([address])
    assert raised.value.code == "address_not_allowed"


@pytest.mark.parametrize("address", ["54.172.60.1", "157.240.0.35", "2a03:2880:f12d:83::1", "2606:4700::6810:84e5"])
def test_SEC_8_a_public_address_is_taken(address: str) -> None:
    assert choose([address]) == address


def test_ipv4_is_preferred() -> None:
    assert choose(["2a03:2880:f12d:83::1", "157.240.0.35"]) == "157.240.0.35"


def test_SEC_8_one_address_that_is_not_public_spoils_all_of_a_name() -> None:
    with pytest.raises(MediaRefusedError):
        choose(["157.240.0.35", "10.0.0.1"])


def test_SEC_8_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(MediaRefusedError):
        choose([])


@given(st.ip_addresses())
def test_SEC_8_nothing_that_the_registries_call_private_is_taken(address: object) -> None:
    try:
        chosen = ip_address(choose([str(address)]))
    except MediaRefusedError:
        return
    assert chosen.is_global
    assert not chosen.is_multicast
    if isinstance(chosen, IPv6Address):
        assert chosen.ipv4_mapped is None
        assert chosen.sixtofour is None
        assert chosen.teredo is None
