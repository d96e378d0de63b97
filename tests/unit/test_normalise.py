"""A delivery of any channel as plain values, and the command that shows them."""

import json
import subprocess
import sys
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.channels import all_channels
from switchboard.message import INBOUND, as_plain
from switchboard.normalise import normalise, verify
from tests.world import ROOT

FORM = {"MessageSid": "SM1", "From": "+15005550101", "To": "+15005550006", "Body": "Wo ist mein Paket?"}
BODY = urlencode(FORM).encode()
URL = "https://messages.example.com/sms/support-us"


def test_a_message_is_told_in_plain_values() -> None:
    assert normalise("sms", BODY, url=URL) == [
        {
            "kind": "message",
            "channel": "sms",
            "account": "support-us",
            "provider_id": "SM1",
            "sender": {"address": "+15005550101"},
            "to": [{"address": "+15005550006"}],
            "text": "Wo ist mein Paket?",
            "full_text": "Wo ist mein Paket?",
            "language": "de",
        }
    ]


def test_what_cannot_be_read_is_shown_as_malformed() -> None:
    (event,) = normalise("sms", b"%zz")
    assert (event["kind"], event["channel"], event["flags"]) == ("unknown", "sms", ["malformed"])


def test_a_channel_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        normalise("pigeon", b"")
    with pytest.raises(KeyError):
        verify("pigeon", b"", headers={}, secrets=["s"])


@pytest.mark.parametrize("name", sorted(all_channels()))
@settings(max_examples=40, deadline=None)
@given(body=st.binary(max_size=400), url=st.text(max_size=60), header=st.text(max_size=20))
def test_any_bytes_give_events_that_fit_the_schema(name: str, body: bytes, url: str, header: str) -> None:
    for event in normalise(name, body, headers={header: url}, url=url):
        assert as_plain(INBOUND.validate_python(event)) == event


@pytest.mark.parametrize("name", sorted(all_channels()))
@settings(max_examples=40, deadline=None)
@given(body=st.binary(max_size=400), url=st.text(max_size=60), header=st.text(max_size=20))
def test_X_12_any_bytes_are_verified_or_not_without_an_error(name: str, body: bytes, url: str, header: str) -> None:
    assert verify(name, body, headers={header: header}, secrets=[header, "s"], url=url) in {True, False}


def test_normalising_twice_gives_the_same() -> None:
    assert normalise("sms", BODY) == normalise("sms", BODY)


def test_TW_1_a_signature_is_checked_with_every_secret() -> None:
    body = urlencode({"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309"}).encode()
    body += b"&To=%2B18005551212&Caller=%2B14158675309"
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    signed = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    assert verify("sms", body, headers=signed, secrets=["new", "12345"], url=url)
    assert not verify("sms", body, headers=signed, secrets=["new"], url=url)


def test_X_13_an_empty_secret_signs_nothing() -> None:
    assert not verify("sms", b"", headers={"X-Twilio-Signature": ""}, secrets=["", "x"], url="")
    assert not verify("sms", b"", headers={}, secrets=[], url="https://example.com/")


def _run(*arguments: str, body: bytes = BODY) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "switchboard", "normalise", *arguments]
    return subprocess.run(command, cwd=ROOT, input=body, capture_output=True, check=False)  # our own program


def test_the_command_prints_json() -> None:
    done = _run("sms", "--json", "--url", URL)
    assert (done.returncode, json.loads(done.stdout)) == (0, normalise("sms", BODY, url=URL))


def test_the_command_prints_lines_for_people() -> None:
    shown = _run("sms").stdout.decode().splitlines()
    assert shown[0] == "kind: message"
    assert "text: Wo ist mein Paket?" in shown


def test_the_command_says_by_its_exit_code_that_a_delivery_is_malformed() -> None:
    assert _run("sms", body=b"%zz").returncode == 1


def test_the_command_shows_no_control_characters() -> None:
    done = _run("sms", body=urlencode(FORM | {"Body": "a\x1b[2Jb\nc"}).encode())
    assert b"\x1b" not in done.stdout
