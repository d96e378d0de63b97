import base64
import hmac
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.sms import CHANNEL
from switchboard.channels.sms.verify import is_signed, verify
from switchboard.channels.sms.webhooks import OVERRIDES

OURS, CUSTOMER = "+15005550006", "+15005550101"
ACCOUNT = Account("support-us", OURS)
URL = "https://messages.example.com/sms/support-us"
SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "0123456789abcdef0123456789abcdef"
PREVIOUS = "fedcba9876543210fedcba9876543210"
SECRET = {"account_sid": SID, "auth_token": TOKEN}
INBOUND = [
    ("AccountSid", SID),
    ("MessageSid", "SM1"),
    ("From", CUSTOMER),
    ("To", OURS),
    ("Body", "Hi"),
    ("FromCity", ""),
]
CALLBACK = [("AccountSid", SID), ("MessageSid", "SM1"), ("From", OURS), ("To", CUSTOMER), ("MessageStatus", "sent")]


def sign(url: str, fields: Sequence[tuple[str, str]], token: str = TOKEN) -> str:
    """Twilio's rule written out, so that it is not the SDK that checks the SDK."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def post(fields: Sequence[tuple[str, str]], *, url: str = URL, signature: str | None = None) -> Request:
    signature = sign(url, fields) if signature is None else signature
    return Request("POST", url, {"x-twilio-signature": signature}, urlencode(fields).encode())


CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
PHP = "https://mycompany.com/myapp.php?foo=1&bar=2"


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (PHP, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (PHP, "kvajT1Ptam85bY51eRf/AJRuM3w="),  # signed with :443
        (PHP.replace(".com/", ".com:443/"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (PHP.replace(".com/", ".com:443/"), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (PHP.replace(".com/", ".com:1234/"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ],
)
def test_TW_1_the_url_is_signed_with_or_without_its_port(url: str, signature: str) -> None:
    assert is_signed(post(CALL, url=url, signature=signature), "12345")


def test_TW_1_repeated_fields_are_signed_once_per_value_in_order() -> None:
    fields = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    assert is_signed(post(fields, url=PHP, signature="IK+Dwps556ElfBT0I3Rgjkr1wJU="), "12345")


BLANKS = b"Body=&From=%2B1415&Media=a%20b+c&X=%E2%82%AC&X=1&X=1"


def test_TW_1_blank_fields_are_signed() -> None:
    headers = {"x-twilio-signature": "h4goJ5O67H2/0021qWNFxyPaOf0="}
    assert is_signed(Request("POST", "https://h/p", headers, BLANKS), "t")


def test_TW_1_a_signature_that_leaves_blank_fields_out_is_refused() -> None:
    headers = {"x-twilio-signature": "CcZULgs8DRUT6NlwqMoqa2iv+To="}
    assert not is_signed(Request("POST", "https://h/p", headers, BLANKS), "t")


JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_URL = PHP + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON = Request("POST", JSON_URL, {"x-twilio-signature": "a9nBmqA0ju/hNViExpshrM61xv4="}, JSON_BODY)


def test_TW_2_a_json_body_is_signed_through_its_hash() -> None:
    assert is_signed(JSON, "12345")


def test_TW_2_a_changed_json_body_is_refused() -> None:
    assert not is_signed(replace(JSON, body=JSON_BODY + b" "), "12345")


def test_TW_2_a_json_body_needs_the_signature_too() -> None:
    assert not is_signed(JSON, "54321")


def test_TW_2_a_json_body_is_no_message_of_ours() -> None:
    headers = {"x-twilio-signature": sign(JSON_URL, [])}
    assert not verify(replace(JSON, headers=headers), ACCOUNT, [SECRET])


def test_TW_2_a_get_is_signed_over_its_url_alone() -> None:
    url = f"{URL}?{urlencode(INBOUND)}"
    request = Request("GET", url, {"x-twilio-signature": sign(url, [])}, b"")
    assert verify(request, ACCOUNT, [SECRET])


@pytest.mark.parametrize(
    "url",
    [
        "https://h/p?",
        "https://h/p?a=%20b&c=d+e",
        "https://h/p?b=1&a=2&b=1",
        "https://h/p?x=@:%40",
        "https://[::1]:8443/p",
        "http://h:80",
        "https://h/p?a=#b",
    ],
)
def test_X_11_the_url_counts_byte_for_byte(url: str) -> None:
    assert is_signed(post(INBOUND, url=url), TOKEN)


@pytest.mark.parametrize("port", ["", ":443"])
@pytest.mark.parametrize("fragment", ["", f"#{OVERRIDES}"])
def test_X_3_the_overrides_may_be_signed_or_not(port: str, fragment: str) -> None:
    signed = f"https://m.example{port}/sms/support-us{fragment}"
    request = Request("POST", "https://m.example/sms/support-us", {"x-twilio-signature": sign(signed, [])}, b"")
    assert is_signed(request, TOKEN)


def test_X_3_other_overrides_than_ours_are_not_taken_for_signed() -> None:
    request = post([], url=URL, signature=sign(f"{URL}#rc=5", []))
    assert not is_signed(request, TOKEN)


def test_X_10_the_body_counts_untrimmed() -> None:
    fields = [*INBOUND, ("Extra", " \r\n\t ")]
    assert verify(post(fields), ACCOUNT, [SECRET])


def test_TW_1_fields_twilio_adds_one_day_are_part_of_it() -> None:
    fields = [*INBOUND, ("SomethingNew", "1")]
    assert verify(post(fields), ACCOUNT, [SECRET])
    assert not verify(post(fields, signature=sign(URL, INBOUND)), ACCOUNT, [SECRET])


@pytest.mark.parametrize("fields", [INBOUND, CALLBACK])
def test_SEC_1_a_message_and_a_status_callback_verify(fields: list[tuple[str, str]]) -> None:
    assert verify(post(fields), ACCOUNT, [SECRET])


def test_SEC_12_the_previous_token_still_verifies() -> None:
    request = post(INBOUND, signature=sign(URL, INBOUND, PREVIOUS))
    assert not verify(request, ACCOUNT, [SECRET])
    assert verify(request, ACCOUNT, [SECRET, {"account_sid": SID, "auth_token": PREVIOUS}])


def test_SEC_13_another_twilio_account_is_refused() -> None:
    fields = [("AccountSid", SID[:-1] + "0"), *INBOUND[1:]]
    assert not verify(post(fields), ACCOUNT, [SECRET])


@pytest.mark.parametrize("fields", [INBOUND, CALLBACK])
def test_SEC_13_another_number_of_ours_is_refused(fields: list[tuple[str, str]]) -> None:
    assert not verify(post(fields), replace(ACCOUNT, address="+15005550007"), [SECRET])


def test_SEC_13_a_callback_about_a_message_to_us_is_refused() -> None:
    fields = [("AccountSid", SID), ("From", CUSTOMER), ("To", OURS), ("MessageStatus", "sent")]
    assert not verify(post(fields), ACCOUNT, [SECRET])


def test_X_14_our_own_message_verifies_so_that_it_can_be_dropped() -> None:
    fields = [("AccountSid", SID), ("From", OURS), ("To", CUSTOMER), ("Body", "Hi"), ("Direction", "outbound-api")]
    assert verify(post(fields), ACCOUNT, [SECRET])


@pytest.mark.parametrize("missing", ["AccountSid", "To"])
def test_TW_1_a_message_without_its_ends_is_refused(missing: str) -> None:
    fields = [(name, value) for name, value in INBOUND if name != missing]
    assert not verify(post(fields), ACCOUNT, [SECRET])


@pytest.mark.parametrize(
    "secret",
    [
        {},
        {"account_sid": SID},
        {"account_sid": SID, "auth_token": ""},
        {"account_sid": SID, "auth_token": "REPLACE_ME"},
        {"account_sid": SID, "auth_token": "replace this with the auth token"},
        {"account_sid": "", "auth_token": TOKEN},
        {"account_sid": "AC…", "auth_token": TOKEN},
        {"account_sid": SID, "auth_token": None},
    ],
)
def test_X_13_an_empty_or_placeholder_secret_verifies_nothing(secret: dict[str, str]) -> None:
    token = secret.get("auth_token") or ""
    assert not verify(post(INBOUND, signature=sign(URL, INBOUND, token)), ACCOUNT, [secret])


def test_X_13_an_empty_token_has_signed_nothing() -> None:
    assert not is_signed(post(INBOUND, signature=sign(URL, INBOUND, "")), "")


def test_X_13_no_secret_verifies_nothing() -> None:
    assert not verify(post(INBOUND), ACCOUNT, [])


def test_SEC_1_a_missing_signature_is_refused() -> None:
    assert not verify(replace(post(INBOUND), headers={}), ACCOUNT, [SECRET])


@given(st.data())
def test_SEC_1_one_flipped_bit_anywhere_is_refused(data: st.DataObject) -> None:
    request = post(INBOUND)
    parts = {
        "url": request.url.encode(),
        "body": request.body,
        "signature": request.headers["x-twilio-signature"].encode(),
    }
    part = data.draw(st.sampled_from(sorted(parts)))
    position = data.draw(st.integers(0, len(parts[part]) * 8 - 1))
    flipped = bytearray(parts[part])
    flipped[position // 8] ^= 1 << position % 8
    parts[part] = bytes(flipped)
    changed = Request(
        "POST",
        parts["url"].decode("utf-8", "surrogateescape"),
        {"x-twilio-signature": parts["signature"].decode("utf-8", "surrogateescape")},
        parts["body"],
    )
    assert not verify(changed, ACCOUNT, [SECRET]) or _means_the_same(changed, request)


def _means_the_same(changed: Request, request: Request) -> bool:
    """Whether only the spelling of a percent-encoded letter changed (%2B, %2b), which no form can tell."""
    return (changed.url, changed.headers, changed.body.upper()) == (request.url, request.headers, request.body.upper())


@given(st.binary(), st.text(), st.text(), st.sampled_from(["GET", "POST", "PUT"]))
def test_X_12_a_verifier_never_raises(body: bytes, url: str, signature: str, method: str) -> None:
    assert verify(Request(method, url, {"x-twilio-signature": signature}, body), ACCOUNT, [SECRET]) is False


@pytest.mark.parametrize("body", [b"Body=%FF&From=x", b"Body=\xff"])
def test_X_12_what_is_not_utf8_is_refused(body: bytes) -> None:
    assert not verify(Request("POST", URL, {"x-twilio-signature": sign(URL, INBOUND)}, body), ACCOUNT, [SECRET])


def test_X_12_a_get_that_is_not_utf8_is_refused() -> None:
    url = f"{URL}?Body=%FF"
    assert not verify(Request("GET", url, {"x-twilio-signature": sign(url, [])}, b""), ACCOUNT, [SECRET])


@given(st.lists(st.tuples(st.text(), st.text())))
def test_TW_1_whatever_twilio_signs_verifies(fields: list[tuple[str, str]]) -> None:
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()
    assert is_signed(Request("POST", URL, {"x-twilio-signature": sign(URL, fields)}, body), TOKEN)


def test_SEC_4_the_channel_takes_64_kilobytes() -> None:
    assert CHANNEL.body_limit == 65_536


def test_TW_3_the_answer_texts_nobody() -> None:
    assert CHANNEL.answer == {"content-type": "text/xml"}
    assert CHANNEL.answer_body == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
